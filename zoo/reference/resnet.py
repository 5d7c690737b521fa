"""Weights of the CycleGAN reference's ResNet generator in this zoo."""

import numpy as np

from zoo.backend import keras
from zoo.layers import Residual
from zoo.reference.layers import State, load_convolution, load_normalized, next_module
from zoo.reference.layout import Layout
from zoo.reference.norms import Norm

FIRST_BLOCK = 10
# The reference numbers padding, norms and activations too: 0 pads, each triple is a convolution, its
# norm and a ReLU; then come the blocks.
_DOWN = {"in": 1, "down1": 4, "down2": 7}


def resnet_modules(blocks: int) -> dict[str, int]:
    """Numbers of the convolutions outside of blocks, by their names here; a norm follows all but "out"."""
    after = FIRST_BLOCK + blocks
    return {**_DOWN, "up2": after, "up1": after + 3, "out": after + 7}


def block_modules(block: int, dropout: bool) -> tuple[str, str]:
    """Names of the two convolutions of a block from 0 on; dropout takes a number."""
    prefix = f"model.{FIRST_BLOCK + block}.conv_block"
    return f"{prefix}.1", f"{prefix}.{6 if dropout else 5}"


def resnet_layout(channels: tuple[int, int], blocks: int, width: int, norm: Norm, dropout: bool) -> Layout:
    """Tensors of a reference's ResNet, from ``channels[0]`` to ``channels[1]``."""
    layout = Layout()
    shapes = {
        "in": (channels[0], width, 7),
        "down1": (width, 2 * width, 3),
        "down2": (2 * width, 4 * width, 3),
        "up2": (4 * width, 2 * width, 3),
        "up1": (2 * width, width, 3),
        "out": (width, channels[1], 7),
    }
    for name, number in resnet_modules(blocks).items():
        before, after, kernel = shapes[name]
        add = layout.transposed if name.startswith("up") else layout.convolution
        add(f"model.{number}", (before, after), kernel, bias=name == "out")
        if name != "out":
            norm.add(layout, f"model.{number}", f"model.{number + 1}", after)
    for block in range(blocks):
        for module in block_modules(block, dropout):
            layout.convolution(module, (4 * width, 4 * width), 3, bias=False)
            norm.add(layout, module, next_module(module), 4 * width)
    return layout


def load_resnet(network: keras.Model, state: State) -> None:
    """Put the weights of a reference ResNet generator into ``network``, of the same shape.

    Raises:
        UserError: naming the first tensor that is missing or of another shape.
    """
    residuals = [layer for layer in network.layers if isinstance(layer, Residual)]
    modules = resnet_modules(len(residuals))
    out = modules.pop("out")
    for name, number in modules.items():
        norm = network.get_layer(f"{name}_norm")
        load_normalized(network.get_layer(name), norm, state, f"model.{number}", f"model.{number + 1}")
    for number, block in enumerate(residuals):
        layers = {layer.name: layer for layer in block.layers}
        for name, module in zip("12", block_modules(number, has_dropout(state)), strict=True):
            load_normalized(layers[f"conv{name}"], layers[f"norm{name}"], state, module, next_module(module))
    load_convolution(network.get_layer("out"), state, f"model.{out}")


def has_dropout(state: State) -> bool:
    """Whether a reference ResNet has dropout in its blocks, where it takes a number and no tensor."""
    second = state.get(f"model.{FIRST_BLOCK}.conv_block.6.weight", np.zeros(1))
    return second.ndim == 4
