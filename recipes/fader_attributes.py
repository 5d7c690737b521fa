"""Attributes that slide: Fader Networks."""

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

RECIPE = "fader_attributes"
DEFAULTS = {"catalogue": ("sleeve_length:sleeveless:long",), "celeba": ("Smiling",)}

DESCRIPTION = """\
Trains a Fader Network: an autoencoder whose code no longer tells an attribute, so that the decoder
can be told another amount of it, anywhere between its two ends. Without options it draws sample
products and learns to slide sleeves from none to long.

examples:
  python -m recipes.fader_attributes
  python -m recipes.fader_attributes --attributes color:white:black
  python -m recipes.fader_attributes --data celeba/ --attributes Smiling,Eyeglasses
  python -m recipes.translate runs/fader_attributes photo.jpg --output out --value 0.7
  python -m recipes.translate runs/fader_attributes photo.jpg --output slides --slide 5
"""

# Names as in FaderConfig and TrainingConfig.
_PAPER = {  # the reference's: 1,000 epochs of 50,000 images, the ramp over 16 million
    **ENGINE, "size": (256, 256), "layers": 6, "width": 32, "max_width": 512, "hidden_width": 512,
    "dropout": 0.3, "upsampling": "transposed", "weight_latent": 1e-4, "ramp_images": 16_000_000,
    "batch_size": 32, "steps": 1_562_500, "epochs": None, "learning_rate": 2e-4, "jitter": False,
    "log_every": 50, "sample_every": 5000, "checkpoint_every": 5000,
}  # fmt: skip
_QUICK = {
    **_PAPER, "size": (64, 64), "layers": 4, "max_width": 256, "hidden_width": 256, "steps": 6000,
    "weight_latent": 3e-3, "ramp_images": 100_000, "learning_rate": 1e-3, "precision": "auto",
    "sample_every": 500, "checkpoint_every": 1000,
}  # fmt: skip
# Some six minutes on two cores.
_QUICK_ON_SAMPLE = {**_QUICK, "steps": 3000}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """Values of each preset, for the sample products or for a person's own data."""
    made = {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}
    unused = ("diffaugment", "save_memory")  # no discriminator of images, no residual blocks
    return {name: {k: v for k, v in values.items() if k not in unused} for name, values in made.items()}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = recipe_parser(RECIPE, DESCRIPTION, "256x256, batch 32, 1,000 epochs of 50,000 images, float32")
    groups.add_image_options(
        made, DEFAULTS["catalogue"], "color:white:black: the value it slides from, and the one it slides to"
    )
    groups.add_training_options(made, "sliders", diffaugment=False)
    group = made.add_argument_group("model")
    groups.add_size_options(group, "2 to the power of --layers", crop=False)
    group.add_argument("--layers", type=kinds.positive, metavar="N", help="of encoder and decoder")
    group.add_argument(
        "--width", type=kinds.positive, metavar="N", help="channels of the encoder's first layer"
    )
    group.add_argument("--max-width", type=kinds.positive, metavar="N", help="channels at most")
    group.add_argument("--hidden-width", type=kinds.positive, metavar="N", help="of the latent discriminator")
    group.add_argument("--dropout", type=kinds.rate, metavar="RATE", help="in the latent discriminator")
    group.add_argument("--upsampling", choices=("transposed", "nearest"), help="the decoder's convolutions")
    group.add_argument(
        "--weight-latent",
        type=kinds.amount,
        metavar="W",
        help="of the latent term, at the end of its ramp",
    )
    group.add_argument(
        "--ramp-images",
        type=kinds.natural,
        metavar="N",
        help="images seen when it reaches that weight; 0 for no ramp",
    )
    groups.add_run_options(made, RECIPE, save_memory=False)
    show_presets(made, presets)
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = Session(arguments, RECIPE, "fader", presets(arguments.data is None), "quick", groups.IMAGES)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._images import image_source
    from recipes._labelled import images_of, need_two_values
    from zoo.evaluation.protocols.sliders import SlidersProtocol
    from zoo.models.fader.model import Fader, FaderConfig
    from zoo.models.fader.networks import sides
    from zoo.training.job import Job

    planned = session.configuration(FaderConfig)  # errors come before anything that takes long
    sides(planned.size, planned.layers)
    data = images_of(session, arguments, DEFAULTS, complete=True)
    attributes, channels = data.found.attributes, data.channels
    need_two_values(data)
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
