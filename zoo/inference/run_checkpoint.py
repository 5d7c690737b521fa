"""A trained model as it is used after training, read from its run directory alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from zoo.backend import keras, tf
from zoo.engine.configuration import from_json
from zoo.engine.signature import Choice, Picture, Signature
from zoo.engine.weight_limit import weights_of_checkpoint
from zoo.errors import UserError
from zoo.inference.run_model import model_of
from zoo.layers import FreshDropout
from zoo.models.info import ModelInfo
from zoo.renamed import former_arguments
from zoo.runs.checkpoint_files import best_step, digest
from zoo.runs.checkpoints import (
    Checkpoint,
    checkpoint_of,
    latest_checkpoint,
    restore_checkpoint,
)
from zoo.runs.run_directory import CONFIG, RunDirectory

STATISTICS = ("auto", "image", "moving")
CHECKPOINTS = ("auto", "last", "best")


@dataclass(frozen=True)
class Inference:
    """A trained model as it is used: one image's result independent of its batch.

    Attributes:
        signature: what goes in and what comes out, with the trained weights.
        model: name of the model, such as "pix2pix".
        recipe: name of the recipe that trained it.
        provenance: run, step, data fingerprint, versions, date, parameters (of the networks used).
        dropout: whether dropout is redrawn at each call; without it the same comes out each time.
    """

    signature: Signature
    model: str
    recipe: str
    provenance: dict[str, Any]
    dropout: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) it was trained at."""
        return self.signature.size

    @property
    def size_multiple(self) -> int:
        """What height and width must be multiples of."""
        return self.signature.size_multiple

    @property
    def statistics(self) -> str:
        """Where normalisations get mean and variance, see ``Signature``."""
        return self.signature.statistics


def take_weights(
    signature: Signature, networks: Mapping[str, keras.Model], averages: Mapping[str, keras.Model]
) -> None:
    """Give a signature's networks the weights of those in training.

    Args:
        signature: whose networks are set.
        networks: those in training, by their names in ``GAN.parts``.
        averages: ``GAN.averages``: their moving averages, of those that have one.
    """
    for name, network in signature.networks.items():
        copy_weights(networks[name], network, averages.get(name))


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


def _by_name(network: keras.Model, above: str = "") -> dict[str, tf.Variable]:
    weights = {}
    for layer in network.layers:
        path = f"{above}{layer.name}/"
        if isinstance(layer, keras.Model):  # a network inside the network
            weights |= _by_name(layer, path)
            continue
        # A network made from a configuration leaves the layer's name out of some of its weights' names.
        weights |= {path + weight.name.removeprefix(f"{layer.name}/"): weight for weight in layer.weights}
    if above == "" and {id(weight) for weight in network.weights} != {id(w) for w in weights.values()}:
        raise ValueError(f"{network.name}: weights that share a name, or lie in no layer, cannot be copied")
    return weights


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
        raise UserError(f"`statistics` {statistics}: unknown; choose from {', '.join(STATISTICS)}")
    if norm == "instance":
        return "image"
    if statistics == "auto":
        return "image" if batch_size == 1 else "moving"
    return statistics


def make_signature(
    entry: ModelInfo, config: Any, name: str, *statistics: str, dropout: bool = False
) -> Signature:
    """A signature of a configuration; with ``dropout`` the generator redraws it at each call.

    Raises:
        UserError: ``dropout`` is asked of a generator that was trained without it.
    """
    options = {"dropout": True} if dropout and entry.choice_of_dropout else {}
    used = entry.load("signature")(config, name, *statistics, **options)
    parts = [part for network in used.networks.values() for part in network.submodules]
    if dropout and not any(isinstance(part, FreshDropout) for part in parts):
        raise UserError("`dropout`: this generator was trained without dropout; leave the option out")
    return used


