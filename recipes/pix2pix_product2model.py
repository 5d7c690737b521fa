"""From a product catalogue to a verified generator of model shots: pix2pix, end to end."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes._training import Job, Signatures, train
from recipes.options.declared import PairOptions
from recipes.options.recipe import Recipe
from recipes.options.session import Session
from zoo import command_line
from zoo.command_line import say
from zoo.models.pix2pix.configuration import Pix2PixConfig

if TYPE_CHECKING:
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.samples import Drawn


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
    """What each preset changes, for the sample catalogue or for a person's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


RECIPE = Recipe(
    name="pix2pix_product2model",
    model="pix2pix",
    configuration=Pix2PixConfig,
    description=DESCRIPTION,
    data=PairOptions,
    presets=presets,
    paper="256x256, batch 1, 200 epochs, float32 as the paper",
    best=("l1", "psnr", "ssim"),
)
parser = RECIPE.parser


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = RECIPE.session(arguments)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._data import pair_source, prepare_pairs, read_all
    from zoo.data.images import to_float
    from zoo.engine.cluster import chief_first
    from zoo.models.pix2pix.model import check_sides, size_multiple
    from zoo.training.samples import Drawn, evaluate_held_out, measure_pairs, sample_pairs

    values = session.values
    planned = session.configuration(Pix2PixConfig)  # what cannot be is said before anything long begins
    size_multiple(planned)
    check_sides(planned)
    with chief_first(session.strategy):
        data = prepare_pairs(
            arguments.data,
            arguments.layout,
            arguments.direction,
            arguments.held_out,
            arguments.on_bad or "error",
            values["seed"],
            session.resumed and session.resumed.path,
        )
    session.same_data(data.found.fingerprint(), data.root)
    examples = len(data.training)
    training = session.training_config(examples)
    config = session.configuration(Pix2PixConfig, training.steps, examples)
    channels = (config.input_channels, config.output_channels)
    source = pair_source(
        data.training, data, config.size, channels, session.cache_mib, config.crop, **session.augmentation
    )  # fmt: skip
    held_out = pair_source(data.held_out, data, config.size, channels)
    inputs, targets = sample_pairs(data.held_out, config.size, channels)

    def draw(signatures: Signatures) -> "Drawn":
        generated = np.asarray(signatures["translate"].call(image=to_float(inputs)))
        columns = {"input": inputs, "generated": generated, "real": targets}
        return Drawn(columns, inputs, generated, targets)

    def evaluate(run: "RunDirectory", step: int, signatures: Signatures) -> dict[str, Any]:
        say("measuring on the held-out pairs")
        whole = source if config.crop is None else pair_source(data.training, data, config.size, channels)
        evaluation = evaluate_held_out(run, step, signatures["translate"].call, whole, held_out)
        for name, found in evaluation["figures"].items():
            l1, psnr, ssim = (found[key] for key in ("l1", "psnr", "ssim"))
            say(f"  {name:26} L1 {l1:.3f}  PSNR {psnr:.2f} dB  SSIM {ssim:.3f}")
        return evaluation

    return train(
        session,
        Job(
            config=config,
            training=training,
            data=data,
            source=source,
            examples=examples,
            read=lambda: read_all(data, [source, held_out], known_good=session.resumed is not None),
            prepare=None if session.resumed else data.keep,
            draw=draw,
            measure=lambda signatures: measure_pairs(signatures["translate"].call, held_out),
            evaluate=evaluate,
            inputs={"": inputs},
        ),
    )


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
