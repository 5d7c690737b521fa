"""Many answers for one image: MUNIT between two values of an attribute."""

import argparse
import sys
from typing import Any

from recipes.options.console import TERMINAL
from recipes.options.data import domains_of
from recipes.options.recipe import Recipe
from recipes.options.recipe_options import DomainOptions
from recipes.options.session import Session
from recipes.options.train_and_finish import train
from zoo import command_line
from zoo.models.munit.configuration import MUNITConfig

DEFAULTS = {"from": "unicolors", "to": "floral"}

DESCRIPTION = """\
Trains MUNIT to translate between two domains of unpaired images, with many answers for each: the
content of an image is kept, its style is sampled at random or taken from another image. Any two
values of an attribute will do, or two folders. Without options it draws sample products and gives
plain ones all kinds of floral patterns.

examples:
  python -m recipes.munit_styles
  python -m recipes.munit_styles --from unicolors --to print --where category=tops
  python -m recipes.munit_styles --data shirts/ t-shirts/
  python -m recipes.translate runs/munit_styles photo.jpg --output out --styles 5
  python -m recipes.translate runs/munit_styles photo.jpg --output out --style-from other.jpg
"""

# What the presets change in the defaults of MUNITConfig and TrainingConfig.
_PAPER = {  # the reference's configuration for edges and handbags
    "steps": 1_000_000, "schedule": "step", "decay_every": 100_000, "sample_every": 1000,
}  # fmt: skip
# Images of 64 pixels take some ten minutes on two cores; those of 96 have twice as many pixels.
_QUICK = {
    "size": (96, 96), "width": 12, "mlp_width": 64, "blocks": 2, "discriminator_width": 16,
    "batch_size": 4, "steps": 2000, "learning_rate": 5e-4, "decay_every": 100_000, "ema": 0.99,
    "precision": "auto", "log_every": 25, "sample_every": 250, "checkpoint_every": 400,
}  # fmt: skip
_QUICK_ON_SAMPLE = {**_QUICK, "size": (64, 64), "jitter": False}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes, for the sample products or for the user's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


RECIPE = Recipe(
    name="munit_styles",
    model="munit",
    configuration=MUNITConfig,
    description=DESCRIPTION,
    data=DomainOptions,
    presets=presets,
    paper="256x256, batch 1, 1,000,000 steps, float32",
    protocol="styles",
    defaults={"from_": DEFAULTS["from"], "to": DEFAULTS["to"]},
)
parser = RECIPE.parser


def main(arguments: argparse.Namespace) -> int:
    """Train, evaluate, report, export; see ``DESCRIPTION``."""
    session = RECIPE.session(arguments)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from zoo.data.preparation.feeding import domain_source
    from zoo.evaluation.protocols.styles import StylesProtocol
    from zoo.training.job import Job

    planned = session.configuration(MUNITConfig)  # errors come before anything that takes long
    data = domains_of(session, arguments, DEFAULTS)
    channels = data.channels
    source = domain_source(
        data.training, data, planned.size, channels, session.cache_mib, **session.augmentation
    )
    training = session.training_config(len(source))
    config = session.configuration(
        MUNITConfig, training.steps, len(source), channels_a=channels[0], channels_b=channels[1]
    )
    protocol = StylesProtocol(
        data.held_out, data.evaluator_images, data.names, config.size, channels, data.fit, TERMINAL,
        style_size=config.style_size, seed=session.values["seed"],
    )  # fmt: skip
    job = Job("munit", config, training, source, protocol, session.policy, data.config())
    return train(session, job, data, [source])


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
