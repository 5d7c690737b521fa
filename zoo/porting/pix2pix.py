"""Weights of the pix2pix reference (U-Net and PatchGAN with batch normalisation) in this zoo.

PyTorch's kernels are (out, in, h, w), its transposed ones (in, out, h, w); Keras' are
(h, w, in, out) and (h, w, out, in): the same permutation.
"""

import numpy as np

from zoo.backend import keras
from zoo.errors import UserError

State = dict[str, np.ndarray]


def load_unet(network: keras.Model, state: State) -> None:
    """Put the weights of a reference U-Net generator into ``network``, of the same shape.

    Raises:
        UserError: naming the first tensor that is missing or of another shape.
    """
    depth = sum(layer.name.startswith("down") and "_" not in layer.name for layer in network.layers)
    for level in range(1, depth + 1):
        # The reference nests: block k is the submodule number 3 of block k - 1 (1 of the outermost).
        block = "model.model" + ".1.model" * (level > 1) + ".3.model" * max(level - 2, 0)
        innermost, outermost = level == depth, level == 1
        down, up = (0, 3) if outermost else (1, 3) if innermost else (1, 5)
        _load_convolution(network.get_layer(f"down{level}"), state, f"{block}.{down}")
        _load_convolution(network.get_layer(f"up{level}"), state, f"{block}.{up}")
        if not outermost:
            _load_norm(network.get_layer(f"up{level}_norm"), state, f"{block}.{up + 1}")
        if not (outermost or innermost):
            _load_norm(network.get_layer(f"down{level}_norm"), state, f"{block}.{down + 1}")


def load_patchgan(network: keras.Model, state: State) -> None:
    """Put the weights of a reference PatchGAN discriminator into ``network``, of the same shape.

    Raises:
        UserError: naming the first tensor that is missing or of another shape.
    """
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    for number, layer in enumerate(convolutions):
        # 0 is a convolution with its activation; then come triples with a norm.
        index = 0 if number == 0 else 3 * number - 1
        _load_convolution(layer, state, f"model.{index}")
        if 0 < number < len(convolutions) - 1:
            _load_norm(network.get_layer(f"{layer.name}_norm"), state, f"model.{index + 1}")


def _load_convolution(layer: keras.layers.Layer, state: State, prefix: str) -> None:
    _assign(layer.kernel, state, f"{prefix}.weight", permutation=(2, 3, 1, 0))
    if layer.use_bias:
        _assign(layer.bias, state, f"{prefix}.bias")


def _load_norm(layer: keras.layers.Layer, state: State, prefix: str) -> None:
    names = {
        "gamma": "weight",
        "beta": "bias",
        "moving_mean": "running_mean",
        "moving_variance": "running_var",
    }
    for attribute, name in names.items():
        if hasattr(layer, attribute):
            _assign(getattr(layer, attribute), state, f"{prefix}.{name}")


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
