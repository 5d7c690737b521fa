"""Writes a generator as a SavedModel that needs TensorFlow alone: no Keras, no project code."""

from pathlib import Path
from typing import Any

from export.contract import SIGNATURE, Exportable
from zoo.backend import tf


def signature(source: Exportable) -> Any:
    """Return ``source.call`` as a ``tf.function`` with named inputs and the free axes of the ports."""
    specs = [tf.TensorSpec(port.free_shape, port.dtype, name=port.name) for port in source.inputs]
    names = [port.name for port in source.inputs]

    @tf.function(input_signature=specs, autograph=False)
    def translate(*tensors: Any) -> dict[str, Any]:
        return source.call(**dict(zip(names, tensors, strict=True)))

    return translate


def write_saved_model(source: Exportable, directory: Path) -> None:
    """Write ``directory`` with the one signature ``serving_default``."""
    # A bare module: the Keras model itself would bring its layers' classes, which a reader without this
    # project can neither use nor load.
    module = tf.Module()
    module.weights = list(source.variables)
    module.translate = signature(source)
    tf.saved_model.save(
        module, str(directory), signatures={SIGNATURE: module.translate.get_concrete_function()}
    )
