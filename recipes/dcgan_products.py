"""New products drawn from noise: GAN, DCGAN."""

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
from zoo.models.dcgan.configuration import DCGANConfig

EVALUATED_BY = {"catalogue": ("category",)}

DESCRIPTION = """\
Trains DCGAN to generate products from noise. Without options it draws sample products and learns
from those.

examples:
  python -m recipes.dcgan_products
  python -m recipes.dcgan_products --loss minimax
  python -m recipes.dcgan_products --data fashion_mnist/ --size 28
  python -m recipes.translate runs/dcgan_products --draw 16 --output out
"""


# What the presets change in the defaults of DCGANConfig and TrainingConfig.
PAPER = {"batch_size": 64, "epochs": 25, "jitter": False}  # Radford et al. 2016 as PyTorch's example has it
# Some seven minutes on two cores.
QUICK = {
    "generator_width": 32, "discriminator_width": 32, "batch_size": 32, "steps": 2000, "jitter": False,
    "ema": 0.999, "precision": "auto", "sample_every": 250, "checkpoint_every": 500,
}  # fmt: skip


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes, for the sample products or for the user's own data."""
    return {"quick": QUICK, "paper": PAPER}


RECIPE = Recipe(
    name="dcgan_products",
    model="dcgan",
    configuration=DCGANConfig,
    description=DESCRIPTION,
    data=ImageOptions,
    presets=presets,
    paper="64x64, batch 64, 25 epochs, float32",
    protocol="drawn",
    without=("attributes",),
)
parser = RECIPE.parser


def main(arguments: argparse.Namespace) -> int:
    """Train, evaluate, report, export; see ``DESCRIPTION``."""
    session = RECIPE.session(arguments)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from zoo.data.preparation.feeding import image_source
    from zoo.evaluation.protocols.drawn import DrawnProtocol
    from zoo.models.dcgan.networks import doublings
    from zoo.training.job import Job

    values = session.values
    doublings(values["size"])  # errors come before anything that takes long
    data = images_of(session, arguments, EVALUATED_BY, needed=False)
    source = image_source(
        data.training, data, values["size"], data.channels, session.cache_mib, **session.augmentation
    )
    training = session.training_config(len(source))
    config = session.configuration(DCGANConfig, training.steps, len(source), channels=data.channels)
    protocol = DrawnProtocol(
        data.training, data.held_out, config.size, config.noise, values["seed"], data.fit, TERMINAL
    )
    job = Job("dcgan", config, training, source, protocol, session.policy, data.config())
    return train(session, job, data, [source])


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
