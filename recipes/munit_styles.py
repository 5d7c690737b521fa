"""Many answers for one picture: MUNIT between two values of an attribute."""

import argparse
import sys
from typing import Any

from recipes._training import train
from recipes.options import groups, kinds
from recipes.options.console import TERMINAL
from recipes.options.parser import recipe_parser
from recipes.options.presets import ENGINE, show_presets
from recipes.options.session import Session
from zoo import command_line

RECIPE = "munit_styles"
DEFAULTS = {"from": "unicolors", "to": "floral"}

DESCRIPTION = """\
Trains MUNIT to translate between two kinds of pictures that have nothing to do with each other,
with many answers for each: what a picture shows is kept, its style is drawn at random or taken
from another picture. Any two values of any attribute will do, or two folders. Without options
it draws sample products and gives plain ones all kinds of floral patterns.

examples:
  python -m recipes.munit_styles
  python -m recipes.munit_styles --from unicolors --to print --where category=tops
  python -m recipes.munit_styles --data shirts/ t-shirts/
  python -m recipes.translate runs/munit_styles photo.jpg --output out --styles 5
  python -m recipes.translate runs/munit_styles photo.jpg --output out --style-from other.jpg
"""

# Names as in MUNITConfig and TrainingConfig.
_PAPER = {  # the reference's configuration for edges and handbags
    **ENGINE, "size": (256, 256), "width": 64, "mlp_width": 256, "style_size": 8,
    "blocks": 4, "discriminator_width": 64, "weight_cycle": 0.0, "weight_image": 10.0, "batch_size": 1,
    "steps": 1_000_000, "epochs": None, "learning_rate": 1e-4, "schedule": "step", "decay_every": 100_000,
    "log_every": 50, "sample_every": 1000, "checkpoint_every": 1000,
}  # fmt: skip
# Pictures of 64 pixels take some ten minutes on two cores; those of 96 have twice as many pixels.
_QUICK = {
    **_PAPER, "size": (96, 96), "width": 12, "mlp_width": 64, "blocks": 2, "discriminator_width": 16,
    "batch_size": 4, "steps": 2000, "learning_rate": 5e-4, "schedule": "constant", "ema": 0.99,
    "precision": "auto", "log_every": 25, "sample_every": 250, "checkpoint_every": 400,
}  # fmt: skip
_QUICK_ON_SAMPLE = {**_QUICK, "size": (64, 64), "jitter": False}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """Values of each preset, for the sample products or for a person's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = recipe_parser(RECIPE, DESCRIPTION, "256x256, batch 1, 1,000,000 steps, float32")
    groups.add_domain_options(made, DEFAULTS)
    groups.add_training_options(made, "styles")
    group = made.add_argument_group("model")
    groups.add_size_options(group, "16", crop=False)
    group.add_argument(
        "--width", type=kinds.positive, metavar="N", help="channels of the encoders' first layer"
    )
    group.add_argument("--mlp-width", type=kinds.positive, metavar="N", help="of what reads the style")
    group.add_argument("--style-size", type=kinds.positive, metavar="N", help="numbers of a style")
    group.add_argument(
        "--blocks", type=kinds.positive, metavar="N", help="residual blocks of encoder and decoder"
    )
    group.add_argument(
        "--discriminator-width", type=kinds.positive, metavar="N", help="channels of its first layer"
    )
    group.add_argument(
        "--weight-image", type=kinds.amount, metavar="W", help="of the reconstruction of images"
    )
    group.add_argument(
        "--weight-cycle", type=kinds.amount, metavar="W", help="of the way there and back; 0 for none"
    )
    groups.add_run_options(made, RECIPE)
    show_presets(made, presets)
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = Session(arguments, RECIPE, "munit", presets(arguments.data is None), "quick", groups.DOMAINS)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._domains import domains_of
    from recipes._prepared_domains import domain_source
    from zoo.evaluation.protocols.styles import StylesProtocol
    from zoo.models.munit.model import MUNITConfig
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
        data.held_out, data.judged, data.names, config.size, channels, data.fit, TERMINAL,
        style_size=config.style_size, seed=session.values["seed"],
    )  # fmt: skip
    job = Job("munit", config, training, source, protocol, session.policy, data.config())
    return train(session, job, data, [source])


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
