"""StarGAN: several attributes changed by one generator."""

from zoo.models.info import ModelInfo

MODEL = ModelInfo(
    name="stargan",
    title="StarGAN",
    task="several attributes with one generator",
    paper="https://arxiv.org/abs/1711.09020",
    published="2017-11",
    recipe="recipes.stargan_attributes",
    model="zoo.models.stargan.model:StarGAN",
    configuration="zoo.models.stargan.configuration:StarGANConfig",
    signature="zoo.models.stargan.signature:stargan_signature",
    signatures=("translate",),
    reference_weights="zoo.models.stargan.reference_weights",
    supervised=False,
    multi_domain=True,
    multi_modal=False,
    latent_space=False,
)
