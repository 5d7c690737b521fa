"""Weights of the CycleGAN reference (ResNet generator) in this zoo."""

import numpy as np

from zoo.backend import keras
from zoo.layers import Residual
from zoo.porting.layers import State, load_convolution, load_norm


def load_resnet(network: keras.Model, state: State) -> None:
    """Put the weights of a reference ResNet generator into ``network``, of the same shape.

    Raises:
        UserError: naming the first tensor that is missing or of another shape.
    """
    residuals = [layer for layer in network.layers if isinstance(layer, Residual)]
    # The reference numbers padding, norms and activations too: 0 pads, each triple is a
    # convolution, its norm and a ReLU; then come the blocks.
    after = 10 + len(residuals)
    for name, index in {"in": 1, "down1": 4, "down2": 7, "up2": after, "up1": after + 3}.items():
        load_convolution(network.get_layer(name), state, f"model.{index}")
        load_norm(network.get_layer(f"{name}_norm"), state, f"model.{index + 1}")
    for number, block in enumerate(residuals):
        layers = {layer.name: layer for layer in block.layers}
        second = 6 if has_dropout(state) else 5
        for name, index in {"1": 1, "2": second}.items():
            prefix = f"model.{10 + number}.conv_block"
            load_convolution(layers[f"conv{name}"], state, f"{prefix}.{index}")
            load_norm(layers[f"norm{name}"], state, f"{prefix}.{index + 1}")
    load_convolution(network.get_layer("out"), state, f"model.{after + 7}")


def has_dropout(state: State) -> bool:
    """Whether a reference ResNet has dropout in its blocks, where it takes a number and no tensor."""
    return np.ndim(state.get("model.10.conv_block.6.weight")) == 4
