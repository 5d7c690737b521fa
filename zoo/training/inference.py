"""A trained generator as it is used after training, read from its run directory alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zoo.backend import keras, tf
from zoo.configuration import from_json
from zoo.errors import UserError
from zoo.pix2pix import Pix2PixConfig, pix2pix_generator, size_multiple
from zoo.training.checkpoints import Checkpoint, best_checkpoint, latest_checkpoint, restore_checkpoint
from zoo.training.run_directory import RunDirectory

STATISTICS = ("auto", "image", "moving")
CHECKPOINTS = ("auto", "last", "best")
SAMPLE_INPUTS = "inputs.npy"  # in samples/


@dataclass(frozen=True)
class Inference:
    """A trained generator as it is used: deterministic, one image's result independent of its batch.

    Attributes:
        generator: (N, H, W, C_in) float32 in [-1, 1] → (N, H, W, C_out) float32 in [-1, 1].
        model: name of the model, such as "pix2pix".
        recipe: name of the recipe that trained it.
        size: (height, width) it was trained at.
        size_multiple: what height and width must be multiples of.
        statistics: "image" where normalisations take each image's own statistics; "moving"
            where they take the training's moving averages.
        dropout: whether dropout is on; never here.
        provenance: run, step, data fingerprint, versions, date, parameters.
    """

    generator: keras.Model
    model: str
    recipe: str
    size: tuple[int, int]
    size_multiple: int
    statistics: str
    dropout: bool
    provenance: dict[str, Any]


def copy_weights(source: keras.Model, target: keras.Model, average: keras.Model | None = None) -> None:
    """Set each weight of ``target`` to that of the same name (of layer and weight) in ``source``.

    ``source`` may have more: moving statistics, dropout's counters. Trainable weights are taken
    from ``average``, the moving average of ``source``, if there is one.
    """
    trained = _by_name(source)
    if average is not None:
        trained |= {name: weight for name, weight in _by_name(average).items() if weight.trainable}
    for name, weight in _by_name(target).items():
        weight.assign(tf.cast(trained[name], weight.dtype))  # of a training in float64 too


def _by_name(network: keras.Model) -> dict[str, tf.Variable]:
    # A network made from a configuration leaves the layer's name out of some of its weights' names.
    return {
        f"{layer.name}/{weight.name.removeprefix(f'{layer.name}/')}": weight
        for layer in network.layers
        for weight in layer.weights
    }


def resolve_statistics(statistics: str, norm: str, batch_size: int) -> str:
    """Which statistics a generator normalises with after training.

    The reference normalises with the statistics of the batch it is given, one image. A
    generator trained at batch 1 has seen nothing else, so "auto" is "image" there. One trained
    on larger batches has seen statistics of several images, which moving averages resemble
    more: measured on the sample catalogue at batch 8, L1 0.134 against 0.154 with "image".

    Args:
        statistics: one of ``STATISTICS``.
        norm: the generator's normalisation; "instance" always takes each image's own.
        batch_size: images a training step.

    Raises:
        UserError: for unknown statistics.
    """
    if statistics not in STATISTICS:
        raise UserError(f"--statistics {statistics}: unknown; choose from {', '.join(STATISTICS)}")
    if norm == "instance":
        return "image"
    if statistics == "auto":
        return "image" if batch_size == 1 else "moving"
    return statistics


def load_inference(run: Path, statistics: str = "auto", checkpoint: str = "auto") -> Inference:
    """Build the generator of a run in float32 from its configuration and a checkpoint.

    Args:
        run: a run directory.
        statistics: see ``resolve_statistics``.
        checkpoint: "last"; "best" by the run's metric; "auto" is the best if the run kept one.

    Raises:
        UserError: if ``run`` is no run directory, has no whole checkpoint, or is of a model
            that this function does not know.
    """
    opened = RunDirectory.open(run)
    if opened.config["model"] != "pix2pix":
        raise UserError(f"{run}: model {opened.config['model']!r} is unknown; known: pix2pix")
    try:
        config = from_json(Pix2PixConfig, opened.config["configuration"])
        training = opened.config["training"]
        batch_size, averaged = training["batch_size"], training["ema"] is not None
    except (KeyError, TypeError) as error:
        raise UserError(
            f"{run}/config.json: not the configuration of a pix2pix ({error}); was it edited, or written by "
            "another version?"
        ) from None
    found = _find_checkpoint(opened, checkpoint)
    statistics = resolve_statistics(statistics, config.norm, batch_size)
    kept_in = "float64" if opened.config.get("precision") == "float64" else "float32"
    trained = pix2pix_generator(config, kept_in)
    average = pix2pix_generator(config, kept_in) if averaged else None
    items = {"generator": trained, **({"generator_ema": average} if averaged else {})}
    restore_checkpoint(found, items, partly=True)
    used = pix2pix_generator(config, statistics=statistics)
    copy_weights(trained, used, average)
    return Inference(
        generator=used,
        model="pix2pix",
        recipe=opened.config.get("recipe", ""),
        size=config.size,
        size_multiple=size_multiple(config),
        statistics=statistics,
        dropout=False,
        provenance={
            "run": opened.path.resolve().name,
            "step": found.step,
            "weights": "moving average" if averaged else "as trained",
            "data_fingerprint": opened.config.get("data", {}).get("fingerprint"),
            "versions": opened.config.get("versions", {}),
            "date": opened.config.get("date"),
            "parameters": int(sum(np.prod(weight.shape) for weight in used.trainable_weights)),
        },
    )


def _find_checkpoint(run: RunDirectory, choice: str) -> Checkpoint:
    if choice not in CHECKPOINTS:
        raise UserError(f"--checkpoint {choice}: unknown; choose from {', '.join(CHECKPOINTS)}")
    best = None if choice == "last" else best_checkpoint(run.checkpoints)
    if choice == "best" and best is None:
        raise UserError(
            f"{run.path}: keeps no best checkpoint; train with --best l1, or use --checkpoint last"
        )
    found = best or latest_checkpoint(run.checkpoints)
    if found is None:
        raise UserError(f"{run.path}: no checkpoint in it; train it first (--resume goes on with it)")
    return found


def sample_inputs(run: Path) -> np.ndarray | None:
    """The held-out inputs kept in a run for its samples: uint8 (N, H, W, C), or None."""
    path = Path(run) / "samples" / SAMPLE_INPUTS
    return np.load(path, allow_pickle=False) if path.is_file() else None
