"""From one value of an attribute to another and back, without pairs: CycleGAN."""

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

RECIPE = "cyclegan_pattern"
DEFAULTS = {"from": "unicolors", "to": "stripes"}

DESCRIPTION = """\
Trains CycleGAN to give a garment another pattern, and to take it away again, from pictures of
both kinds that have nothing to do with each other. Any two values of any attribute will do, or
two folders. Without options it draws sample products and learns to draw stripes on them.

examples:
  python -m recipes.cyclegan_pattern
  python -m recipes.cyclegan_pattern --from floral --to unicolors --where category=dresses
  python -m recipes.cyclegan_pattern --data photos/ --attribute color --from blue --to red
  python -m recipes.cyclegan_pattern --data shirts/ t-shirts/
  python -m recipes.translate runs/cyclegan_pattern photo.jpg --output out --direction BtoA
"""

# Names as in CycleGANConfig and TrainingConfig.
_PAPER = {  # Zhu et al. 2017, section 4 and appendix 7.1, as the reference has it
    **ENGINE, "size": (256, 256), "crop": None, "blocks": 9, "generator_width": 64,
    "discriminator_width": 64, "discriminator_layers": 3, "pool_size": 50, "weight_cycle": 10.0,
    "weight_identity": 5.0, "dropout": 0.0, "batch_size": 1, "steps": None, "epochs": 200,
    "learning_rate": 2e-4, "schedule": "linear", "decay": 0.5,
    "log_every": 50, "sample_every": 1000, "checkpoint_every": 1000,
}  # fmt: skip
# Pictures of 64 pixels take some ten minutes on two cores; those of 96 have twice as many pixels.
_QUICK = {
    **_PAPER, "size": (96, 96), "blocks": 3, "generator_width": 16, "discriminator_width": 16,
    "batch_size": 4, "steps": 2500, "epochs": None, "learning_rate": 5e-4, "ema": 0.99,
    "precision": "auto", "log_every": 25, "sample_every": 250, "checkpoint_every": 500,
}  # fmt: skip
_QUICK_ON_SAMPLE = {**_QUICK, "size": (64, 64), "jitter": False}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """Values of each preset, for the sample products or for a person's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = recipe_parser(RECIPE, DESCRIPTION, "256x256, batch 1, 200 epochs, float32")
    groups.add_domain_options(made, DEFAULTS)
    groups.add_training_options(made, "domains")
    group = made.add_argument_group("model")
    groups.add_size_options(group, "4")
    group.add_argument("--blocks", type=kinds.positive, metavar="N", help="residual blocks of a generator")
    groups.add_width_options(group)
    group.add_argument(
        "--discriminator-layers", type=kinds.positive, metavar="N",
        help="its convolutions of stride 2: it judges patches of 34 pixels with 2, of 70 with 3",
    )  # fmt: skip
    group.add_argument(
        "--pool-size", type=kinds.natural, metavar="N",
        help="generated images that a discriminator may be shown again; 0 for none",
    )  # fmt: skip
    group.add_argument("--weight-cycle", type=kinds.amount, metavar="W", help="of the cycle terms")
    group.add_argument(
        "--weight-identity", type=kinds.amount, metavar="W",
        help="of the identity terms: leave a picture of the other domain as it is",
    )  # fmt: skip
    group.add_argument("--dropout", type=kinds.rate, metavar="RATE", help="in the residual blocks")
    groups.add_run_options(made, RECIPE)
    show_presets(made, presets)
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = Session(arguments, RECIPE, "cyclegan", presets(arguments.data is None), "quick", groups.DOMAINS)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._domains import domains_of
    from recipes._prepared_domains import domain_source
    from zoo.evaluation.protocols.domains import DomainsProtocol
    from zoo.models.cyclegan.model import CycleGANConfig
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
        data.held_out, data.judged, data.names, config.size, channels, data.fit, TERMINAL
    )
    job = Job("cyclegan", config, training, source, protocol, session.policy, data.config())
    return train(session, job, data, [source], exported=("AtoB", "BtoA"))


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
