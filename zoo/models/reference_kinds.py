"""The generators that references save: how each is known by its tensors, and what they tell of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zoo.attributes import Attribute
from zoo.backend import keras
from zoo.errors import UserError
from zoo.models.fader.reference_weights import fader_layout, load_fader_decoder, load_fader_encoder
from zoo.models.munit.reference_weights import (
    load_content_encoder,
    load_decoder,
    load_style_encoder,
    munit_layout,
)
from zoo.models.stargan.reference_weights import load_stargan_generator, stargan_layout
from zoo.reference.layers import State
from zoo.reference.layout import Layout
from zoo.reference.norms import find_norm
from zoo.reference.resnet import has_dropout, load_resnet, resnet_layout, resnet_places
from zoo.reference.unet import after, load_unet, unet_block, unet_layout, unet_places

Size = tuple[int, int]
Networks = Mapping[str, keras.Model]
MOST_HALVINGS = 10  # of pictures, by any network here
MOST_CHANNELS = 64  # of pictures
MOST_CONDITIONS = 1_000
USUAL = 256  # height and width of most references' pictures


@dataclass(frozen=True)
class Asked:
    """What the user says of a file.

    Attributes:
        size: (height, width) of the pictures; None for the reference's.
        attributes: of a generator with conditions.
        norm: "instance" or "group:N", where the tensors do not tell.
    """

    size: Size | None = None
    attributes: tuple[Attribute, ...] = ()
    norm: str | None = None


@dataclass(frozen=True)
class Found:
    """What tensors tell.

    Attributes:
        configuration: the zoo's, of the same network.
        layout: the tensors that it has.
        assumed: what no tensor shows, in words.
        statistics: "image" where its normalisations leave no choice.
    """

    configuration: Any
    layout: Layout
    assumed: tuple[str, ...]
    statistics: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of generator that references save.

    Attributes:
        title: as people know it.
        builds: name in ``zoo.models.registry`` of the model that builds it.
        models: names that it may have been trained as.
        sign: pattern of a tensor's name that only this kind has.
        find: reads the network off its tensors.
        fill: puts tensors into a signature's networks.
    """

    title: str
    builds: str
    models: tuple[str, ...]
    sign: str
    find: Callable[[State, Asked], Found]
    fill: Callable[[Networks, State], None]


_USUAL = "epsilon 1e-5, tanh at its end, and pictures in -1..1"


def _unet(state: State, asked: Asked) -> Found:
    from zoo.models.pix2pix.model import Pix2PixConfig

    _no_attributes(asked)
    depth = 2
    while f"{unet_block(depth + 1)}.1.weight" in state and depth < MOST_HALVINGS:
        depth += 1
    first = _shape(state, "model.model.0.weight")
    channels, width = (first[1], _shape(state, "model.model.3.weight")[1]), first[0]
    _channels(*channels)
    # The outermost but one comes back with as many channels as the picture's first.
    _, up = unet_places(2, depth)
    widths = [width * min(2**level, 8) for level in range(depth - 1)]
    norm = find_norm(state, up, after(up), widths, asked.norm)
    config = Pix2PixConfig(
        size=asked.size or (max(USUAL, 2**depth),) * 2,
        input_channels=channels[0],
        output_channels=channels[1],
        generator=f"unet-{depth}",
        generator_width=width,
        norm=norm.name,
    )
    assumed = ("LeakyReLU of slope 0.2 on the way down", norm.assumed, _USUAL)
    return Found(config, unet_layout(channels, depth, width, norm), assumed, _only(norm.name))


