"""StarGAN: several attributes changed by one generator."""

from typing import Any

from zoo.models.info import ModelInfo


def _upgrade(run_format: int, configuration: dict[str, Any]) -> dict[str, Any]:
    """Up to format 1, ``unchanged_rate`` was called ``keep_rate``."""
    return {"unchanged_rate" if name == "keep_rate" else name: each for name, each in configuration.items()}


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
    upgrade=_upgrade,
)
