"""A kind of generator that a reference saves: how it is recognised, described and loaded."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zoo.attributes import Attribute
from zoo.backend import keras
from zoo.errors import UserError
from zoo.reference.layers import State
from zoo.reference.layout import Layout

Size = tuple[int, int]
Networks = Mapping[str, keras.Model]
MAX_HALVINGS = 10  # of images, by any network here
MAX_CHANNELS = 64  # of images
MAX_CONDITIONS = 1_000
USUAL_SIDE = 256  # height and width of most references' images
USUAL = "epsilon 1e-5, tanh at its end, and images in -1..1"


@dataclass(frozen=True)
class FileOptions:
    """What the user says of a file.

    Attributes:
        size: (height, width) of the images; None for the reference's.
        attributes: of a generator with conditions.
        norm: "instance" or "group:N", where the tensors do not show it.
    """

    size: Size | None = None
    attributes: tuple[Attribute, ...] = ()
    norm: str | None = None


@dataclass(frozen=True)
class Architecture:
    """The network that tensors are of.

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
        builds: name of the zoo's model that builds it.
        models: names of the models that it may have been trained as.
        sign: pattern of a tensor's name that only this kind has.
        read: reads the architecture off its tensors.
        load: puts tensors into a signature's networks.
    """

    title: str
    builds: str
    models: tuple[str, ...]
    sign: str
    read: Callable[[State, FileOptions], Architecture]
    load: Callable[[Networks, State], None]


def shape_of(state: State, name: str, axes: int = 4) -> tuple[int, ...]:
    """Shape of a tensor with that many axes; ``UserError`` if it has others, or an empty one."""
    shape = state[name].shape
    if len(shape) != axes or not all(shape):
        raise UserError(f"tensor {name!r} has shape {shape} where {axes} sides of 1 or more are needed")
    return shape


def count_numbers(state: State, pattern: str) -> int:
    """How many different numbers the pattern's group has among the tensors' names."""
    return len({match[1] for name in state if (match := re.match(pattern, name))})


def check_channels(*counts: int) -> None:
    """Raise ``UserError`` for images of too many channels."""
    if max(counts) > MAX_CHANNELS:
        raise UserError(f"its images have {max(counts)} channels, and {MAX_CHANNELS} are allowed at most")


def check_conditions(count: int) -> None:
    """Raise ``UserError`` if a generator with conditions has none, or too many."""
    if not 1 <= count <= MAX_CONDITIONS:
        raise UserError(
            f"its first convolution takes the image's channels and {count} more, where 1 to "
            f"{MAX_CONDITIONS:,} conditions come with them"
        )


def refuse_attributes(options: FileOptions) -> None:
    """Raise ``UserError`` if attributes are named for a generator without conditions."""
    if options.attributes:
        raise UserError("`attributes`: it has no conditions; leave the option out")


def refuse_norm(options: FileOptions) -> None:
    """Raise ``UserError`` if a normalisation is named where the tensors show it."""
    if options.norm is not None:
        raise UserError(f"`norm` {options.norm}: its tensors leave no choice; leave the option out")


def numbered_attributes(count: int) -> tuple[Attribute, ...]:
    """Attributes of yes and no, named by their numbers, for conditions that no one named."""
    return tuple(Attribute(f"attribute_{i + 1}", ("no", "yes")) for i in range(count))
