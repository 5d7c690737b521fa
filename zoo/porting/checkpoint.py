"""A generator that a reference implementation saved, ready for use: kind and shape are read off its tensors.

====================================  =======================================================
file                                  of
====================================  =======================================================
``latest_net_G.pth``, ``…_G_A.pth``   pytorch-CycleGAN-and-pix2pix: U-Net or ResNet, either norm
``200000-G.ckpt``                     StarGAN, version 1
``gen_01000000.pt``                   MUNIT: both domains' encoders and decoders
a state dict of the autoencoder       Fader Networks, whose own files are pickled modules
====================================  =======================================================
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from zoo import table
from zoo.attributes import Attribute
from zoo.backend import keras
from zoo.errors import UserError
from zoo.porting.fader import load_fader_decoder, load_fader_encoder
from zoo.porting.layers import State
from zoo.porting.munit import load_content_encoder, load_decoder, load_style_encoder
from zoo.porting.pix2pix import load_unet
from zoo.porting.resnet import has_dropout, load_resnet
from zoo.porting.stargan import load_stargan_generator
from zoo.porting.state_dict import read_state_dict
from zoo.training.inference import Inference, make_usage, resolve_statistics
from zoo.usage import Choice, Input, Usage

Size = tuple[int, int]
Networks = Mapping[str, keras.Model]


@dataclass(frozen=True)
class Kind:
    """One kind of generator that references save.

    Attributes:
        title: as people know it.
        builds: name in ``zoo.table`` of the model that builds it.
        models: names that it may have been trained as.
        sign: pattern of a tensor's name that only this kind has.
        size: (height, width) of its reference's pictures.
        configuration: (tensors, size, attributes) → the zoo's configuration of the same network.
        fill: puts tensors into a usage's networks.
    """

    title: str
    builds: str
    models: tuple[str, ...]
    sign: str
    size: Size
    configuration: Callable[[State, Size, tuple[Attribute, ...]], Any]
    fill: Callable[[Networks, State], None]


def load_checkpoint(
    path: Path,
    model: str | None = None,
    usage: str | None = None,
    size: Size | None = None,
    attributes: tuple[Attribute, ...] = (),
    statistics: str = "auto",
    dropout: bool = False,
) -> Inference:
    """Build the generator that a file holds, with its weights.

    Args:
        path: a state dict; nothing in it is executed.
        model: its name in ``zoo.table``; read off the tensors without it.
        usage: one of the model's ``USAGES``; by default the first.
        size: (height, width) of the pictures; by default its reference's.
        attributes: of a generator with conditions, in the order of its numbers; named by their
            places without them.
        statistics: "image", as the reference has it (and "auto"), or "moving", where the file has
            moving averages.
        dropout: draw it anew at each call, as the reference's pix2pix does in tests too, but with
            its --eval. A ResNet's file tells whether it has any; a U-Net's does not, and half of
            its innermost decoder's values are dropped then, as by the reference's default.

    Raises:
        UserError: the file holds anything but such a state dict, or a tensor is missing or does
            not fit; ``model``, ``usage``, ``size`` or ``attributes`` are not the file's.
    """
    path = Path(path)
    state = {name.removeprefix("module."): value for name, value in read_state_dict(path).items()}
    kind = recognized(state, path, model)
    try:
        config = kind.configuration(state, size or kind.size, attributes)
        entry = table.entry_of(kind.builds)
        usage = entry.usages[0] if usage is None else usage
        if usage not in entry.usages:
            raise UserError(f"has no usage {usage!r}: it is used as {', '.join(entry.usages)}")
        used = _usage(entry, config, usage, statistics, dropout)
        kind.fill(used.networks, state)
    except KeyError as error:
        raise UserError(f"{path}: a {kind.title} without a tensor {error}: copy the file again") from None
    except UserError as error:
        raise UserError(f"{path} ({kind.title}): {error}") from None
    weights = [weight for network in used.networks.values() for weight in network.trainable_weights]
    return Inference(
        dropout=dropout,
        usage=used,
        model=model or kind.models[0],
        recipe="",
        provenance={
            "checkpoint": path.name,
            "network": kind.title,
            "weights": "as trained by the reference implementation",
            "parameters": int(sum(np.prod(weight.shape) for weight in weights)),
        },
    )


def recognized(state: State, path: Path, model: str | None = None) -> Kind:
    """The kind of generator whose tensors these are.

    Raises:
        UserError: none of ``KINDS``, saying what it seems to be; or not one of ``model``.
    """
    for kind in KINDS:
        if any(re.fullmatch(kind.sign, name) for name in state):
            if model is not None and model not in kind.models:
                raise UserError(
                    f"{path}: --model {model}: its tensors are those of a {kind.title}; use "
                    f"--model {' or '.join(kind.models)}, or leave it out"
                )
            return kind
    names = list(state)
    seems = next((what for what, sign in _OTHERS.items() if any(re.match(sign, each) for each in names)), "")
    raise UserError(
        f"{path}: {seems or 'no generator that is known here'} (its tensors: {', '.join(names[:3])}"
        f"{', …' * (len(names) > 3)}); known are {', '.join(kind.title for kind in KINDS)}"
    )


def _usage(entry: table.Entry, config: Any, usage: str, statistics: str, dropout: bool) -> Usage:
    if entry.choice_of_statistics:
        # The reference normalises with the batch that it is given, one image.
        chosen = resolve_statistics(statistics, config.norm, batch_size=1)
        return make_usage(entry, config, usage, chosen, dropout=dropout)
    if statistics != "auto":
        raise UserError("--statistics: it leaves no choice; leave the option out")
    made = make_usage(entry, config, usage, dropout=dropout)
    # The reference's StarGAN has never been asked to leave an attribute as it is.
    return replace(made, inputs=tuple(map(_demanded, made.inputs)))


def _demanded(each: Input) -> Input:
    return replace(each, optional=False) if isinstance(each, Choice) else each


# --- what the tensors tell


def _unet(state: State, size: Size, attributes: tuple[Attribute, ...]) -> Any:
    from zoo.pix2pix import Pix2PixConfig

    _no_attributes(attributes)
    depth, block = 2, "model.model.1.model"  # blocks lie in one another
    while f"{block}.3.model.1.weight" in state:
        depth, block = depth + 1, f"{block}.3.model"
    first, last = state["model.model.0.weight"], state["model.model.3.weight"]
    return Pix2PixConfig(
        size=size,
        crop=(2**depth, 2**depth),  # which decides the depth
        input_channels=first.shape[1],
        output_channels=last.shape[1],
        generator_width=first.shape[0],
        norm="batch" if "model.model.1.model.6.weight" in state else "instance",
    )


def _resnet(state: State, size: Size, attributes: tuple[Attribute, ...]) -> Any:
    from zoo.pix2pix import Pix2PixConfig

    _no_attributes(attributes)
    blocks = _count(state, r"model\.(\d+)\.conv_block\.")
    first, last = state["model.1.weight"], state[f"model.{17 + blocks}.weight"]
    return Pix2PixConfig(
        size=size,
        input_channels=first.shape[1],
        output_channels=last.shape[0],
        generator=f"resnet-{blocks}",
        generator_width=first.shape[0],
        norm="batch" if "model.2.weight" in state else "instance",
        dropout=0.5 if has_dropout(state) else 0.0,
    )


def _stargan(state: State, size: Size, attributes: tuple[Attribute, ...]) -> Any:
    from zoo.label_columns import count_columns
    from zoo.stargan import StarGANConfig

    blocks = _count(state, r"main\.(\d+)\.main\.")
    first, last = state["main.0.weight"], state[f"main.{15 + blocks}.weight"]
    columns = first.shape[1] - last.shape[0]
    attributes = attributes or _numbered(columns)
    if count_columns(attributes) != columns:
        raise UserError(
            f"--attributes: {count_columns(attributes)} numbers where the generator takes {columns}; a name "
            "alone stands for one number, NAME:VALUE:VALUE:VALUE for one a value"
        )
    return StarGANConfig(
        size=size,
        channels=last.shape[0],
        attributes=attributes,
        blocks=blocks,
        generator_width=first.shape[0],
        repeat_num=2,  # the discriminator's, which is not built
    )


def _munit(state: State, size: Size, attributes: tuple[Attribute, ...]) -> Any:
    from zoo.munit import MUNITConfig

    _no_attributes(attributes)
    halvings = _count(state, r"a\.enc_content\.model\.(\d+)\.conv\.weight") - 1
    style = max(
        (name for name in state if re.fullmatch(r"a\.enc_style\.model\.\d+\.weight", name)),
        key=lambda name: int(name.split(".")[3]),
        default="a.enc_style.model.5.weight",
    )
    return MUNITConfig(
        size=size,
        channels_a=state["a.enc_content.model.0.conv.weight"].shape[1],
        channels_b=state["b.enc_content.model.0.conv.weight"].shape[1],
        width=state["a.enc_content.model.0.conv.weight"].shape[0],
        mlp_width=state["a.mlp.model.0.fc.weight"].shape[0],
        style_size=state[style].shape[0],
        downsamplings=halvings,
        blocks=_count(state, rf"a\.enc_content\.model\.{halvings + 1}\.model\.(\d+)\."),
    )


def _fader(state: State, size: Size, attributes: tuple[Attribute, ...]) -> Any:
    from zoo.fader import FaderConfig

    layers = _count(state, r"enc_layers\.(\d+)\.0\.weight")
    first, last = state["enc_layers.0.0.weight"], state[f"enc_layers.{layers - 1}.0.weight"]
    columns = state["dec_layers.0.0.weight"].shape[0] - last.shape[0]
    attributes = attributes or _numbered(columns // 2)
    config = FaderConfig(
        attributes=attributes,
        size=size,
        channels=first.shape[1],
        layers=layers,
        width=first.shape[0],
        max_width=max(state[f"enc_layers.{i}.0.weight"].shape[0] for i in range(layers)),
    )
    if config.columns != columns:
        raise UserError(
            f"--attributes: {config.columns} numbers where the decoder takes {columns}, two an attribute"
        )
    return config


def _no_attributes(attributes: tuple[Attribute, ...]) -> None:
    if attributes:
        raise UserError("--attributes: it has no conditions; leave the option out")


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
        (256, 256), _unet, lambda networks, state: load_unet(networks["generator"], state),
    ),
    Kind(
        "ResNet of CycleGAN", "pix2pix", ("cyclegan", "pix2pix"), r"model\.10\.conv_block\.1\.weight",
        (256, 256), _resnet, lambda networks, state: load_resnet(networks["generator"], state),
    ),
    Kind(
        "StarGAN", "stargan", ("stargan",), r"main\.9\.main\.0\.weight", (128, 128),
        _stargan, lambda networks, state: load_stargan_generator(networks["generator"], state),
    ),
    Kind(
        "MUNIT", "munit", ("munit",), r"a\.enc_content\.model\.0\.conv\.weight", (256, 256),
        _munit, _fill_munit,
    ),
    Kind(
        "Fader Networks", "fader", ("fader",), r"dec_layers\.0\.0\.weight", (256, 256), _fader, _fill_fader
    ),
)  # fmt: skip

_OTHERS = {
    "a PatchGAN discriminator, which translates nothing: give the generator's file": r"model\.0\.weight$",
    "StarGAN's discriminator, which translates nothing: give …-G.ckpt": r"conv2\.weight$",
    "MUNIT's discriminators, which translate nothing: give gen_….pt": r"[ab]\.cnns\.",
    "Fader's discriminator, which translates nothing: give the autoencoder's state dict": r"proj_layers\.",
}
