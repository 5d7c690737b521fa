"""GAN and DCGAN: products drawn from noise."""

from zoo.models.info import ModelInfo

MODEL = ModelInfo(
    name="dcgan",
    title="GAN, DCGAN",
    task="draw new products from noise",
    paper="https://arxiv.org/abs/1511.06434",
    published="2014-06",  # the GAN
    recipe="recipes.dcgan_products",
    model="zoo.models.dcgan.model:DCGAN",
    configuration="zoo.models.dcgan.configuration:DCGANConfig",
    signature="zoo.models.dcgan.signature:dcgan_signature",
    signatures=("draw",),
)
