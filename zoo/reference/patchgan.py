"""Weights of the PatchGAN of the pix2pix and CycleGAN reference, of either norm, in this zoo."""

from zoo.backend import keras
from zoo.reference.layers import State, load_convolution, load_norm


def load_patchgan(network: keras.Model, state: State) -> None:
    """Put the weights of a reference PatchGAN discriminator into ``network``, of the same shape.

    Raises:
        UserError: naming the first tensor that is missing or of another shape.
    """
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    for number, layer in enumerate(convolutions):
        # 0 is a convolution with its activation; then come triples with a norm.
        index = 0 if number == 0 else 3 * number - 1
        load_convolution(layer, state, f"model.{index}")
        if 0 < number < len(convolutions) - 1:
            load_norm(network.get_layer(f"{layer.name}_norm"), state, f"model.{index + 1}")
