"""Weights of single layers of PyTorch in layers of Keras.

PyTorch's kernels are (out, in, h, w), its transposed ones (in, out, h, w); Keras' are
(h, w, in, out) and (h, w, out, in): the same permutation.

Raises ``UserError`` naming the tensor that is missing or of another shape.
"""

from collections.abc import Mapping

import numpy as np

from zoo.backend import keras
from zoo.errors import UserError
from zoo.reference.reparametrized import Reparametrized

State = Mapping[str, np.ndarray | Reparametrized]


def next_module(module: str) -> str:
    """Name of the module that follows another: "a.5" → "a.6"."""
    parent, _, number = module.rpartition(".")
    return f"{parent}.{int(number) + 1}"


def load_convolution(
    layer: keras.layers.Layer, state: State, prefix: str, bias_may_lack: bool = False
) -> None:
    """Fill a convolution, transposed or not, with the tensors whose names begin with ``prefix``."""
    transposed = isinstance(layer, keras.layers.Conv2DTranspose)
    _assign(layer.kernel, state, f"{prefix}.weight", (2, 3, 1, 0), transposed)
    if layer.use_bias and bias_may_lack and f"{prefix}.bias" not in state:
        layer.bias.assign(np.zeros(layer.bias.shape, layer.bias.dtype.as_numpy_dtype))
    elif layer.use_bias:
        _assign(layer.bias, state, f"{prefix}.bias")


def load_normalized(
    convolution: keras.layers.Layer, norm: keras.layers.Layer, state: State, prefix: str, norm_prefix: str
) -> None:
    """Fill a convolution and the normalisation after it.

    A bias that the convolution here does not have goes where it has the same effect: off the
    normalisation's moving mean; nowhere, where each image's own mean takes it away. Where the
    convolution has one and the file has not, it is 0.
    """
    load_convolution(convolution, state, prefix, bias_may_lack=True)
    load_norm(norm, state, norm_prefix)
    if not convolution.use_bias and f"{prefix}.bias" in state and hasattr(norm, "moving_mean"):
        bias = np.asarray(state[f"{prefix}.bias"], norm.moving_mean.dtype.as_numpy_dtype)
        norm.moving_mean.assign_sub(bias)


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


def _assign(
    variable, state: State, name: str, permutation: tuple[int, ...] | None = None, transposed: bool = False
) -> None:
    if name not in state:
        raise UserError(f"the weights have no tensor {name!r}: they belong to another network")
    value = state[name]
    if isinstance(value, Reparametrized):
        value = value.folded(transposed)
    if permutation is not None and value.ndim == len(permutation):
        value = value.transpose(permutation)
    if value.shape != tuple(variable.shape):
        raise UserError(
            f"tensor {name!r} has shape {value.shape} where the network has {tuple(variable.shape)}: "
            "build the network with the width and depth of the weights"
        )
    with np.errstate(over="ignore"):
        value = value.astype(variable.dtype.as_numpy_dtype)
    if not np.isfinite(value).all():
        raise UserError(f"tensor {name!r} holds numbers that are not finite: take an earlier checkpoint")
    variable.assign(value)
