"""From a product catalogue to a verified generator of model shots: pix2pix, end to end."""

import argparse
import sys
from typing import Any

from recipes.options.console import TERMINAL
from recipes.options.data import pairs_of
from recipes.options.recipe import Recipe
from recipes.options.recipe_options import PairOptions
from recipes.options.session import Session
from recipes.options.train_and_finish import train
from zoo import command_line
from zoo.models.pix2pix.configuration import Pix2PixConfig

DESCRIPTION = """\
Trains pix2pix to turn a product photo into a model shot, evaluates it on held-out pairs,
and exports it as a verified bundle (SavedModel and ONNX). Without options it draws a sample
catalogue and trains on that for a few minutes.

examples:
  python -m recipes.pix2pix_product2model
  python -m recipes.pix2pix_product2model --data photos/ --size 128 --batch-size 4 --steps 1500
  python -m recipes.pix2pix_product2model --resume

--data takes a catalogue (data.csv, models/), a folder as VITON or Dress Code ships it (image/,
cloth/, pairs.txt), two folders with the same file names (A/ and B/, trainA/ and trainB/,
A/train/ and B/train/ …), or images that hold source and target side by side. What is in test/
or val/ is held out.
"""

# What the presets change in the defaults of Pix2PixConfig and TrainingConfig.
_PAPER = {"epochs": 200, "sample_every": 1000}  # Isola et al. 2017, section 6.2
# Minutes, not days. A light adversarial loss and no dropout, because fine texture cannot be learned in
# that time, and what there is of it costs L1 and SSIM; a higher learning rate that falls.
_QUICK = {
    "size": (128, 128), "weight_adversarial": 0.2, "dropout": 0.0,
    "batch_size": 4, "steps": 1500, "learning_rate": 5e-4, "schedule": "linear", "decay": 0.5,
    "precision": "auto", "log_every": 25, "sample_every": 250, "checkpoint_every": 500,
}  # fmt: skip
# A drawn catalogue of 400 products in under four minutes on two cores.
_QUICK_ON_SAMPLE = {
    **_QUICK, "size": (96, 96), "generator_width": 32, "discriminator_width": 32,
    "weight_adversarial": 0.1, "batch_size": 8, "steps": 1600, "learning_rate": 1e-3, "jitter": False,
    "log_every": 50, "sample_every": 200, "checkpoint_every": 800,
}  # fmt: skip


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes, for the sample catalogue or for the user's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


RECIPE = Recipe(
    name="pix2pix_product2model",
    model="pix2pix",
    configuration=Pix2PixConfig,
    description=DESCRIPTION,
    data=PairOptions,
    presets=presets,
    paper="256x256, batch 1, 200 epochs, float32",
    protocol="pairs",
)
parser = RECIPE.parser


def main(arguments: argparse.Namespace) -> int:
    """Train, evaluate, report, export; see ``DESCRIPTION``."""
    session = RECIPE.session(arguments)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from zoo.data.preparation.feeding import pair_source
    from zoo.evaluation.protocols.pairs import PairsProtocol
    from zoo.models.pix2pix.model import check_sides, size_multiple
    from zoo.training.job import Job

    planned = session.configuration(Pix2PixConfig)  # errors come before anything that takes long
    size_multiple(planned)
    check_sides(planned)
    data = pairs_of(session, arguments)
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
