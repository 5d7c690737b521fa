"""Weights of the pix2pix reference (U-Net, and PatchGAN with either norm, as CycleGAN has it) in this zoo."""

from zoo.backend import keras
from zoo.porting.layers import State, load_convolution, load_norm


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
        load_convolution(network.get_layer(f"down{level}"), state, f"{block}.{down}")
        load_convolution(network.get_layer(f"up{level}"), state, f"{block}.{up}")
        if not outermost:
            load_norm(network.get_layer(f"up{level}_norm"), state, f"{block}.{up + 1}")
        if not (outermost or innermost):
            load_norm(network.get_layer(f"down{level}_norm"), state, f"{block}.{down + 1}")


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
