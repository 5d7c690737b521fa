"""Weights of single layers of PyTorch in layers of Keras.

PyTorch's kernels are (out, in, h, w), its transposed ones (in, out, h, w); Keras' are
(h, w, in, out) and (h, w, out, in): the same permutation.

Raises ``UserError`` naming the tensor that is missing or of another shape.
"""

import numpy as np

from zoo.backend import keras
from zoo.errors import UserError

State = dict[str, np.ndarray]


def load_convolution(layer: keras.layers.Layer, state: State, prefix: str) -> None:
    """Fill a convolution, transposed or not, with the tensors whose names begin with ``prefix``."""
    _assign(layer.kernel, state, f"{prefix}.weight", permutation=(2, 3, 1, 0))
    if layer.use_bias:
        _assign(layer.bias, state, f"{prefix}.bias")


def load_dense(layer: keras.layers.Layer, state: State, prefix: str) -> None:
    """Fill a dense layer with the tensors whose names begin with ``prefix``."""
    _assign(layer.kernel, state, f"{prefix}.weight", permutation=(1, 0))
    _assign(layer.bias, state, f"{prefix}.bias")


def load_norm(layer: keras.layers.Layer, state: State, prefix: str) -> None:
    """Fill a normalisation with the tensors whose names begin with ``prefix``, if it has weights."""
    names = {
        "gamma": "weight",
        "beta": "bias",
        "moving_mean": "running_mean",
        "moving_variance": "running_var",
    }
    for attribute, name in names.items():
        if hasattr(layer, attribute):
            _assign(getattr(layer, attribute), state, f"{prefix}.{name}")


def load_layer_norm(layer: keras.layers.Layer, state: State, prefix: str) -> None:
    """Fill MUNIT's layer normalisation, whose tensors are not named as PyTorch's own."""
    for name in ("gamma", "beta"):
        _assign(getattr(layer, name), state, f"{prefix}.{name}")


def _assign(variable, state: State, name: str, permutation: tuple[int, ...] | None = None) -> None:
    if name not in state:
        raise UserError(f"the weights have no tensor {name!r}: they belong to another network")
    value = state[name]
    if permutation is not None and value.ndim == len(permutation):
        value = value.transpose(permutation)
    if value.shape != tuple(variable.shape):
        raise UserError(
            f"tensor {name!r} has shape {value.shape} where the network has {tuple(variable.shape)}: "
            "build the network with the width and depth of the weights"
        )
    variable.assign(value.astype(variable.dtype.as_numpy_dtype))
