"""pix2pix: one domain to another, learned from pairs."""

from zoo.models.info import ModelInfo

MODEL = ModelInfo(
    name="pix2pix",
    title="pix2pix",
    task="one domain to another, from pairs: product to model shot",
    paper="https://arxiv.org/abs/1611.07004",
    published="2016-11",
    recipe="recipes.pix2pix_product2model",
    model="zoo.models.pix2pix.model:Pix2Pix",
    configuration="zoo.models.pix2pix.configuration:Pix2PixConfig",
    signature="zoo.models.pix2pix.signature:pix2pix_signature",
    signatures=("translate",),
    reference_weights="zoo.models.pix2pix.reference_weights",
    supervised=True,
    multi_domain=False,
    multi_modal=False,
    latent_space=False,
    choice_of_statistics=True,
    choice_of_dropout=True,
)
