"""Reads a Keras 2 model file, .keras or HDF5: its configuration becomes a plan, which is built and filled."""

import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from export.foreign.hdf5_apart import copy_hdf5
from export.foreign.keras_archive import (
    CONFIGURATION,
    METADATA,
    WEIGHTS,
    copy_member,
    open_archive,
    read_member,
)
from export.foreign.keras_building import Built, build
from export.foreign.keras_configuration import read_configuration
from export.foreign.keras_plan import Part
from export.foreign.network import Network, Tensor
from zoo.backend import tf
from zoo.errors import UserError
from zoo.io.files import parse_json

SUFFIXES = (".keras", ".h5", ".hdf5")
_HDF5 = b"\x89HDF\r\n\x1a\n"


def load_keras_file(path: Path, statistics: str = "auto", dropout: bool = False) -> Network:
    """Build the network that a file holds, with its weights; nothing in the file is executed.

    Args:
        path: a whole model, as ``model.save`` of Keras 2 writes it.
        statistics: of batch normalisations: "moving", "image", or "auto": each image's own where the
            file calls them as in training, and moving averages elsewhere.
        dropout: redraw it at each call; the whole network is used without.

    Raises:
        UserError: the file is damaged, larger than ``zoo.io.limits`` allow, of Keras 3, or holds weights
            only; it names what is not known here (see ``keras_configuration``), or reaches into other files;
            its weights do not fit.
    """
    if not path.is_file():
        raise UserError(f"{path} is not a file: name a Keras file, a SavedModel or a training run")
    with tempfile.TemporaryDirectory(prefix="weights-") as folder:
        try:
            plan, version, numbers, weights = _reader(path)(path, Path(folder))
            built = _filled(path, plan, statistics, numbers, weights, dropout)
        except UserError as error:
            raise error if str(path) in str(error) else UserError(f"{path}: {error}") from None
    model = built.model
    return Network(
        call=lambda tensors: tf.nest.flatten(
            model(tf.nest.pack_sequence_as(model.input, tensors), training=False)
        ),
        inputs=_tensors(model.input_names, model.inputs),
        outputs=_tensors(model.output_names, model.outputs),
        variables=model.variables,
        statistics="moving" if built.moving else "image",
        provenance={"file": path.name, "made_with": f"Keras {version}", "network": model.name},
        assumed=tuple(_assumed(built, statistics)),
        dropout=dropout,
    )


def _reader(path: Path) -> Callable[[Path, Path], tuple[Part, str, int, Path]]:
    """By what the file begins with, whatever its name ends with."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): check its permissions") from None
    if head.startswith(b"PK") or (path.suffix.lower() == ".keras" and head != _HDF5):
        return _read_zip
    return _read_hdf5


def _read_zip(path: Path, folder: Path) -> tuple[Part, str, int, Path]:
    """Plan, Keras' version, how many numbers the weights have, and a copy of them, of a .keras file."""
    raw, weights = folder / "raw.h5", folder / "model.weights.h5"
    with open_archive(path) as archive:
        config, metadata = (
            parse_json(read_member(archive, name), name, "save the model again")
            for name in (CONFIGURATION, METADATA)
        )
        version = _version(path, metadata.get("keras_version") if isinstance(metadata, dict) else None)
        plan = read_configuration(config)
        copy_member(archive, WEIGHTS, raw)
    try:
        return plan, version, copy_hdf5(raw, weights).numbers, weights
    except UserError as error:
        raise UserError(str(error).replace(str(raw), WEIGHTS)) from None


def _read_hdf5(path: Path, folder: Path) -> tuple[Part, str, int, Path]:
    """The same of an HDF5 file."""
    weights = folder / "model.h5"
    contents = copy_hdf5(path, weights)
    if contents.configuration is None:
        raise UserError(
            "it holds weights only: where the model's code is, load them into it and save the whole model "
            "(model.save)"
            if contents.of_keras
            else "it is an HDF5 file, but not one of Keras': name the file that model.save wrote"
        )
    version = _version(path, contents.version)
    config = parse_json(contents.configuration.encode(), "its model_config", "save the model again")
    return read_configuration(config), version, contents.numbers, weights


def _version(path: Path, version: Any) -> str:
    if not isinstance(version, str):
        raise UserError("it does not say which version of Keras wrote it: save the model again (model.save)")
    if not version.startswith("2."):
        raise UserError(
            f"{path} was written by Keras {version[:20]}, which Keras 2 cannot read: write the model there "
            "with model.export(DIRECTORY), and export that directory"
        )
    return version[:20]


def _filled(path: Path, plan: Part, statistics: str, numbers: int, weights: Path, dropout: bool) -> Built:
    """The network with the weights of the copy."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            built = build(plan, statistics, numbers, dropout)
            if not built.model.inputs:
                raise ValueError("it was never built, so nothing says what goes in")
            built.model.load_weights(weights)
    except UserError:
        raise
    except Exception as error:  # Keras and its readers raise whatever they meet
        reason = " ".join(str(error).split())[:200]
        raise UserError(
            f"{path} cannot be read ({type(error).__name__}: {reason}): copy it again, or save it again"
        ) from error
    return built


def _assumed(built: Built, statistics: str) -> list[str]:
    assumed = list(built.assumed)
    if built.image and statistics == "auto":
        some = f"{len(built.image)} of {len(built.image) + len(built.moving)}" if built.moving else "all"
        assumed.append(
            f"batch normalisation ({some}) takes each image's own statistics, as the file calls it in "
            "training (its moving averages on request)"
        )
    if built.drawing:
        assumed.append("dropout, which the file redraws at each call, is off (on only on request)")
    return assumed


def _tensors(names: list[str], specs: list[Any]) -> tuple[Tensor, ...]:
    return tuple(Tensor.of(name, each) for name, each in zip(names, specs, strict=True))
