"""From one value of an attribute to another and back, without pairs: CycleGAN."""

import argparse
import sys
import warnings
from typing import Any

from recipes.options.console import TERMINAL
from recipes.options.data import domains_of
from recipes.options.recipe import Recipe
from recipes.options.recipe_options import DomainOptions
from recipes.options.session import Session
from recipes.options.train_and_finish import train
from zoo import command_line
from zoo.models.cyclegan.configuration import CycleGANConfig

DEFAULTS = {"from": "unicolors", "to": "stripes"}

DESCRIPTION = """\
Trains CycleGAN to give a garment another pattern, and to remove it again, from unpaired images.
Any two values of an attribute will do, or two folders. Without options it draws sample products
and learns to add stripes to them.

examples:
  python -m recipes.cyclegan_pattern
  python -m recipes.cyclegan_pattern --from floral --to unicolors --where category=dresses
  python -m recipes.cyclegan_pattern --data photos/ --attribute color --from blue --to red
  python -m recipes.cyclegan_pattern --data shirts/ t-shirts/
  python -m recipes.translate runs/cyclegan_pattern photo.jpg --output out --direction BtoA
"""

# What the presets change in the defaults of CycleGANConfig and TrainingConfig.
_DECAY = {"schedule": "linear", "decay": 0.5}
# Zhu et al. 2017, section 4 and appendix 7.1, as the reference has it.
_PAPER = {**_DECAY, "epochs": 200, "sample_every": 1000}
# Images of 64 pixels take some ten minutes on two cores; those of 96 have twice as many pixels.
_QUICK = {
    **_DECAY, "size": (96, 96), "blocks": 3, "generator_width": 16, "discriminator_width": 16,
    "batch_size": 4, "steps": 2500, "learning_rate": 5e-4, "ema": 0.99, "precision": "auto",
    "log_every": 25, "sample_every": 250, "checkpoint_every": 500,
}  # fmt: skip
_QUICK_ON_SAMPLE = {**_QUICK, "size": (64, 64), "jitter": False}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes, for the sample products or for the user's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


RECIPE = Recipe(
    name="cyclegan_pattern",
    model="cyclegan",
    configuration=CycleGANConfig,
    description=DESCRIPTION,
    data=DomainOptions,
    presets=presets,
    paper="256x256, batch 1, 200 epochs, float32",
    protocol="domains",
    defaults={"from_": DEFAULTS["from"], "to": DEFAULTS["to"]},
)
parser = RECIPE.parser


def main(arguments: argparse.Namespace) -> int:
    """Train, evaluate, report, export; see ``DESCRIPTION``."""
    if 0 < (arguments.weight_identity or 0) <= 1:
        # As scripts give it that were written for the previous version.
        warnings.warn(
            f"`weight_identity` {arguments.weight_identity:g}: is the weight itself now, and no share of "
            "`weight_cycle`; half of 10 is 5",
            FutureWarning,
            stacklevel=1,
        )
    session = RECIPE.session(arguments)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from zoo.data.preparation.feeding import domain_source
    from zoo.evaluation.protocols.domains import DomainsProtocol
    from zoo.training.job import Job

    planned = session.configuration(CycleGANConfig)  # errors come before anything that takes long
    data = domains_of(session, arguments, DEFAULTS)
    channels = data.channels
    source = domain_source(
        data.training, data, planned.size, channels, session.cache_mib, planned.crop, **session.augmentation
    )  # fmt: skip
    training = session.training_config(len(source))
    config = session.configuration(
        CycleGANConfig, training.steps, len(source), channels_a=channels[0], channels_b=channels[1]
    )
    protocol = DomainsProtocol(
        data.held_out, data.evaluator_images, data.names, config.size, channels, data.fit, TERMINAL
    )
    job = Job("cyclegan", config, training, source, protocol, session.policy, data.config())
    return train(session, job, data, [source], exported=("AtoB", "BtoA"))


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