@former_arguments(usage="signature")
def load_inference(
    run: Path,
    signature: str | None = None,
    statistics: str = "auto",
    checkpoint: str = "auto",
    dropout: bool = False,
) -> Inference:
    """Build the networks of a signature in float32 from a run's configuration and a checkpoint.

    Args:
        run: a run directory.
        signature: one of ``ModelInfo.signatures``; by default the first.
        statistics: see ``resolve_statistics``; for models with a choice of them.
        checkpoint: "last"; "best" by the run's metric; "auto" is the best if the run kept one.
        dropout: redraw it at each call, as in training; see ``make_signature``.

    Raises:
        UserError: if ``run`` is not a run directory, has no intact checkpoint, is of a model that the zoo
            does not have, or says what the checkpoint does not fit; if the model has no such signature or no
            choice of statistics.
    """
    opened = RunDirectory.open(run)
    entry = model_of(opened)
    signature = entry.signatures[0] if signature is None else signature
    if signature not in entry.signatures:
        known = ", ".join(entry.signatures)
        raise UserError(f"{run} has no signature {signature!r}: a {entry.name} is used as {known}")
    path = run / CONFIG
    try:
        config = from_json(entry.load("configuration"), opened.config["configuration"])
    except UserError as error:
        raise UserError(
            f"{path}: configuration: {error} (was it edited, or written by another version?)"
        ) from None
    training = opened.config.get("training", {})
    if "batch_size" not in training:
        raise UserError(f"{path}: training.batch_size is missing; copy the file back from a backup")
    batch_size, averaged = training["batch_size"], training.get("ema") is not None
    saved = _find_checkpoint(opened, checkpoint)
    with weights_of_checkpoint(saved.weights, path):
        if entry.choice_of_statistics:
            chosen = resolve_statistics(statistics, config.norm, batch_size)
            used = make_signature(entry, config, signature, chosen, dropout=dropout)
        elif statistics == "auto":
            used = make_signature(entry, config, signature, dropout=dropout)
        else:
            raise UserError(f"`statistics` {statistics}: {entry.name} leaves no choice; leave the option out")
    double = opened.config.get("precision") == "float64"
    with weights_of_checkpoint(saved.weights, path):
        model = entry.load("model")(config, "float64" if double else "float32")
    trained = {name: getattr(model, name) for name in used.networks}
    averages = {
        name: type(network).from_config(network.get_config())
        for name, network in trained.items()
        if averaged and name in model.generators()
    }
    items = {**trained, **{f"{name}_ema": average for name, average in averages.items()}}
    restore_checkpoint(saved, items, partly=True)
    take_weights(used, trained, averages)
    weights = [weight for network in used.networks.values() for weight in network.trainable_weights]
    return Inference(
        dropout=dropout,
        signature=replace(used, meaning=used.meaning + _domains_in_words(opened.config)),
        model=entry.name,
        recipe=opened.config.get("recipe", ""),
        provenance={
            "run": opened.path.resolve().name,
            "step": saved.step,
            "checkpoint": digest(saved.folder),
            "weights": "moving average" if averages else "as trained",
            "data_fingerprint": opened.config.get("data", {}).get("fingerprint"),
            "versions": opened.config.get("versions", {}),
            "date": opened.config.get("date"),
            "parameters": int(sum(np.prod(weight.shape) for weight in weights)),
        },
    )


def runner(signature: Signature) -> Callable[[Mapping[str, np.ndarray]], np.ndarray]:
    """A signature compiled, at the size of its training, for any number of examples.

    Returns:
        Float32 arrays by the inputs' names → images, float32 (N, H, W, channels) in [-1, 1].
    """
    specs = {
        each.name: tf.TensorSpec(
            (None, *signature.size, each.channels)
            if isinstance(each, Picture)
            else (None, len(each.values) if isinstance(each, Choice) else getattr(each, "size", 1)),
            tf.float32,
        )
        for each in signature.inputs
    }

    @tf.function(input_signature=[specs], autograph=False)
    def call(tensors: Mapping[str, tf.Tensor]) -> tf.Tensor:
        return signature.call(**tensors)

    return lambda arrays: call(dict(arrays)).numpy()


def _domains_in_words(config: Mapping[str, Any]) -> str:
    """What a run's domains A and B are, as " (A: plain, B: stripes)"; "" where it has none."""
    domains = config.get("data", {}).get("domains", {})
    named = ", ".join(f"{key.upper()}: {each['name']}" for key, each in domains.items())
    return f" ({named})" if named else ""


def _find_checkpoint(run: RunDirectory, choice: str) -> Checkpoint:
    if choice not in CHECKPOINTS:
        raise UserError(f"`checkpoint` {choice}: unknown; choose from {', '.join(CHECKPOINTS)}")
    step = None if choice == "last" else best_step(run.checkpoints)
    if choice == "best" and step is None:
        raise UserError(
            f"{run.path}: keeps no best checkpoint; train with `best`, or set `checkpoint` to last"
        )
    best = None if step is None else checkpoint_of(run.checkpoints, step)
    if choice == "best" and best is None:
        raise UserError(
            f"{run.checkpoints}: the best one, of step {step:,}, is damaged or gone; copy it back, or "
            "set `checkpoint` to last"
        )
    newest = best or latest_checkpoint(run.checkpoints)
    if newest is None:
        raise UserError(f"{run.path}: no checkpoint in it; train it first (`resume` continues it)")
    return newest
