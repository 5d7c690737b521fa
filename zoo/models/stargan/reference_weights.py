"""Files of the StarGAN reference (version 1): generators and discriminators."""

from zoo.backend import keras
from zoo.errors import UserError
from zoo.layers import Residual
from zoo.models.stargan.configuration import StarGANConfig
from zoo.models.stargan.label_columns import count_columns
from zoo.reference.kinds import (
    USUAL,
    USUAL_SIDE,
    Architecture,
    FileOptions,
    Kind,
    check_channels,
    check_conditions,
    count_numbers,
    numbered_attributes,
    shape_of,
)
from zoo.reference.layers import State, load_convolution, load_norm
from zoo.reference.layout import Layout


def read_stargan(state: State, options: FileOptions) -> Architecture:
    """The generator that tensors are of.

    Raises:
        UserError: they are of none that the zoo builds, or the options do not fit them.
    """
    blocks = count_numbers(state, r"main\.(\d+)\.main\.")
    first = shape_of(state, "main.0.weight")
    channels, width = shape_of(state, f"main.{15 + blocks}.weight")[0], first[0]
    columns = first[1] - channels
    check_channels(channels)
    check_conditions(columns)
    attributes = options.attributes or numbered_attributes(columns)
    if count_columns(attributes) != columns:
        raise UserError(
            f"`attributes`: {count_columns(attributes)} numbers where the generator takes {columns}; a name "
            "alone stands for one number, NAME:VALUE:VALUE:VALUE for one a value"
        )
    statistics = "main.1.running_mean" in state
    if options.norm not in (None, "instance") or (options.norm and statistics):
        raise UserError(
            f"`norm` {options.norm}: StarGAN normalises each image's channels; leave the option out"
        )
    if not statistics and options.norm is None:
        raise UserError(
            "its normalisations have no running statistics, which the reference's have; give `norm` instance "
            "if they are instance normalisations all the same"
        )
    config = StarGANConfig(
        size=options.size or (USUAL_SIDE // 2,) * 2,
        channels=channels,
        attributes=attributes,
        blocks=blocks,
        generator_width=width,
        repeat_num=2,  # the discriminator's, which is not built
    )
    assumed = (
        "borders padded with zeros",
        "each image's own statistics, as the reference tests it" * statistics,
        "instance normalisation, as specified" * (not statistics),
        USUAL,
    )
    return Architecture(config, stargan_layout(channels, columns, blocks, width), assumed)


def stargan_layout(channels: int, columns: int, blocks: int, width: int) -> Layout:
    """Tensors of a reference's generator, whose running statistics nothing reads."""
    layout = Layout()
    after = 9 + blocks

    def normalized(norm: str, channels: int) -> None:
        layout.scale(norm, channels)
        layout.buffers(norm, channels, needed=False)

    for number, (before, out, kernel) in {
        0: (channels + columns, width, 7), 3: (width, 2 * width, 4), 6: (2 * width, 4 * width, 4),
    }.items():  # fmt: skip
        layout.convolution(f"main.{number}", (before, out), kernel, bias=False)
        normalized(f"main.{number + 1}", out)
    for block in range(blocks):
        for number in (0, 3):
            prefix = f"main.{9 + block}.main"
            layout.convolution(f"{prefix}.{number}", (4 * width, 4 * width), 3, bias=False)
            normalized(f"{prefix}.{number + 1}", 4 * width)
    for number, (before, out) in {after: (4 * width, 2 * width), after + 3: (2 * width, width)}.items():
        layout.transposed(f"main.{number}", (before, out), 4, bias=False)
        normalized(f"main.{number + 1}", out)
    layout.convolution(f"main.{after + 6}", (width, channels), 7, bias=False)
    return layout


def load_stargan_generator(network: keras.Model, state: State) -> None:
    """Put the weights of a reference generator (``<step>-G.ckpt``) into ``network``, of the same shape.

    Its running statistics are left out: the reference never uses them.

    Raises:
        UserError: naming the first tensor that is missing or of another shape.
    """
    residuals = [layer for layer in network.layers if isinstance(layer, Residual)]
    # The reference numbers triples of a convolution, its norm and a ReLU, and each block as one.
    after = 9 + len(residuals)
    for name, index in {"in": 0, "down1": 3, "down2": 6, "up2": after, "up1": after + 3}.items():
        load_convolution(network.get_layer(name), state, f"main.{index}")
        load_norm(network.get_layer(f"{name}_norm"), state, f"main.{index + 1}")
    for number, block in enumerate(residuals):
        layers = {layer.name: layer for layer in block.layers}
        for name, index in {"1": 0, "2": 3}.items():
            load_convolution(layers[f"conv{name}"], state, f"main.{9 + number}.main.{index}")
            load_norm(layers[f"norm{name}"], state, f"main.{9 + number}.main.{index + 1}")
    load_convolution(network.get_layer("out"), state, f"main.{after + 6}")


def load_stargan_discriminator(network: keras.Model, state: State) -> None:
    """Put the weights of a reference discriminator (``<step>-D.ckpt``) into ``network``.

    Raises:
        UserError: naming the first tensor that is missing or of another shape.
    """
    hidden = [layer for layer in network.layers if layer.name.startswith("conv")]
    for number, layer in enumerate(hidden):
        load_convolution(layer, state, f"main.{2 * number}")
    load_convolution(network.get_layer("source"), state, "conv1")
    load_convolution(network.get_layer("classes"), state, "conv2")


KINDS = (
    Kind(
        title="StarGAN",
        builds="stargan",
        models=("stargan",),
        sign=r"main\.9\.main\.0\.weight",
        read=read_stargan,
        load=lambda networks, state: load_stargan_generator(networks["generator"], state),
    ),
)
OTHERS = {
    r"conv2\.weight$": "StarGAN's discriminator, which translates nothing: give …-G.ckpt",
}
