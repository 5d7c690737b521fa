"""MUNIT: many translations of one image, their style drawn or taken from another."""

from zoo.models.info import ModelInfo

MODEL = ModelInfo(
    name="munit",
    title="MUNIT",
    task="many answers for one image: style sampled, or taken from another",
    paper="https://arxiv.org/abs/1804.04732",
    published="2018-04",
    recipe="recipes.munit_styles",
    model="zoo.models.munit.model:MUNIT",
    configuration="zoo.models.munit.configuration:MUNITConfig",
    signature="zoo.models.munit.signature:munit_signature",
    signatures=("AtoB", "BtoA", "AtoB-like", "BtoA-like"),
    reference_weights="zoo.models.munit.reference_weights",
    supervised=False,
    multi_domain=False,
    multi_modal=True,
    latent_space=True,
)
