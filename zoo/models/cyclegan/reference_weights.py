"""Files of the CycleGAN reference (pytorch-CycleGAN-and-pix2pix): ResNet generators, and all four networks.

One generator alone, with whatever normalisation and dropout its file has, is built as pix2pix's ResNet.
"""

from zoo.models.cyclegan.model import CycleGAN
from zoo.models.pix2pix.configuration import Pix2PixConfig
from zoo.reference.kinds import (
    USUAL,
    USUAL_SIDE,
    Architecture,
    FileOptions,
    Kind,
    check_channels,
    count_numbers,
    refuse_attributes,
    shape_of,
)
from zoo.reference.layers import State
from zoo.reference.norms import find_norm
from zoo.reference.patchgan import load_patchgan
from zoo.reference.resnet import has_dropout, load_resnet, resnet_layout, resnet_modules


def load_cyclegan(model: CycleGAN, g_a: State, g_b: State, d_a: State, d_b: State) -> None:
    """Put the weights of the reference's four networks into ``model``, of the same shape.

    The reference names a discriminator after the generator that it is trained against: its G_A maps
    A to B, and its D_A takes images of B.

    Raises:
        UserError: naming the first tensor that is missing or of another shape.
    """
    load_resnet(model.generator_a_to_b, g_a)
    load_resnet(model.generator_b_to_a, g_b)
    load_patchgan(model.discriminator_b, d_a)
    load_patchgan(model.discriminator_a, d_b)


def read_resnet(state: State, options: FileOptions) -> Architecture:
    """The ResNet that tensors are of.

    Raises:
        UserError: they are of no ResNet that the zoo builds, or the options do not fit them.
    """
    refuse_attributes(options)
    blocks = count_numbers(state, r"model\.(\d+)\.conv_block\.")
    first = shape_of(state, "model.1.weight")
    width, dropout = first[0], has_dropout(state)
    channels = first[1], shape_of(state, f"model.{resnet_modules(blocks)['out']}.weight")[0]
    check_channels(*channels)
    norm = find_norm(state, "model.1", "model.2", (width, 2 * width, 4 * width), options.norm)
    config = Pix2PixConfig(
        size=options.size or (USUAL_SIDE, USUAL_SIDE),
        input_channels=channels[0],
        output_channels=channels[1],
        generator=f"resnet-{blocks}",
        generator_width=width,
        norm=norm.name,
        dropout=0.5 if dropout else 0.0,
    )
    layout = resnet_layout(channels, blocks, width, norm, dropout)
    assumed = ("borders padded by reflection, the reference's default", norm.assumed, USUAL)
    return Architecture(config, layout, assumed, norm.only_statistics)


KINDS = (
    Kind(
        title="ResNet of CycleGAN",
        builds="pix2pix",
        models=("cyclegan", "pix2pix"),
        sign=r"model\.10\.conv_block\.1\.weight",
        read=read_resnet,
        load=lambda networks, state: load_resnet(networks["generator"], state),
    ),
)
OTHERS = {
    r"model\.\d{1,4}\.conv_block\.1\.": "a ResNet generator whose blocks do not begin at number 10, as "
    "CycleGAN's do: it downsamples otherwise than by two strided convolutions, as pix2pixHD's and CUT's do",
}
