"""A product of a given category, or of another attribute's value, drawn from noise: conditional GAN."""

import argparse
import sys
from typing import Any

from recipes._training import train
from recipes.options import drawing, groups
from recipes.options.console import TERMINAL
from recipes.options.parser import recipe_parser
from recipes.options.presets import show_presets
from recipes.options.session import Session
from zoo import command_line

RECIPE = "cgan_categories"
DEFAULTS = {"catalogue": ("category",)}

DESCRIPTION = """\
Trains a conditional GAN to draw a product of a given category, or colour, or both. Without
options it draws sample products and learns their categories.

examples:
  python -m recipes.cgan_categories
  python -m recipes.cgan_categories --attributes category,color
  python -m recipes.cgan_categories --data fashion_mnist/ --size 28
  python -m recipes.translate runs/cgan_categories --draw 4 --set category=dresses --output out
"""

# Names as in ConditionalGANConfig and TrainingConfig; noise and learning rate are the Keras example's.
_CONDITIONAL = {"noise": 128, "learning_rate": 3e-4}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """Values of each preset, for the sample products or for a person's own data."""
    quick = {**drawing.QUICK, **_CONDITIONAL, "steps": 4000}
    return {"quick": quick, "paper": {**drawing.PAPER, **_CONDITIONAL}}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = recipe_parser(RECIPE, DESCRIPTION, "64x64, batch 64, 25 epochs, float32")
    groups.add_image_options(made, DEFAULTS["catalogue"], "category,color")
    groups.add_training_options(made, "categories")
    drawing.add_model_options(made)
    groups.add_run_options(made, RECIPE, save_memory=False)
    show_presets(made, presets)
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = Session(
        arguments, RECIPE, "conditional_gan", presets(arguments.data is None), "quick", groups.IMAGES
    )
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._images import image_source
    from recipes._labelled import images_of
    from zoo.evaluation.protocols.categories import CategoriesProtocol
    from zoo.models.conditional_gan.model import ConditionalGANConfig
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
        attributes=data.found.attributes,
        channels=data.channels,
    )
    protocol = CategoriesProtocol(
        data.training, data.held_out, config.size, config.noise, values["seed"], data.fit, TERMINAL
    )
    job = Job("conditional_gan", config, training, source, protocol, session.policy, data.config())
    return train(session, job, data, [source])


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
