"""Reads a Keras 2 model file, .keras or HDF5: the configuration is looked up, then built and filled."""

import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

from export.foreign.keras_configuration import Configuration
from export.foreign.network import Network, Tensor
from zoo.backend import keras, tf
from zoo.errors import UserError

SUFFIXES = (".keras", ".h5", ".hdf5")


def load_keras_file(path: Path, statistics: str = "auto") -> Network:
    """Build the network that a file holds, with its weights; nothing in the file is executed.

    Args:
        path: a whole model, as ``model.save`` of Keras 2 writes it.
        statistics: of batch normalisations: "moving" (and "auto") or "image".

    Raises:
        UserError: the file is damaged, of Keras 3, or holds weights only; it names what is not known
            here (see ``keras_configuration``); its weights do not fit.
    """
    if not path.is_file():
        raise UserError(f"{path} is no file: name a Keras file, a SavedModel or a training run")
    config, version = (_read_zip if path.suffix == ".keras" else _read_hdf5)(path)
    if not version.startswith("2."):
        raise UserError(
            f"{path} was made by Keras {version}, which Keras 2 cannot read: write the model there with "
            "model.export(DIRECTORY), and export that directory"
        )
    try:
        read = Configuration(config, image_statistics=statistics == "image")
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path}: no configuration of a model ({error!r}): save the model again") from error
    model = _built(path, read)
    normalised = any(isinstance(each, keras.layers.BatchNormalization) for each in model.submodules)
    return Network(
        call=lambda tensors: tf.nest.flatten(
            model(tf.nest.pack_sequence_as(model.input, tensors), training=False)
        ),
        inputs=_tensors(model.input_names, model.inputs),
        outputs=_tensors(model.output_names, model.outputs),
        variables=model.variables,
        statistics="moving" if normalised and statistics != "image" else "image",
        told={"file": path.name, "made_with": f"Keras {version}", "network": model.name},
    )


def _read_zip(path: Path) -> tuple[dict[str, Any], str]:
    """Configuration and Keras' version of a .keras file."""
    if not zipfile.is_zipfile(path):
        raise UserError(
            f"{path} is no ZIP archive, as .keras files are: copy it again, or rename HDF5 to .h5"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            config, metadata = (json.loads(archive.read(name)) for name in ("config.json", "metadata.json"))
        return config, str(metadata["keras_version"])
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from error


def _read_hdf5(path: Path) -> tuple[dict[str, Any], str]:
    """Configuration and Keras' version of an HDF5 file."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            attributes = {name: file.attrs.get(name) for name in ("model_config", "keras_version")}
        texts = [each.decode() if isinstance(each, bytes) else each for each in attributes.values()]
        if texts[0] is None:
            raise UserError(
                f"{path} holds weights only: where the model's code is, load them into it and save the whole "
                "model (model.save)"
            )
        return json.loads(texts[0]), str(texts[1])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from error


def _built(path: Path, read: Configuration) -> keras.Model:
    """The model with the weights of the file."""
    try:
        with keras.saving.custom_object_scope(read.objects), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if "module" in read.config:
                model = keras.saving.deserialize_keras_object(read.config)
            else:
                model = keras.models.model_from_json(json.dumps(read.config))
        if not model.inputs:
            raise ValueError("it was never built, so nothing says what goes in")
        model.load_weights(path)
    except Exception as error:  # Keras and its readers raise whatever they meet
        raise _unreadable(path, error) from error
    return model


def _tensors(names: list[str], found: list[Any]) -> tuple[Tensor, ...]:
    return tuple(Tensor.of(name, each) for name, each in zip(names, found, strict=True))


def _unreadable(path: Path, error: Exception) -> UserError:
    said = " ".join(str(error).split())[:200]
    return UserError(
        f"{path} cannot be read ({type(error).__name__}: {said}): copy it again, or save it again"
    )
