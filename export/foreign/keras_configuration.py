"""What a Keras file may name: Keras' own classes, layers of TensorFlow Addons, functions of tensors.

Keras imports whatever module a file names and calls what it finds there, and runs the code of a
Lambda layer; its ``safe_mode`` does not stop the former, and is not heeded for HDF5. So every name
is looked up here, and the file's modules are replaced by what was found.
"""

import importlib
import importlib.util
import inspect
import warnings
from typing import Any

from export.foreign.addons import STAND_INS
from export.foreign.image_statistics import BatchNormalization
from zoo.backend import keras, tf
from zoo.errors import UserError

_READ_FILES = {"TFSMLayer", "TextVectorization", "StringLookup", "IntegerLookup"}  # Keras' own that do
_DATA = {"__tensor__", "__numpy__", "__tuple__", "__ellipsis__", "TensorShape"}  # plain values
_MODULES_OF_TENSORS = {"math", "nn", "image", "linalg", "signal", "__operators__"}  # TensorFlow's
_FUNCTIONS_OF_TENSORS = {  # TensorFlow's that lie in no module
    "abs", "add", "argmax", "argmin", "batch_to_space", "boolean_mask", "broadcast_to", "cast",
    "clip_by_value", "concat", "constant", "convert_to_tensor", "cos", "depth_to_space", "divide",
    "einsum", "ensure_shape", "exp", "expand_dims", "eye", "fill", "floor", "gather", "gather_nd",
    "identity", "logical_and", "logical_not", "logical_or", "matmul", "maximum", "meshgrid", "minimum",
    "multiply", "negative", "norm", "one_hot", "ones", "ones_like", "pad", "pow", "range", "rank",
    "reduce_max", "reduce_mean", "reduce_min", "reduce_prod", "reduce_sum", "repeat", "reshape", "reverse",
    "roll", "round", "shape", "sigmoid", "sign", "sin", "size", "slice", "space_to_batch",
    "space_to_depth", "split", "sqrt", "square", "squeeze", "stack", "stop_gradient", "strided_slice",
    "subtract", "tanh", "tensordot", "tile", "transpose", "truediv", "unstack", "where", "zeros",
    "zeros_like",
}  # fmt: skip
_WAY_OUT = (
    "write the model as a SavedModel where it was made (model.export(DIRECTORY)), and export that directory"
)


class Configuration:
    """A model's configuration whose every name was looked up.

    Args:
        config: as a Keras file has it.
        image_statistics: whether batch normalisations are to take each image's own statistics.

    Attributes:
        config: the same for Keras to build, without losses and optimisers, and computed in float32
            where it was trained in mixed precision.
        objects: classes that Keras must be told of, by name.

    Raises:
        UserError: it has a Lambda layer, classes that are not known, or a function that is not known
            to compute with tensors alone.
    """

    def __init__(self, config: dict[str, Any], image_statistics: bool) -> None:
        self.objects: dict[str, Any] = {}
        self._image_statistics = image_statistics
        self._unknown: list[str] = []
        self.config = self._read({**config, "compile_config": None})
        if self._unknown:
            raise UserError(f"what is not Keras' own cannot be read ({', '.join(self._unknown)}): {_WAY_OUT}")

    def _read(self, value: Any) -> Any:
        """The same value with every object in it looked up."""
        if isinstance(value, list):
            return [self._read(each) for each in value]
        if isinstance(value, str) and value.startswith("Addons>"):  # a function, by name
            self._know(value, _of_addons(value), value)
        if not isinstance(value, dict):
            return value
        if "class_name" not in value:
            return {key: self._read(each) for key, each in value.items()}
        return self._read_object(value)

    def _read_object(self, entry: dict[str, Any]) -> Any:
        name, config = str(entry["class_name"]), entry.get("config")
        if name in _DATA:
            return entry
        if name == "function":
            return self._read_function(str(config), str(entry.get("registered_name")))
        if name == "Policy":
            precision = str(config["name"])
            return "float32" if precision.startswith("mixed_") else precision
        layer = str(config.get("name", "")) if isinstance(config, dict) else ""
        title = f"{name} {layer!r}" if layer else name
        if name == "Lambda":
            raise UserError(
                f"its layer {layer!r} is a Lambda, whose code is not executed: replace it by a layer of "
                f"Keras, or {_WAY_OUT}"
            )
        names = ("class_name", "registered_name", "module")
        read = {key: each if key in names else self._read(each) for key, each in entry.items()}
        if name == "InputLayer":  # tf-keras says so, and Keras 2.15 does not know of it
            read["config"].pop("optional", None)
        module, known, registered = self._lookup(name, str(entry.get("registered_name") or name), config)
        if module is None:
            self._know(registered, known, title)
        if "module" not in entry:  # of an HDF5 file
            return {**read, "class_name": registered}
        return {**read, "module": module, "registered_name": None if module else registered}

    def _lookup(self, name: str, registered: str, config: Any) -> tuple[str | None, Any, str]:
        """Where Keras finds a class, or else the class; and the name that it is known by."""
        if name == "GroupNormalization":  # Keras' own ties the graph to one size
            registered = "Addons>GroupNormalization"
        if registered in STAND_INS:
            # Under a name of its own: the library's class has the other one, where it was imported.
            return None, STAND_INS[registered], registered.replace("Addons>", "stand-in>")
        if registered.startswith("Addons>"):
            return None, _of_addons(registered), registered
        if name == "BatchNormalization" and self._image_statistics:
            return None, BatchNormalization, name
        if name in ("TFOpLambda", "SlicingOpLambda"):
            function = str(config["function"]).removeprefix("compat.v1.")
            if (
                function not in _FUNCTIONS_OF_TENSORS
                and function.partition(".")[0] not in _MODULES_OF_TENSORS
            ):
                raise UserError(
                    f"it calls tf.{function}, which is not known to be of tensors alone: {_WAY_OUT}"
                )
            return None, getattr(importlib.import_module(f"{keras.__name__}.src.layers"), name), name
        if name in ("Functional", "Model"):
            engine = importlib.import_module(f"{keras.__name__}.src.engine.functional")
            return None, engine.Functional, name
        if name == "Sequential":
            return "keras", keras.Sequential, name
        of_keras = {
            "keras.layers": keras.layers.Layer,
            "keras.initializers": keras.initializers.Initializer,
            "keras.regularizers": keras.regularizers.Regularizer,
            "keras.constraints": keras.constraints.Constraint,
        }
        for module, kind in of_keras.items():
            found = getattr(getattr(keras, module.rpartition(".")[2]), name, None)
            if inspect.isclass(found) and issubclass(found, kind) and name not in _READ_FILES:
                return module, found, name
        return None, None, name

    def _read_function(self, name: str, registered: str) -> str:
        """The name alone, by which Keras finds an activation."""
        if registered.startswith("Addons>"):
            self._know(registered, _of_addons(registered), registered)
            return registered
        if not hasattr(keras.activations, name) and not hasattr(tf.nn, name):
            self._know(name, None, f"function {name!r}")
        return name

    def _know(self, name: str, found: Any, title: str) -> None:
        if found is None and title not in self._unknown:
            self._unknown.append(title)
        self.objects[name] = found


def _of_addons(name: str) -> Any:
    """A class or function of TensorFlow Addons by its registered name; None where it is not at hand."""
    if name not in STAND_INS and importlib.util.find_spec("tensorflow_addons"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its end-of-life banner
            importlib.import_module("tensorflow_addons")
        return keras.saving.get_registered_object(name)
    return STAND_INS.get(name)
