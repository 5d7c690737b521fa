"""CycleGAN: one domain to another and back, learned without pairs."""

from zoo.models.info import ModelInfo

MODEL = ModelInfo(
    name="cyclegan",
    title="CycleGAN",
    task="one domain to another, unpaired: add or remove a pattern",
    paper="https://arxiv.org/abs/1703.10593",
    published="2017-03",
    recipe="recipes.cyclegan_pattern",
    model="zoo.models.cyclegan.model:CycleGAN",
    configuration="zoo.models.cyclegan.configuration:CycleGANConfig",
    signature="zoo.models.cyclegan.signature:cyclegan_signature",
    signatures=("AtoB", "BtoA"),
    reference_weights="zoo.models.cyclegan.reference_weights",
    supervised=False,
    multi_domain=False,
    multi_modal=False,
    latent_space=False,
    choice_of_dropout=True,
)