def _resnet(state: State, asked: Asked) -> Found:
    from zoo.models.pix2pix.model import Pix2PixConfig

    _no_attributes(asked)
    blocks = _count(state, r"model\.(\d+)\.conv_block\.")
    first = _shape(state, "model.1.weight")
    width, dropout = first[0], has_dropout(state)
    channels = first[1], _shape(state, f"model.{resnet_places(blocks)['out']}.weight")[0]
    _channels(*channels)
    norm = find_norm(state, "model.1", "model.2", (width, 2 * width, 4 * width), asked.norm)
    config = Pix2PixConfig(
        size=asked.size or (USUAL, USUAL),
        input_channels=channels[0],
        output_channels=channels[1],
        generator=f"resnet-{blocks}",
        generator_width=width,
        norm=norm.name,
        dropout=0.5 if dropout else 0.0,
    )
    assumed = ("borders padded by reflection, the reference's default", norm.assumed, _USUAL)
    return Found(config, resnet_layout(channels, blocks, width, norm, dropout), assumed, _only(norm.name))


def _only(norm: str) -> str:
    return "" if norm == "batch" else "image"


def _stargan(state: State, asked: Asked) -> Found:
    from zoo.models.stargan.label_columns import count_columns
    from zoo.models.stargan.model import StarGANConfig

    blocks = _count(state, r"main\.(\d+)\.main\.")
    first = _shape(state, "main.0.weight")
    channels, width = _shape(state, f"main.{15 + blocks}.weight")[0], first[0]
    columns = first[1] - channels
    _channels(channels)
    _some_columns(columns)
    attributes = asked.attributes or _numbered(columns)
    if count_columns(attributes) != columns:
        raise UserError(
            f"--attributes: {count_columns(attributes)} numbers where the generator takes {columns}; a name "
            "alone stands for one number, NAME:VALUE:VALUE:VALUE for one a value"
        )
    statistics = "main.1.running_mean" in state
    if asked.norm not in (None, "instance") or (asked.norm and statistics):
        raise UserError(
            f"--norm {asked.norm}: StarGAN normalises each picture's channels; leave the option out"
        )
    if not statistics and asked.norm is None:
        raise UserError(
            "its normalisations have no running statistics, which the reference's have; give --norm instance "
            "if they are instance normalisations all the same"
        )
    config = StarGANConfig(
        size=asked.size or (USUAL // 2,) * 2,
        channels=channels,
        attributes=attributes,
        blocks=blocks,
        generator_width=width,
        repeat_num=2,  # the discriminator's, which is not built
    )
    assumed = (
        "borders padded with zeros",
        "each picture's own statistics, as the reference tests it" * statistics,
        "instance normalisation, as --norm said" * (not statistics),
        _USUAL,
    )
    return Found(config, stargan_layout(channels, columns, blocks, width), assumed)


def _munit(state: State, asked: Asked) -> Found:
    from zoo.models.munit.model import MUNITConfig

    _no_attributes(asked)
    _no_norm(asked)
    halvings = min(_count(state, r"a\.enc_content\.model\.(\d+)\.conv\.weight") - 1, MOST_HALVINGS)
    channels = {each: _shape(state, f"{each}.enc_content.model.0.conv.weight")[1] for each in "ab"}
    _channels(*channels.values())
    shape = {
        "width": _shape(state, "a.enc_content.model.0.conv.weight")[0],
        "mlp_width": _shape(state, "a.mlp.model.0.fc.weight", axes=2)[0],
        "style_size": _shape(state, "a.enc_style.model.6.weight")[0],
        "downsamplings": halvings,
        "blocks": _count(state, rf"a\.enc_content\.model\.{halvings + 1}\.model\.(\d+)\."),
    }
    config = MUNITConfig(
        size=asked.size or (USUAL, USUAL), channels_a=channels["a"], channels_b=channels["b"], **shape
    )
    assumed = (
        "borders padded by reflection, and ReLU, the reference's defaults",
        "instance normalisation without a scale in the content encoder, which has no tensors",
        "pixels repeated to upsample",
        _USUAL,
    )
    return Found(config, munit_layout(channels, **shape), assumed)


def _fader(state: State, asked: Asked) -> Found:
    from zoo.models.fader.model import FaderConfig

    _no_norm(asked)
    layers = min(_count(state, r"enc_layers\.(\d+)\.0\.weight"), MOST_HALVINGS)
    widths = [_shape(state, f"enc_layers.{i}.0.weight")[0] for i in range(layers)]
    channels = _shape(state, "enc_layers.0.0.weight")[1]
    columns = _shape(state, "dec_layers.0.0.weight")[0] - widths[-1]
    _channels(channels)
    _some_columns(columns // 2)
    attributes = asked.attributes or _numbered(columns // 2)
    config = FaderConfig(
        attributes=attributes,
        size=asked.size or (USUAL, USUAL),
        channels=channels,
        layers=layers,
        width=widths[0],
        max_width=max(widths),
    )
    if config.columns != columns:
        raise UserError(
            f"--attributes: {config.columns} numbers where the decoder takes {columns}, two an attribute"
        )
    assumed = ("LeakyReLU of slope 0.2 in the encoder, ReLU in the decoder", _USUAL)
    return Found(config, fader_layout(channels, columns, layers, widths[0], max(widths)), assumed)


def _shape(state: State, name: str, axes: int = 4) -> tuple[int, ...]:
    shape = state[name].shape
    if len(shape) != axes or not all(shape):
        raise UserError(f"tensor {name!r} has shape {shape} where {axes} sides of 1 or more are needed")
    return shape


def _no_attributes(asked: Asked) -> None:
    if asked.attributes:
        raise UserError("--attributes: it has no conditions; leave the option out")


def _no_norm(asked: Asked) -> None:
    if asked.norm is not None:
        raise UserError(f"--norm {asked.norm}: its tensors leave no choice; leave the option out")


def _some_columns(count: int) -> None:
    if not 1 <= count <= MOST_CONDITIONS:
        raise UserError(
            f"its first convolution takes the picture's channels and {count} more, where 1 to "
            f"{MOST_CONDITIONS:,} conditions come with them"
        )


def _channels(*counts: int) -> None:
    if max(counts) > MOST_CHANNELS:
        raise UserError(f"its pictures have {max(counts)} channels, and {MOST_CHANNELS} are allowed at most")


def _numbered(count: int) -> tuple[Attribute, ...]:
    return tuple(Attribute(f"attribute_{i + 1}", ("no", "yes")) for i in range(count))


def _count(state: State, pattern: str) -> int:
    """How many different numbers the pattern's group has among the tensors' names."""
    return len({found[1] for name in state if (found := re.match(pattern, name))})


# --- where the tensors go


def _fill_munit(networks: Networks, state: State) -> None:
    loaders = {
        "content_encoder": load_content_encoder,
        "style_encoder": load_style_encoder,
        "decoder": load_decoder,
    }
    for name, network in networks.items():
        kind, _, domain = name.rpartition("_")
        loaders[kind](network, state, domain)


def _fill_fader(networks: Networks, state: State) -> None:
    load_fader_encoder(networks["encoder"], state)
    load_fader_decoder(networks["decoder"], state)


KINDS = (
    Kind(
        "U-Net of pix2pix", "pix2pix", ("pix2pix", "cyclegan"), r"model\.model\.1\.model\.1\.weight",
        _unet, lambda networks, state: load_unet(networks["generator"], state),
    ),
    Kind(
        "ResNet of CycleGAN", "pix2pix", ("cyclegan", "pix2pix"), r"model\.10\.conv_block\.1\.weight",
        _resnet, lambda networks, state: load_resnet(networks["generator"], state),
    ),
    Kind(
        "StarGAN", "stargan", ("stargan",), r"main\.9\.main\.0\.weight",
        _stargan, lambda networks, state: load_stargan_generator(networks["generator"], state),
    ),
    Kind(
        "MUNIT", "munit", ("munit",), r"a\.enc_content\.model\.0\.conv\.weight",
        _munit, _fill_munit,
    ),
    Kind(
        "Fader Networks", "fader", ("fader",), r"dec_layers\.0\.0\.weight", _fader, _fill_fader
    ),
)  # fmt: skip
