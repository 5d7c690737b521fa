"""Several attributes changed by one generator: StarGAN."""

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

RECIPE = "stargan_attributes"
DEFAULTS = {
    "catalogue": ("sleeve_length", "fit", "neckline"),
    "celeba": ("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young"),
}

DESCRIPTION = """\
Trains one StarGAN to change several attributes of a product: whichever is named is changed, the
others stay. Products that have no value for some attribute take part in the others. Without
options it draws sample products and learns sleeve length, fit and neckline.

examples:
  python -m recipes.stargan_attributes
  python -m recipes.stargan_attributes --attributes pattern,color
  python -m recipes.stargan_attributes --data celeba/ --attributes Black_Hair,Blond_Hair,Male,Young
  python -m recipes.translate runs/stargan_attributes photo.jpg --output out --set sleeve_length=long
"""

# Names as in StarGANConfig and TrainingConfig.
_PAPER = {  # the reference's, with the paper's schedule: 40,000 steps of 5 critic updates
    **ENGINE, "size": (128, 128), "blocks": 6, "generator_width": 64, "discriminator_width": 64,
    "repeat_num": 6, "n_critic": 5, "keep_rate": 0.0, "weight_classification": 1.0,
    "weight_reconstruction": 10.0, "weight_identity": 0.0,
    "batch_size": 16, "steps": 40_000, "epochs": None, "learning_rate": 1e-4,
    "schedule": "linear", "decay": 0.5, "jitter": False, "log_every": 10,
    "sample_every": 1000, "checkpoint_every": 1000,
}  # fmt: skip
# There is time for few images, so a step has few, and the terms beside the adversarial one weigh several
# times the paper's. What is not named is to stay: half of the targets say so.
# Pictures of 64 pixels take some eight minutes on two cores; those of 96 have twice as many pixels.
_QUICK = {
    **_PAPER, "size": (96, 96), "blocks": 3, "generator_width": 16, "discriminator_width": 32,
    "repeat_num": 5, "n_critic": 1, "keep_rate": 0.5, "weight_classification": 12.0,
    "weight_reconstruction": 50.0, "weight_identity": 50.0, "batch_size": 4, "steps": 3000,
    "learning_rate": 5e-4, "ema": 0.99, "precision": "auto", "log_every": 25,
    "sample_every": 250, "checkpoint_every": 500,
}  # fmt: skip
_QUICK_ON_SAMPLE = {**_QUICK, "size": (64, 64)}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """Values of each preset, for the sample products or for a person's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = recipe_parser(RECIPE, DESCRIPTION, "128x128, batch 16, 40,000 steps of 5 critic updates, float32")
    groups.add_image_options(made, DEFAULTS["catalogue"], "pattern,color")
    groups.add_training_options(made, "attributes")
    group = made.add_argument_group("model")
    groups.add_size_options(group, "2 to the power of --repeat-num", crop=False)
    group.add_argument("--blocks", type=kinds.positive, metavar="N", help="residual blocks of the generator")
    groups.add_width_options(group)
    group.add_argument(
        "--repeat-num", type=kinds.positive, metavar="N", help="the discriminator's convolutions of stride 2"
    )
    group.add_argument(
        "--n-critic",
        type=kinds.positive,
        metavar="N",
        help="updates of the discriminator a step, each on a batch",
    )
    group.add_argument(
        "--keep-rate", type=kinds.rate, metavar="SHARE",
        help="share of the targets' attributes that say 'as it is', so that one can be changed alone",
    )  # fmt: skip
    group.add_argument(
        "--weight-classification", type=kinds.amount, metavar="W", help="of the classification terms"
    )
    group.add_argument(
        "--weight-reconstruction", type=kinds.amount, metavar="W", help="of the way there and back"
    )
    group.add_argument(
        "--weight-identity", type=kinds.amount, metavar="W",
        help="of leaving all as it is where nothing is named; needs --keep-rate",
    )  # fmt: skip
    groups.add_run_options(made, RECIPE)
    show_presets(made, presets)
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = Session(arguments, RECIPE, "stargan", presets(arguments.data is None), "quick", groups.IMAGES)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._images import image_source
    from recipes._labelled import images_of
    from zoo.evaluation.protocols.attributes import AttributesProtocol
    from zoo.models.stargan.model import StarGANConfig
    from zoo.training.job import Job

    planned = session.configuration(StarGANConfig)  # errors come before anything that takes long
    data = images_of(session, arguments, DEFAULTS)
    attributes, channels = data.found.attributes, data.channels
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
        data.training, data.held_out, config.size, channels, data.fit, bool(config.keep_rate), TERMINAL
    )
    job = Job("stargan", config, training, source, protocol, session.policy, data.config())
    return train(session, job, data, [source])


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
