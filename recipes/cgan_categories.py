"""A product of a given category, or of another attribute's value, drawn from noise: conditional GAN."""

import argparse
import sys
from typing import Any

from recipes.dcgan_products import PAPER, QUICK
from recipes.options.console import TERMINAL
from recipes.options.data import images_of
from recipes.options.recipe import Recipe
from recipes.options.recipe_options import ImageOptions
from recipes.options.session import Session
from recipes.options.train_and_finish import train
from zoo import command_line
from zoo.models.conditional_gan.configuration import ConditionalGANConfig

DEFAULTS = {"catalogue": ("category",)}

DESCRIPTION = """\
Trains a conditional GAN to generate products of a given category, or colour, or both. Without
options it draws sample products and learns their categories.

examples:
  python -m recipes.cgan_categories
  python -m recipes.cgan_categories --attributes category,color
  python -m recipes.cgan_categories --data fashion_mnist/ --size 28
  python -m recipes.translate runs/cgan_categories --draw 4 --set category=dresses --output out
"""


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes in the defaults, for the sample products or for the user's own data."""
    return {"quick": {**QUICK, "steps": 4000}, "paper": PAPER}


RECIPE = Recipe(
    name="cgan_categories",
    model="conditional_gan",
    configuration=ConditionalGANConfig,
    description=DESCRIPTION,
    data=ImageOptions,
    presets=presets,
    paper="64x64, batch 64, 25 epochs, float32",
    protocol="categories",
    defaults={"attributes": ",".join(DEFAULTS["catalogue"])},
    example="category,color",
)
parser = RECIPE.parser


def main(arguments: argparse.Namespace) -> int:
    """Train, evaluate, report, export; see ``DESCRIPTION``."""
    session = RECIPE.session(arguments)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from zoo.data.preparation.feeding import image_source
    from zoo.evaluation.protocols.categories import CategoriesProtocol
    from zoo.models.dcgan.networks import doublings
    from zoo.training.job import Job

    values = session.values
    doublings(values["size"])  # errors come before anything that takes long
    data = images_of(session, arguments, DEFAULTS, complete=True)
    source = image_source(
        data.training, data, values["size"], data.channels, session.cache_mib, **session.augmentation
    )
    training = session.training_config(len(source))
    config = session.configuration(
        ConditionalGANConfig,
        training.steps,
        len(source),
        attributes=data.usable.attributes,
        channels=data.channels,
    )
    protocol = CategoriesProtocol(
        data.training, data.held_out, config.size, config.noise, values["seed"], data.fit, TERMINAL
    )
    job = Job("conditional_gan", config, training, source, protocol, session.policy, data.config())
    return train(session, job, data, [source])


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
