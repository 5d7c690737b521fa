"""From a product catalogue to a verified generator of model shots: pix2pix, end to end."""

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recipes import _cli, _progress, _training
from zoo.errors import UserError

if TYPE_CHECKING:
    from zoo.training.run_directory import RunDirectory

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
    "size": (256, 256), "generator_width": 64, "discriminator_width": 64, "batch_size": 1,
    "steps": None, "epochs": 200, "precision": "float32", "weight_l1": 100.0, "weight_adversarial": 1.0,
    "learning_rate": 2e-4, "decay": 0.0, "jitter": True, "flip": True, "dropout": 0.5, "norm": "batch",
    "log_every": 50, "sample_every": 1000, "checkpoint_every": 1000, "keep": 2, "seed": 0,
}  # fmt: skip
# Minutes, not days. A light adversarial term and no dropout, because fine texture is not to be had
# in that time, and what there is of it costs L1 and SSIM; a higher learning rate that falls.
_QUICK = {
    **_PAPER, "size": (128, 128), "batch_size": 4, "steps": 1500, "epochs": None, "precision": "auto",
    "weight_adversarial": 0.2, "learning_rate": 5e-4, "decay": 0.5, "dropout": 0.0,
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
    _training.add_data_options(made)
    group = made.add_argument_group("training")
    group.add_argument(
        "--size",
        type=_training.size_option,
        help="of the images, multiples of 32: 128, or 256x192 (height x width)",
    )
    group.add_argument(
        "--batch-size", type=_cli.positive, metavar="N", help="images a step, over all replicas"
    )
    group.add_argument(
        "--epochs", type=_cli.positive, metavar="N", help="times through the data, in place of --steps"
    )
    group.add_argument(
        "--steps", type=_cli.positive, metavar="N", help="training steps, where both are given"
    )
    group.add_argument(
        "--decay",
        type=_cli.share,
        metavar="SHARE",
        help="last share of the steps in which the learning rate falls to 0",
    )
    group.add_argument("--seed", type=int, metavar="N", help="of weights, split, order and augmentation")
    on_off = argparse.BooleanOptionalAction
    group.add_argument("--flip", action=on_off, help="mirror half of the examples")
    group.add_argument("--jitter", action=on_off, help="enlarge by 286/256 and crop at random")
    group.add_argument(
        "--log-every", type=_cli.positive, metavar="N", help="steps between two rows of metrics.csv"
    )
    group.add_argument(
        "--sample-every", type=_cli.positive, metavar="N", help="steps between two sample grids"
    )
    group.add_argument(
        "--checkpoint-every", type=_cli.positive, metavar="N", help="steps between two checkpoints"
    )
    group.add_argument("--keep", type=_cli.positive, metavar="N", help="checkpoints that stay on disk")
    group = made.add_argument_group("model")
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
        "--dropout", type=_training.rate, metavar="RATE", help="in the innermost decoder layers"
    )
    group.add_argument(
        "--weight-l1", type=_training.amount, metavar="W", help="of the L1 term, 100 in the paper"
    )
    group.add_argument(
        "--weight-adversarial", type=_training.amount, metavar="W", help="of the adversarial term"
    )
    group.add_argument("--learning-rate", type=_training.amount, metavar="R", help="of both Adams")
    _training.add_run_options(made, RECIPE)
    sample, own = presets(sample=True), presets(sample=False)
    _training.show_defaults(
        made, {"quick": sample["quick"], "with --data": own["quick"], "paper": own["paper"]}
    )
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    run_path = _training.choose_run(arguments.run, RECIPE, arguments.resume)
    resumed = _reopen(run_path) if arguments.resume else None
    values = _values(arguments) if resumed is None else _continued(resumed, arguments)

    from recipes._data import prepare_pairs, read_all
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

    try:
        unet_depth(values["size"])  # a size that cannot be is said before anything long begins
    except UserError as error:
        raise UserError(f"--{error}") from None
    policy = keras_policy(values["precision"])
    strategy = make_strategy(arguments.strategy, arguments.logical_devices)
    replicas, batch_size = strategy.num_replicas_in_sync, values["batch_size"]
    if batch_size % replicas:
        fits = max(replicas, batch_size // replicas * replicas)
        raise UserError(
            f"--batch-size {batch_size} is not a multiple of the {replicas} replicas: use {fits}, "
            "or --strategy one"
        )

    data = prepare_pairs(
        arguments.data,
        arguments.layout,
        arguments.direction,
        arguments.held_out,
        arguments.on_bad or "error",
        values["seed"],
    )
    if resumed is not None and data.found.fingerprint() != resumed.config["data"]["fingerprint"]:
        raise UserError(
            f"{data.root}: the data is not what {run_path} was trained on (its fingerprint differs); "
            "put it back, or start another run without --resume"
        )
    steps = values["steps"] or max(1, values["epochs"] * len(data.training) // batch_size)
    training = TrainingConfig(**{**_fields(TrainingConfig, values), "steps": steps})
    decay_from = round(steps * (1 - values["decay"])) if values["decay"] else None
    config = Pix2PixConfig(
        decay_from=decay_from,
        decay_to=None if decay_from is None else steps,
        **_fields(Pix2PixConfig, values),
    )
    channels = (config.input_channels, config.output_channels)
    source = PairSource(
        data.training,
        config.size,
        training.seed,
        training.jitter,
        training.flip,
        *channels,
        on_bad=data.on_bad,
    )
    held_out = PairSource(data.held_out, config.size, jitter=False, flip=False, on_bad=data.on_bad)
    read_all(data, [source, held_out], known_good=resumed is not None)

    with strategy.scope():
        model = Pix2Pix(config, precision=policy)
        model.compile()
    used = pix2pix_generator(config, statistics=resolve_statistics("auto", config.norm, batch_size))
    decided = {
        "configuration": dataclasses.asdict(config),
        "training": {**dataclasses.asdict(training), "decay": values["decay"]},
    }
    run = resumed or RunDirectory.create(
        run_path,
        {
            "model": "pix2pix",
            "recipe": RECIPE,
            "preset": arguments.preset or DEFAULT_PRESET,
            "command": _training.command_line(),
            **decided,
            "data": data.config(),
            "hardware": describe_hardware(),
            "strategy": f"{type(strategy).__name__}, {replicas} replicas",
            "precision": policy,
        },
    )
    print(f"run: {run.path}/ ({policy}, {steps:,} steps of {batch_size} images)", flush=True)
    trainer = Trainer(model, run, training, strategy, epoch_size=len(data.training))
    if resumed is not None:
        if trainer.restore() > steps:
            raise UserError(f"--steps {steps}: {run.path} has done {trainer.step:,} already; give more")
        run.update(**decided)
        print(f"going on from step {trainer.step:,}", flush=True)
    if arguments.notes is not None:
        write_text(run.path / "notes.md", arguments.notes.strip() + "\n")
    grids = SampleGrids(run, sample_pairs(data.held_out, config.size, channels), model.generator, used)

    def on_sample(step: int) -> None:
        grids.draw(step)
        write_report(run.path)

    try:
        with source.own_errors(), _progress.training(steps, trainer.step) as on_row:
            finished = trainer.train(lambda step: source.training(batch_size, step), on_row, on_sample)
        if finished:
            print("measuring on the held-out pairs", flush=True)
            grids.draw(steps)
            figures = evaluate_held_out(run, steps, used.predict_on_batch, source, held_out)["figures"]
            for name, found in figures.items():
                l1, psnr, ssim = (found[key] for key in ("l1", "psnr", "ssim"))
                print(f"  {name:26} L1 {l1:.3f}  PSNR {psnr:.2f} dB  SSIM {ssim:.3f}")
            if not arguments.no_export:
                from export.bundle import export_run

                export_run(run.path, say=lambda line: print(line, flush=True))
    except KeyboardInterrupt:
        finished = False
    if not finished:
        saved = "nothing" if trainer.saved is None else f"step {trainer.saved:,}"
        print(f"stopped after step {trainer.step:,} of {steps:,}; saved in {run.checkpoints}/: {saved}")
        print(f"go on with: {_training.resume_command(RECIPE, run.path, arguments)}", flush=True)
        return 130

    written = [write_report(run.path), run.path / "evaluation.json", run.path / "metrics.csv", run.samples]
    if not arguments.no_export:
        written.append(run.path / "bundle")
    for path in written:
        print(f"wrote {path}")
    return 0


def _values(arguments: argparse.Namespace) -> dict[str, Any]:
    values = _training.apply_preset(arguments, presets(sample=arguments.data is None), DEFAULT_PRESET)
    if arguments.epochs is not None and arguments.steps is None:
        values["steps"] = None
    return values


def _fields(configuration: type, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in configuration.__dataclass_fields__}


def _reopen(path: Path) -> "RunDirectory":
    from zoo.training.run_directory import RunDirectory

    run = RunDirectory.open(path, model="pix2pix")
    if run.config.get("recipe") != RECIPE:
        raise UserError(
            f"{path}: this run belongs to the recipe {run.config.get('recipe')}; go on with that, "
            "or choose another --run"
        )
    run.check_writable()
    return run


FREE = ("steps", "epochs", "log_every", "sample_every", "checkpoint_every", "keep")  # may change on the way


def _continued(run: "RunDirectory", arguments: argparse.Namespace) -> dict[str, Any]:
    """Values of the run that goes on; fills in ``arguments`` what else it was started with.

    Raises:
        UserError: an option contradicts the run, or its ``config.json`` lacks something.
    """
    try:
        config, data = run.config, run.config["data"]
        kept = {**config["configuration"], **config["training"], "epochs": None}
        kept |= {"precision": config["precision"].removeprefix("mixed_"), "size": tuple(kept["size"])}
        values = {name: kept[name] for name in presets(sample=True)[DEFAULT_PRESET]}
        if arguments.layout == "auto":
            arguments.layout = None
        for name in ("layout", "direction", "held_out", "on_bad"):
            setattr(arguments, name, _training.unchanged(name, getattr(arguments, name), data[name]))
        _training.unchanged("preset", arguments.preset, config["preset"])
        arguments.data = arguments.data or Path(data["path"])
    except KeyError as error:
        raise UserError(
            f"{run.path}/config.json has no {error.args[0]!r}: it was written by another version; "
            "start another run"
        ) from None
    for name, value in list(values.items()):
        given = getattr(arguments, name)
        if name in FREE:
            values[name] = value if given is None else given
        elif not (name == "precision" and given == "auto"):
            _training.unchanged(name, given, value)
    if arguments.epochs is not None and arguments.steps is None:
        values["steps"] = None
    return values


if __name__ == "__main__":
    sys.exit(_cli.run(main, parser().parse_args()))
