"""From a product catalogue to a verified generator of model shots: pix2pix, end to end."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from recipes import _cli, _options
from recipes._session import Session, fields
from zoo.errors import UserError

if TYPE_CHECKING:
    from zoo.data.pairs import PairSource
    from zoo.training.inference import Inference
    from zoo.training.run_directory import RunDirectory
    from zoo.training.samples import Sample

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

--data takes a catalogue (data.csv, models/), a folder as VITON ships it (image/, cloth/,
pairs.txt) or images with both halves side by side.
"""

# Names as in Pix2PixConfig and TrainingConfig.
_PAPER = {  # Isola et al. 2017, section 6.2
    **_options.ENGINE, "size": (256, 256), "crop": None, "generator": "unet", "generator_width": 64,
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
    made = _cli.parser(f"recipes.{RECIPE}", DESCRIPTION)
    made.usage = f"python -m recipes.{RECIPE} [options]"
    made.add_argument(
        "--preset",
        metavar="NAME",
        help="quick: minutes on two cores; paper: 256x256, batch 1, 200 epochs, float32 as the paper "
        "(default: quick)",
    )
    _options.add_data_options(made)
    _options.add_training_options(made)
    group = made.add_argument_group("model")
    group.add_argument(
        "--size",
        type=_options.size_option,
        help="of the images, multiples of 32: 128, or 256x192 (height x width)",
    )
    group.add_argument(
        "--crop",
        type=_options.size_option,
        help="train on random crops of this size, translate whole images of --size",
    )
    group.add_argument("--generator", choices=("unet", "resnet-9", "resnet-6"), help="its architecture")
    group.add_argument(
        "--generator-width",
        type=_cli.positive,
        metavar="N",
        help="channels of its first layer, 64 in the paper",
    )
    group.add_argument(
        "--discriminator-width", type=_cli.positive, metavar="N", help="channels of its first layer"
    )
    group.add_argument("--norm", choices=("batch", "instance"), help="normalisation")
    group.add_argument(
        "--dropout", type=_options.rate, metavar="RATE", help="in the innermost decoder or residual layers"
    )
    group.add_argument(
        "--weight-l1", type=_options.amount, metavar="W", help="of the L1 term, 100 in the paper"
    )
    group.add_argument(
        "--weight-adversarial", type=_options.amount, metavar="W", help="of the adversarial term"
    )
    _options.add_run_options(made, RECIPE)
    sample, own = presets(sample=True), presets(sample=False)
    _options.show_defaults(
        made, {"quick": sample["quick"], "with --data": own["quick"], "paper": own["paper"]}
    )
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = Session(arguments, RECIPE, "pix2pix", presets(arguments.data is None), DEFAULT_PRESET)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._data import pair_source, prepare_pairs, read_all
    from zoo.backend import tf
    from zoo.files import write_text
    from zoo.pix2pix import Pix2Pix, Pix2PixConfig, pix2pix_generator, size_multiple
    from zoo.schedules import Schedule
    from zoo.training.cluster import chief_first
    from zoo.training.inference import copy_weights, load_inference, resolve_statistics
    from zoo.training.report import write_report
    from zoo.training.samples import SampleGrids, measure_pairs, sample_pairs

    values, strategy = session.values, session.strategy
    try:  # what cannot be is said before anything long begins
        size_multiple(Pix2PixConfig(**{**fields(Pix2PixConfig, values), "schedule": Schedule()}))
    except UserError as error:
        raise UserError(f"--{error}") from None
    with chief_first(strategy):
        data = prepare_pairs(
            arguments.data,
            arguments.layout,
            arguments.direction,
            arguments.held_out,
            arguments.on_bad or "error",
            values["seed"],
        )
    session.same_data(data.found.fingerprint(), data.root)
    examples = len(data.training)
    training = session.training_config(examples)
    schedule = session.schedule(training.steps, examples)
    config = Pix2PixConfig(**{**fields(Pix2PixConfig, values), "schedule": schedule})
    channels = (config.input_channels, config.output_channels)
    cache_mib = arguments.cache_mib if arguments.input_service is None else 0  # which reads them itself
    source = pair_source(
        data.training, data, config.size, channels, cache_mib, config.crop,
        seed=training.seed, jitter=training.jitter, flip=training.flip,
    )  # fmt: skip
    held_out = pair_source(data.held_out, data, config.size, channels)
    read_all(data, [source, held_out], known_good=session.resumed is not None)

    with strategy.scope():
        model = Pix2Pix(config, precision=session.policy)
        model.compile(
            accumulate=training.accumulate, ema=training.ema, sync_batch_norm=training.sync_batch_norm
        )
    used = pix2pix_generator(config, statistics=resolve_statistics("auto", config.norm, training.batch_size))
    run = session.open_run(config, training, data.config())
    trainer = session.trainer(model, run, training, examples)
    if arguments.notes is not None and session.chief:
        write_text(run.path / "notes.md", arguments.notes.strip() + "\n")
    feed = session.feed(source, run, tf.float64 if session.policy == "float64" else tf.float32)

    def update() -> None:
        copy_weights(model.generator, used, model.averages.get("generator"))

    grids = SampleGrids(
        run if session.chief else None, sample_pairs(data.held_out, config.size, channels), used, update
    )

    def on_sample(step: int) -> "Sample | None":
        sample = grids.draw(step)
        if session.chief:
            write_report(run.path)
        return sample

    def measure(step: int) -> dict[str, float] | None:
        update()
        return measure_pairs(used.predict_on_batch, held_out) if session.chief else None

    try:
        with feed.own_errors():
            finished = session.train(
                trainer, batches_from=feed.batches_from, on_sample=on_sample, measure=measure
            )
    except KeyboardInterrupt:
        session.stopped(trainer)
        raise
    if not finished:
        session.stopped(trainer)
        return 0
    with chief_first(strategy):  # the others wait until all is written
        if session.chief:
            known = source if config.crop is None else pair_source(data.training, data, config.size, channels)
            _finish(run, load_inference(run.path), known, held_out, export=not arguments.no_export)
    return 0


def _finish(
    run: "RunDirectory", trained: "Inference", source: "PairSource", held_out: "PairSource", export: bool
) -> None:
    """Measure what was trained, export it, and say what was written."""
    from zoo.training.report import write_report
    from zoo.training.samples import evaluate_held_out

    print("measuring on the held-out pairs", flush=True)
    step, generate = trained.provenance["step"], trained.generator.predict_on_batch
    for name, found in evaluate_held_out(run, step, generate, source, held_out)["figures"].items():
        l1, psnr, ssim = (found[key] for key in ("l1", "psnr", "ssim"))
        print(f"  {name:26} L1 {l1:.3f}  PSNR {psnr:.2f} dB  SSIM {ssim:.3f}")
    if export:
        from export.bundle import export_run

        export_run(run.path, say=lambda line: print(line, flush=True))
    written = [write_report(run.path), run.path / "evaluation.json", run.path / "metrics.csv", run.samples]
    for path in [*written, *([run.path / "bundle"] if export else [])]:
        print(f"wrote {path}")


if __name__ == "__main__":
    sys.exit(_cli.run(main, parser().parse_args()))
