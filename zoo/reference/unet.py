"""Weights of the pix2pix reference's U-Net in this zoo."""

from zoo.backend import keras
from zoo.reference.layers import State, load_convolution, load_normalized, next_module
from zoo.reference.layout import Layout
from zoo.reference.norms import Norm


def unet_block(level: int) -> str:
    """Name of a reference's block: k lies in k - 1 as its submodule number 3 (1 of the outermost)."""
    return "model.model" + ".1.model" * (level > 1) + ".3.model" * max(level - 2, 0)


def unet_modules(level: int, depth: int) -> tuple[str, str]:
    """Names of the convolutions down and up of a level from 1 on; the next number is their norm's."""
    down, up = (0, 3) if level == 1 else (1, 3) if level == depth else (1, 5)
    return f"{unet_block(level)}.{down}", f"{unet_block(level)}.{up}"


def unet_layout(channels: tuple[int, int], depth: int, width: int, norm: Norm) -> Layout:
    """Tensors of a reference's U-Net, from ``channels[0]`` to ``channels[1]``."""
    layout = Layout()
    widths = [channels[0], *(width * min(2**level, 8) for level in range(depth))]
    for level in range(1, depth + 1):
        (above, here), (down, up) = widths[level - 1 : level + 1], unet_modules(level, depth)
        innermost, outermost = level == depth, level == 1
        layout.convolution(down, (above, here), 4, bias=False)
        out = channels[1] if outermost else above
        layout.transposed(up, (here if innermost else 2 * here, out), 4, bias=outermost)
        if not (outermost or innermost):
            norm.add(layout, down, next_module(down), here)
        elif norm.bias and norm.name != "batch":
            layout.needed[f"{down}.bias"] = (here,)
        if not outermost:
            norm.add(layout, up, next_module(up), out)
    return layout


def load_unet(network: keras.Model, state: State) -> None:
    """Put the weights of a reference U-Net generator into ``network``, of the same shape.

    Raises:
        UserError: naming the first tensor that is missing or of another shape.
    """
    depth = sum(layer.name.startswith("down") and "_" not in layer.name for layer in network.layers)
    for level in range(1, depth + 1):
        down, up = unet_modules(level, depth)
        names = [f"down{level}", f"up{level}"]
        for name, module in zip(names, (down, up), strict=True):
            has_norm = level > 1 and not (name.startswith("down") and level == depth)
            if has_norm:
                norm = network.get_layer(f"{name}_norm")
                load_normalized(network.get_layer(name), norm, state, module, next_module(module))
            else:
                load_convolution(
                    network.get_layer(name), state, module, bias_may_lack=level > 1 or name == "down1"
                )
