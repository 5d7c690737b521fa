"""Files of the pix2pix reference (pytorch-CycleGAN-and-pix2pix): U-Net generators.

Its PatchGAN is read by ``zoo.reference.patchgan``, its ResNet as CycleGAN's.
"""

from zoo.models.pix2pix.configuration import Pix2PixConfig
from zoo.reference.kinds import (
    MAX_HALVINGS,
    USUAL,
    USUAL_SIDE,
    Architecture,
    FileOptions,
    Kind,
    check_channels,
    refuse_attributes,
    shape_of,
)
from zoo.reference.layers import State, next_module
from zoo.reference.norms import find_norm
from zoo.reference.unet import load_unet, unet_block, unet_layout, unet_modules


def read_unet(state: State, options: FileOptions) -> Architecture:
    """The U-Net that tensors are of.

    Raises:
        UserError: they are of no U-Net that the zoo builds, or the options do not fit them.
    """
    refuse_attributes(options)
    depth = 2
    while f"{unet_block(depth + 1)}.1.weight" in state and depth < MAX_HALVINGS:
        depth += 1
    first = shape_of(state, "model.model.0.weight")
    channels, width = (first[1], shape_of(state, "model.model.3.weight")[1]), first[0]
    check_channels(*channels)
    # The outermost but one comes back with as many channels as the image's first.
    _, up = unet_modules(2, depth)
    widths = [width * min(2**level, 8) for level in range(depth - 1)]
    norm = find_norm(state, up, next_module(up), widths, options.norm)
    config = Pix2PixConfig(
        size=options.size or (max(USUAL_SIDE, 2**depth),) * 2,
        input_channels=channels[0],
        output_channels=channels[1],
        generator=f"unet-{depth}",
        generator_width=width,
        norm=norm.name,
    )
    assumed = ("LeakyReLU of slope 0.2 on the way down", norm.assumed, USUAL)
    return Architecture(config, unet_layout(channels, depth, width, norm), assumed, norm.only_statistics)


KINDS = (
    Kind(
        title="U-Net of pix2pix",
        builds="pix2pix",
        models=("pix2pix", "cyclegan"),
        sign=r"model\.model\.1\.model\.1\.weight",
        read=read_unet,
        load=lambda networks, state: load_unet(networks["generator"], state),
    ),
)
OTHERS: dict[str, str] = {}
