"""New products drawn from noise: GAN, DCGAN."""

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

RECIPE = "dcgan_products"
EVALUATED_BY = {"catalogue": ("category",)}

DESCRIPTION = """\
Trains DCGAN to draw products that nobody has made, from noise. Without options it draws sample
products and learns from those.

examples:
  python -m recipes.dcgan_products
  python -m recipes.dcgan_products --loss minimax
  python -m recipes.dcgan_products --data fashion_mnist/ --size 28
  python -m recipes.translate runs/dcgan_products --draw 16 --output out
"""


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """Values of each preset, for the sample products or for a person's own data."""
    return {"quick": drawing.QUICK, "paper": drawing.PAPER}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = recipe_parser(RECIPE, DESCRIPTION, "64x64, batch 64, 25 epochs, float32")
    groups.add_image_options(made)
    groups.add_training_options(made, "drawn")
    drawing.add_model_options(made)
    groups.add_run_options(made, RECIPE, save_memory=False)
    show_presets(made, presets)
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = Session(
        arguments, RECIPE, "dcgan", presets(arguments.data is None), "quick", groups.PLAIN_IMAGES
    )
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._images import image_source
    from recipes._labelled import images_of
    from zoo.evaluation.protocols.drawn import DrawnProtocol
    from zoo.models.dcgan.model import DCGANConfig
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
