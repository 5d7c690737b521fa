"""Conditional GAN: products of a given category or colour, drawn from noise."""

from zoo.attributes import Attribute
from zoo.models.info import ModelInfo

MODEL = ModelInfo(
    name="conditional_gan",
    title="Conditional GAN",
    task="draw a product of a given category or colour",
    paper="https://arxiv.org/abs/1411.1784",
    published="2014-11",
    recipe="recipes.cgan_categories",
    model="zoo.models.conditional_gan.model:ConditionalGAN",
    configuration="zoo.models.conditional_gan.configuration:ConditionalGANConfig",
    signature="zoo.models.conditional_gan.signature:conditional_gan_signature",
    signatures=("draw",),
    example={"attributes": (Attribute("digit", tuple("0123456789")),)},
)
