"""Several attributes changed by one generator: StarGAN."""

import argparse
import sys
from typing import Any

from recipes.options.console import TERMINAL
from recipes.options.data import images_of
from recipes.options.recipe import Recipe
from recipes.options.recipe_options import ImageOptions
from recipes.options.session import Session
from recipes.options.train_and_finish import train
from zoo import command_line
from zoo.models.stargan.configuration import StarGANConfig

DEFAULTS = {
    "catalogue": ("sleeve_length", "fit", "neckline"),
    "celeba": ("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young"),
}

DESCRIPTION = """\
Trains one StarGAN to change several attributes of a product: those that are named change, the
others stay. Products without a value for one attribute still take part in the others. Without
options it draws sample products and learns sleeve length, fit and neckline.

examples:
  python -m recipes.stargan_attributes
  python -m recipes.stargan_attributes --attributes pattern,color
  python -m recipes.stargan_attributes --data celeba/ --attributes Black_Hair,Blond_Hair,Male,Young
  python -m recipes.translate runs/stargan_attributes photo.jpg --output out --set sleeve_length=long
"""

# What the presets change in the defaults of StarGANConfig and TrainingConfig.
_COMMON = {"schedule": "linear", "decay": 0.5, "jitter": False}
# The reference's, with the paper's schedule: 40,000 steps of 5 critic updates.
_PAPER = {**_COMMON, "batch_size": 16, "steps": 40_000, "log_every": 10, "sample_every": 1000}
# There is time for few images, so a step has few, and the losses beside the adversarial one weigh several
# times the paper's. What is not named must stay unchanged: half of the targets say so.
# Images of 64 pixels take some eight minutes on two cores; those of 96 have twice as many pixels.
_QUICK = {
    **_COMMON, "size": (96, 96), "blocks": 3, "generator_width": 16, "discriminator_width": 32,
    "repeat_num": 5, "n_critic": 1, "unchanged_rate": 0.5, "weight_classification": 12.0,
    "weight_reconstruction": 50.0, "weight_identity": 50.0, "batch_size": 4, "steps": 3000,
    "learning_rate": 5e-4, "ema": 0.99, "precision": "auto", "log_every": 25, "sample_every": 250,
    "checkpoint_every": 500,
}  # fmt: skip
_QUICK_ON_SAMPLE = {**_QUICK, "size": (64, 64)}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes, for the sample products or for the user's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


RECIPE = Recipe(
    name="stargan_attributes",
    model="stargan",
    configuration=StarGANConfig,
    description=DESCRIPTION,
    data=ImageOptions,
    presets=presets,
    paper="128x128, batch 16, 40,000 steps of 5 critic updates, float32",
    protocol="attributes",
    defaults={"attributes": ",".join(DEFAULTS["catalogue"])},
    example="pattern,color",
)
parser = RECIPE.parser


def main(arguments: argparse.Namespace) -> int:
    """Train, evaluate, report, export; see ``DESCRIPTION``."""
    session = RECIPE.session(arguments)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from zoo.data.preparation.feeding import image_source
    from zoo.evaluation.protocols.attributes import AttributesProtocol
    from zoo.training.job import Job

    planned = session.configuration(StarGANConfig)  # errors come before anything that takes long
    data = images_of(session, arguments, DEFAULTS)
    attributes, channels = data.usable.attributes, data.channels
    source = image_source(
        data.training, data, planned.size, channels, session.cache_mib, **session.augmentation
    )
    training = session.training_config(len(source), planned.n_critic)
    config = session.configuration(
        StarGANConfig,
        training.steps,
        len(source),
        planned.n_critic,
        attributes=attributes,
        channels=channels,
    )
    protocol = AttributesProtocol(
        data.training, data.held_out, config.size, channels, data.fit, bool(config.unchanged_rate), TERMINAL
    )
    job = Job("stargan", config, training, source, protocol, session.policy, data.config())
    return train(session, job, data, [source])


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
