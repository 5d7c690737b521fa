"""Attributes that slide: Fader Networks."""

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
from zoo.models.fader.configuration import FaderConfig

DEFAULTS = {"catalogue": ("sleeve_length:sleeveless:long",), "celeba": ("Smiling",)}

DESCRIPTION = """\
Trains a Fader Network: an autoencoder whose latent code does not reveal an attribute, so that the
decoder can be given any amount of it, anywhere between its two ends. Without options it draws
sample products and learns to slide sleeves from none to long.

examples:
  python -m recipes.fader_attributes
  python -m recipes.fader_attributes --attributes color:white:black
  python -m recipes.fader_attributes --data celeba/ --attributes Smiling,Eyeglasses
  python -m recipes.translate runs/fader_attributes photo.jpg --output out --value 0.7
  python -m recipes.translate runs/fader_attributes photo.jpg --output slides --slide 5
"""

# What the presets change in the defaults of FaderConfig and TrainingConfig.
_COMMON = {"batch_size": 32, "jitter": False}
_PAPER = {  # the reference's: 1,000 epochs of 50,000 images, the ramp over 16 million
    **_COMMON, "steps": 1_562_500, "sample_every": 5000, "checkpoint_every": 5000,
}  # fmt: skip
_QUICK = {
    **_COMMON, "size": (64, 64), "layers": 4, "max_width": 256, "hidden_width": 256,
    "weight_latent": 3e-3, "ramp_images": 100_000, "steps": 6000, "learning_rate": 1e-3,
    "precision": "auto",
}  # fmt: skip
# Some six minutes on two cores.
_QUICK_ON_SAMPLE = {**_QUICK, "steps": 3000}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes, for the sample products or for the user's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


RECIPE = Recipe(
    name="fader_attributes",
    model="fader",
    configuration=FaderConfig,
    description=DESCRIPTION,
    data=ImageOptions,
    presets=presets,
    paper="256x256, batch 32, 1,000 epochs of 50,000 images, float32",
    protocol="sliders",
    defaults={"attributes": ",".join(DEFAULTS["catalogue"])},
    example="color:white:black: the value it slides from, and the one it slides to",
)
parser = RECIPE.parser


def main(arguments: argparse.Namespace) -> int:
    """Train, evaluate, report, export; see ``DESCRIPTION``."""
    session = RECIPE.session(arguments)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from zoo.data.preparation.attributes import need_two_values
    from zoo.data.preparation.feeding import image_source
    from zoo.evaluation.protocols.sliders import SlidersProtocol
    from zoo.models.fader.model import Fader, FaderConfig
    from zoo.models.fader.networks import sides
    from zoo.training.job import Job

    planned = session.configuration(FaderConfig)  # errors come before anything that takes long
    sides(planned.size, planned.layers)
    data = images_of(session, arguments, DEFAULTS, complete=True)
    attributes, channels = data.usable.attributes, data.channels
    need_two_values(data.usable)
    source = image_source(
        data.training, data, planned.size, channels, session.cache_mib, **session.augmentation
    )
    training = session.training_config(len(source), Fader.batches_per_step)
    config = session.configuration(
        FaderConfig,
        training.steps,
        len(source),
        Fader.batches_per_step,
        attributes=attributes,
        channels=channels,
    )
    protocol = SlidersProtocol(data.training, data.held_out, config.size, channels, data.fit, TERMINAL)
    job = Job("fader", config, training, source, protocol, session.policy, data.config())
    return train(session, job, data, [source])


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
