"""Fader Networks: attributes of an image slid continuously."""

from zoo.models.info import ModelInfo

MODEL = ModelInfo(
    name="fader",
    title="Fader Networks",
    task="slide an attribute continuously",
    paper="https://arxiv.org/abs/1706.00409",
    published="2017-06",
    recipe="recipes.fader_attributes",
    model="zoo.models.fader.model:Fader",
    configuration="zoo.models.fader.configuration:FaderConfig",
    signature="zoo.models.fader.signature:fader_signature",
    signatures=("slide",),
    reference_weights="zoo.models.fader.reference_weights",
    supervised=False,
    multi_domain=True,
    multi_modal=False,
    latent_space=True,
)
