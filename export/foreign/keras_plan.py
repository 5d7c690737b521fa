"""The plan of a network, which is all of a Keras file that is built: settings, calls and listed names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reference:
    """A tensor: the ``tensor``-th result of the ``node``-th call of a layer."""

    layer: str
    node: int
    tensor: int


@dataclass(frozen=True)
class Call:
    """One use of a layer.

    Attributes:
        inputs: of ``Reference``, plain values, and lists and dictionaries of these.
        arguments: the same by name.
        training: what the file says of whether it is called as in training.
    """

    inputs: Any
    arguments: dict[str, Any]
    training: bool | None = None


@dataclass(frozen=True)
class Function:
    """An activation by its name."""

    name: str


@dataclass(frozen=True)
class Part:
    """A layer, or a network of layers.

    Attributes:
        kind: a name on one of the lists in ``keras_names``.
        name: its own.
        settings: of plain values, a ``Function`` or a ``Part`` as ``activation``.
        trainable: whether training changed it.
        calls: its uses in the network around it.
        parts: the layers of a network; the one inside a wrapper.
        inputs, outputs: of a functional network, as ``Call.inputs``.
    """

    kind: str
    name: str
    settings: dict[str, Any]
    trainable: bool = True
    calls: tuple[Call, ...] = ()
    parts: tuple["Part", ...] = ()
    inputs: Any = None
    outputs: Any = None

    def walk(self) -> Iterator["Part"]:
        """It and every part inside it."""
        yield self
        for part in self.parts:
            yield from part.walk()
