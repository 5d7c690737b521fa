"""From a product catalogue to a verified generator of model shots: pix2pix, end to end."""

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
from zoo.errors import UserError

RECIPE = "pix2pix_product2model"
DEFAULT_PRESET = "quick"

DESCRIPTION = """\
Trains pix2pix to turn a product photo into a model shot, measures it on pairs it never saw,
and exports it as a verified bundle (SavedModel and ONNX). Without options it draws a sample
catalogue and trains on that for a few minutes.

examples:
  python -m recipes.pix2pix_product2model
  python -m recipes.pix2pix_product2model --data photos/ --size 128 --batch-size 4 --steps 1500
  python -m recipes.pix2pix_product2model --resume

--data takes a catalogue (data.csv, models/), a folder as VITON or Dress Code ships it (image/,
cloth/, pairs.txt), two folders with pictures of the same names (A/ and B/, trainA/ and trainB/,
A/train/ and B/train/ …), or images with both halves side by side. What is in test/ or val/ is
held out.
"""

# Names as in Pix2PixConfig and TrainingConfig.
_PAPER = {  # Isola et al. 2017, section 6.2
    **ENGINE, "size": (256, 256), "crop": None, "generator": "unet", "generator_width": 64,
    "discriminator_width": 64, "batch_size": 1, "steps": None, "epochs": 200, "weight_l1": 100.0,
    "weight_adversarial": 1.0, "learning_rate": 2e-4, "dropout": 0.5, "norm": "batch",
    "log_every": 50, "sample_every": 1000, "checkpoint_every": 1000,
}  # fmt: skip
# Minutes, not days. A light adversarial term and no dropout, because fine texture is not to be had
# in that time, and what there is of it costs L1 and SSIM; a higher learning rate that falls.
_QUICK = {
    **_PAPER, "size": (128, 128), "batch_size": 4, "steps": 1500, "epochs": None, "precision": "auto",
    "weight_adversarial": 0.2, "learning_rate": 5e-4, "schedule": "linear", "decay": 0.5, "dropout": 0.0,
    "log_every": 25, "sample_every": 250, "checkpoint_every": 500,
}  # fmt: skip
# A drawn catalogue of 400 products in under four minutes on two cores.
_QUICK_ON_SAMPLE = {
    **_QUICK, "size": (96, 96), "generator_width": 32, "discriminator_width": 32, "batch_size": 8,
    "steps": 1600, "weight_adversarial": 0.1, "learning_rate": 1e-3, "jitter": False,
    "log_every": 50, "sample_every": 200, "checkpoint_every": 800,
}  # fmt: skip


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """Values of each preset, for the sample catalogue or for a person's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = recipe_parser(RECIPE, DESCRIPTION, "256x256, batch 1, 200 epochs, float32 as the paper")
    groups.add_pair_options(made)
    groups.add_training_options(made, "pairs")
    group = made.add_argument_group("model")
    groups.add_size_options(group, "32")
    group.add_argument("--generator", choices=("unet", "resnet-9", "resnet-6"), help="its architecture")
    groups.add_width_options(group)
    group.add_argument("--norm", choices=("batch", "instance"), help="normalisation")
    group.add_argument(
        "--dropout", type=kinds.rate, metavar="RATE", help="in the innermost decoder or residual layers"
    )
    group.add_argument("--weight-l1", type=kinds.amount, metavar="W", help="of the L1 term, 100 in the paper")
    group.add_argument("--weight-adversarial", type=kinds.amount, metavar="W", help="of the adversarial term")
    groups.add_run_options(made, RECIPE)
    show_presets(made, presets)
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = Session(arguments, RECIPE, "pix2pix", presets(arguments.data is None), DEFAULT_PRESET)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._data import pair_source, prepare_pairs
    from zoo.engine.cluster import chief_first
    from zoo.evaluation.protocols.pairs import PairsProtocol
    from zoo.models.pix2pix.model import Pix2PixConfig, check_sides, size_multiple
    from zoo.training.job import Job

    planned = session.configuration(Pix2PixConfig)  # errors come before anything that takes long
    try:
        size_multiple(planned)
        check_sides(planned)
    except UserError as error:
        raise UserError(f"--{error}") from None
    with chief_first(session.strategy):
        data = prepare_pairs(
            arguments.data,
            arguments.layout,
            arguments.direction,
            arguments.held_out,
            arguments.on_bad or "error",
            session.values["seed"],
            session.resumed and session.resumed.path,
        )
    session.same_data(data.found.fingerprint(), data.root)
    channels = (planned.input_channels, planned.output_channels)
    source = pair_source(
        data.training, data, planned.size, channels, session.cache_mib, planned.crop, **session.augmentation
    )  # fmt: skip
    training = session.training_config(len(source))
    config = session.configuration(Pix2PixConfig, training.steps, len(source))
    whole = source if config.crop is None else pair_source(data.training, data, config.size, channels)
    held_out = pair_source(data.held_out, data, config.size, channels)
    protocol = PairsProtocol(whole, held_out, TERMINAL)
    job = Job("pix2pix", config, training, source, protocol, session.policy, data.config())
    return train(session, job, data, [source, held_out])


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
