"""From a product catalogue to a verified generator of model shots: pix2pix, end to end."""

import argparse
import dataclasses
import math
import sys
from pathlib import Path
from typing import Any

from recipes import _cli, _progress, _training
from zoo.errors import UserError

RECIPE = "pix2pix_product2model"

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
    "size": (256, 256), "generator_width": 64, "discriminator_width": 64, "batch_size": 1,
    "steps": None, "epochs": 200, "precision": "float32", "weight_l1": 100.0, "weight_adversarial": 1.0,
    "learning_rate": 2e-4, "decay": 0.0, "jitter": True, "flip": True, "dropout": 0.5, "norm": "batch",
    "log_every": 50, "sample_every": 1000, "checkpoint_every": 1000,
}  # fmt: skip
_QUICK = {
    **_PAPER, "size": (128, 128), "batch_size": 4, "steps": 1500, "epochs": None, "precision": "auto",
    "decay": 0.5, "log_every": 25, "sample_every": 250, "checkpoint_every": 500,
}  # fmt: skip
# A drawn catalogue of 400 products in some three minutes on two cores. A light adversarial term,
# because fine texture is not to be had in that time and what there is of it costs SSIM.
_QUICK_ON_SAMPLE = {
    **_QUICK, "size": (96, 96), "generator_width": 32, "discriminator_width": 32, "batch_size": 8,
    "steps": 1300, "weight_adversarial": 0.1, "learning_rate": 1e-3, "jitter": False, "dropout": 0.0,
    "log_every": 50, "sample_every": 200, "checkpoint_every": 650,
}  # fmt: skip


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """Values of each preset, for the sample catalogue or for a person's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = _cli.parser(f"recipes.{RECIPE}", DESCRIPTION)
    made.add_argument(
        "--preset",
        default="quick",
        help="quick: minutes on two cores; paper: 256x256, batch 1, 200 epochs, float32 as the paper",
    )
    _training.add_data_options(made)
    group = made.add_argument_group("training (defaults: the preset's)")
    group.add_argument("--size", type=_training.size_option, help="128, or 256x192 (height x width)")
    group.add_argument(
        "--batch-size", type=_cli.positive, metavar="N", help="images a step, over all replicas"
    )
    group.add_argument("--epochs", type=_cli.positive, metavar="N", help="times through the data")
    group.add_argument(
        "--steps", type=_cli.positive, metavar="N", help="training steps; goes before --epochs"
    )
    group.add_argument(
        "--decay",
        type=_cli.share,
        metavar="SHARE",
        help="last share of the steps in which the learning rate falls to 0",
    )
    group.add_argument("--seed", type=int, default=0, help="of weights, split, order and augmentation")
    on_off = argparse.BooleanOptionalAction
    group.add_argument("--flip", action=on_off, help="mirror half of the examples")
    group.add_argument("--jitter", action=on_off, help="enlarge by 286/256 and crop at random")
    group.add_argument("--log-every", type=_cli.positive, metavar="N", help="steps a row of metrics.csv")
    group.add_argument("--sample-every", type=_cli.positive, metavar="N", help="steps a sample grid")
    group.add_argument("--checkpoint-every", type=_cli.positive, metavar="N", help="steps a checkpoint")
    group.add_argument("--keep", type=_cli.positive, default=2, metavar="N", help="checkpoints kept")
    group = made.add_argument_group("model (defaults: the preset's)")
    group.add_argument(
        "--generator-width", type=_cli.positive, metavar="N", help="first channels, 64 in the paper"
    )
    group.add_argument("--discriminator-width", type=_cli.positive, metavar="N", help="likewise")
    group.add_argument("--norm", choices=("batch", "instance"), help="normalisation")
    group.add_argument("--dropout", type=float, metavar="RATE", help="in the innermost decoder layers")
    group.add_argument("--weight-l1", type=float, metavar="W", help="of the L1 term, 100 in the paper")
    group.add_argument("--weight-adversarial", type=float, metavar="W", help="of the adversarial term")
    group.add_argument("--learning-rate", type=float, metavar="R", help="of both Adams")
    _training.add_run_options(made, RECIPE)
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    values = _values(arguments)
    run_path = _training.choose_run(arguments.run, RECIPE, arguments.resume)
    resumed = _reopen(run_path, arguments) if arguments.resume else None
    if resumed is not None:
        values, arguments.seed = (
            _continued(resumed.config, arguments, values),
            resumed.config["training"]["seed"],
        )

    from recipes._data import prepare_pairs
    from zoo.data.pairs import PairSource
    from zoo.files import write_text
    from zoo.networks.unet import unet_depth
    from zoo.pix2pix import Pix2Pix, Pix2PixConfig, pix2pix_generator
    from zoo.training.inference import resolve_statistics
    from zoo.training.loop import Trainer, TrainingConfig
    from zoo.training.report import write_report
    from zoo.training.run_directory import RunDirectory
    from zoo.training.samples import SampleGrids, evaluate_held_out, sample_pairs
    from zoo.training.strategy import describe_hardware, keras_policy, make_strategy

    unet_depth(values["size"])  # a size that cannot be is said before anything long begins
    policy = keras_policy(values["precision"])
    strategy = make_strategy(arguments.strategy, arguments.logical_devices)
    batch_size, replicas = values["batch_size"], strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise UserError(
            f"--batch-size {batch_size} is not a multiple of the {replicas} replicas: "
            f"use {max(batch_size // replicas, 1) * replicas}"
        )

    data = prepare_pairs(
        arguments.data,
        arguments.layout,
        arguments.direction,
        arguments.held_out,
        arguments.on_bad,
        arguments.seed,
    )
    if resumed is not None and data.found.fingerprint() != resumed.config["data"]["fingerprint"]:
        raise UserError(
            f"{data.root}: the data is not what {run_path} was trained on (its fingerprint differs); "
            "put it back, or start another run without --resume"
        )
    steps = values["steps"] or max(1, values["epochs"] * len(data.training) // values["batch_size"])
    training = TrainingConfig(
        steps=steps,
        seed=arguments.seed,
        keep=arguments.keep,
        **{
            name: values[name]
            for name in values
            if name in TrainingConfig.__dataclass_fields__ and name != "steps"
        },
    )
    decay_from = round(steps * (1 - values["decay"])) if values["decay"] else None
    config = Pix2PixConfig(
        seed=arguments.seed,
        decay_from=decay_from,
        decay_to=None if decay_from is None else steps,
        **{name: values[name] for name in values if name in Pix2PixConfig.__dataclass_fields__},
    )
    channels = (config.input_channels, config.output_channels)
    source = PairSource(
        data.training,
        config.size,
        training.seed,
        training.jitter,
        training.flip,
        *channels,
        on_bad=arguments.on_bad,
    )
    held_out = PairSource(data.held_out, config.size, jitter=False, flip=False, on_bad=arguments.on_bad)
    for images in (source, held_out):
        with _progress.counted("reading images") as progress:
            images.preload(progress)

    with strategy.scope():
        model = Pix2Pix(config, precision=policy)
        model.compile()
    used = pix2pix_generator(config, statistics=resolve_statistics("auto", config.norm, training.batch_size))
    run = resumed or RunDirectory.create(
        run_path,
        {
            "model": "pix2pix",
            "recipe": RECIPE,
            "command": _training.command_line(),
            "configuration": dataclasses.asdict(config),
            "training": dataclasses.asdict(training),
            "data": data.config(),
            "hardware": describe_hardware(),
            "strategy": f"{type(strategy).__name__}, {replicas} replicas",
            "precision": policy,
        },
    )
    print(f"run: {run.path}/ ({policy}, {steps:,} steps of {training.batch_size} images)", flush=True)
    if arguments.notes is not None:
        write_text(run.path / "notes.md", arguments.notes.strip() + "\n")
    trainer = Trainer(model, run, training, strategy, epoch_size=len(data.training))
    if resumed is not None:
        print(f"going on from step {trainer.restore():,}", flush=True)
    grids = SampleGrids(run, sample_pairs(data.held_out, config.size, channels), model.generator, used)

    def on_sample(step: int) -> None:
        grids.draw(step)
        write_report(run.path)

    with source.own_errors(), _progress.training(steps, trainer.step) as on_row:
        finished = trainer.train(lambda step: source.training(training.batch_size, step), on_row, on_sample)
    if not finished:
        print(f"stopped after step {trainer.step:,} of {steps:,}, which is saved in {run.checkpoints}/")
        print(f"go on with: {_resume_command(run.path)}")
        return 130

    print("measuring on the held-out pairs", flush=True)
    grids.draw(steps)
    evaluation = evaluate_held_out(run, steps, used.predict_on_batch, source, held_out)
    for name, figures in evaluation["figures"].items():
        print(
            f"  {name:26} L1 {figures['l1']:.3f}  PSNR {figures['psnr']:.2f} dB  SSIM {figures['ssim']:.3f}"
        )
    if not arguments.no_export:
        from export.bundle import export_run

        export_run(run.path, say=lambda line: print(line, flush=True))
    written = [write_report(run.path), run.path / "evaluation.json", run.path / "metrics.csv", run.samples]
    if not arguments.no_export:
        written.append(run.path / "bundle")
    for path in written:
        print(f"wrote {path}")
    return 0


def _values(arguments: argparse.Namespace) -> dict[str, Any]:
    values = _training.apply_preset(arguments, presets(sample=arguments.data is None))
    if arguments.epochs is not None and arguments.steps is None:
        values["steps"] = None
    return values


def _reopen(path: Path, arguments: argparse.Namespace) -> Any:
    from zoo.training.run_directory import RunDirectory

    run = RunDirectory.open(path, model="pix2pix")
    run.check_writable()
    if arguments.data is None and "data" in run.config:
        arguments.data = Path(run.config["data"]["path"])
    for name in ("layout", "direction"):
        if getattr(arguments, name) in (None, "auto"):
            setattr(arguments, name, run.config["data"][name])
    if arguments.held_out is None:
        arguments.held_out = run.config["data"]["held_out_pairs"]
    return run


def _continued(
    config: dict[str, Any], arguments: argparse.Namespace, values: dict[str, Any]
) -> dict[str, Any]:
    """Values of the run that goes on; an option that contradicts them is an error, but for the length."""
    kept = {**config["configuration"], **config["training"], "epochs": None}
    kept["precision"] = config["precision"].removeprefix("mixed_")
    kept["size"] = tuple(kept["size"])
    start, end = kept.get("decay_from"), kept.get("decay_to")
    kept["decay"] = 0.0 if start is None else 1 - start / end
    for name in values:
        given = getattr(arguments, name, None)
        if given is None or name in ("steps", "epochs", "log_every", "sample_every", "checkpoint_every"):
            continue
        if name == "decay" and math.isclose(given, kept[name], abs_tol=1 / kept["steps"]):
            continue  # the run keeps it as whole steps
        if given != kept[name] and not (name == "precision" and given == "auto"):
            option = f"--{name.replace('_', '-')}"
            raise UserError(
                f"{option} {given} contradicts the run, which has {kept[name]}: leave it out, or start anew"
            )
    if arguments.steps is not None or arguments.epochs is not None:
        kept["steps"], kept["epochs"] = arguments.steps, arguments.epochs
    return {name: kept[name] for name in values}


def _resume_command(run: Path) -> str:
    return f"python -m recipes.{RECIPE} --run {run} --resume"


if __name__ == "__main__":
    sys.exit(_cli.run(main, parser().parse_args()))
