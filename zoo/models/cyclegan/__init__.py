"""CycleGAN: one domain to another and back, learned without pairs."""

import sys
from typing import Any

from zoo.models.info import ModelInfo


def _upgrade(run_format: int, configuration: dict[str, Any]) -> dict[str, Any]:
    """Up to format 1, ``weight_identity`` was a share of ``weight_cycle``."""
    if run_format > 1:
        return configuration
    share, cycle = configuration.get("weight_identity", 0.5), configuration.get("weight_cycle", 10.0)
    if max(abs(share), abs(cycle)) > sys.float_info.max:
        return configuration  # an integer that is refused where it becomes a float
    return {**configuration, "weight_identity": share * cycle}


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
    upgrade=_upgrade,
)
