"""Options and presets of the two recipes that draw from noise."""

import argparse

from recipes.options import groups, kinds
from recipes.options.presets import ENGINE

_ENGINE = {name: value for name, value in ENGINE.items() if name != "save_memory"}
PAPER = {  # Radford et al. 2016 as PyTorch's example has it
    **_ENGINE, "size": (64, 64), "generator_width": 64, "discriminator_width": 64, "noise": 100,
    "loss": "non-saturating", "batch_size": 64, "steps": None, "epochs": 25, "learning_rate": 2e-4,
    "jitter": False, "log_every": 50, "sample_every": 500, "checkpoint_every": 1000,
}  # fmt: skip
# Some seven minutes on two cores.
QUICK = {
    **PAPER, "generator_width": 32, "discriminator_width": 32, "batch_size": 32, "steps": 2000,
    "epochs": None, "precision": "auto", "ema": 0.999, "sample_every": 250, "checkpoint_every": 500,
}  # fmt: skip


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Options of the networks that draw from noise."""
    group = parser.add_argument_group("model")
    groups.add_size_options(group, "a power of 2 whose quotient's shorter side is 4 to 7: 28, 64", crop=False)
    groups.add_width_options(group)
    group.add_argument(
        "--noise", type=kinds.positive, metavar="N", help="numbers that a picture is made from"
    )
    group.add_argument(
        "--loss", choices=("non-saturating", "minimax"), help="what the generator minimises: Goodfellow's two"
    )
