"""Inputs and outputs of a bundle's models: their tensors, and what contract.json says of them."""

import keyword
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zoo.engine.signature import Amount, Choice, Input, Noise, Picture

_CHANNELS = {1: "grey", 3: "RGB"}


@dataclass(frozen=True)
class Port:
    """One input or output, batch first. A name in ``shape`` is an axis of any length.

    Attributes:
        name: of the tensor in the files: letters, digits and underscores.
        shape, layout, dtype, range: of the tensor; range None where values have no bounds.
        kind: "picture", "noise", "choice" or "amount", as in ``zoo.engine.signature``.
        label: the name that people use, such as an attribute's.
        channels: order of an image's channels.
        domain: the model's domain that an image belongs to, or "".
        more: further entries of contract.json: values of a choice, ends of an amount.
    """

    name: str
    shape: tuple[str | int, ...]
    meaning: str
    kind: str = "picture"
    label: str = ""
    layout: str = "NHWC"
    channels: str | None = "RGB"
    range: tuple[float, float] | None = (-1.0, 1.0)
    dtype: str = "float32"
    domain: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def free_shape(self) -> list[int | None]:
        """The shape with None for axes of any length."""
        return [None if isinstance(side, str) else side for side in self.shape]

    def describe(self, is_input: bool) -> dict[str, Any]:
        """The port's entry in contract.json."""
        description: dict[str, Any] = {
            "name": self.name,
            "kind": self.kind,
            "meaning": self.meaning,
            "shape": list(self.shape),
            "dtype": self.dtype,
            "layout": self.layout,
            "range": None if self.range is None else list(self.range),
            **self.more,
        }
        if self.kind == "picture":
            description["channel_order"] = self.channels
            if self.dtype == "uint8":
                description["from_8_bit" if is_input else "to_8_bit"] = "as it is"
            elif is_input:
                description["from_8_bit"] = "level / 127.5 - 1"
            else:
                description["to_8_bit"] = "round((value + 1) * 127.5), clipped to 0..255"
        return description

    def condition(self) -> dict[str, Any]:
        """The entry in contract.json's list of conditions of a choice or an amount."""
        if self.kind == "amount":
            write = (
                f"one number: 0 for {self.more['low']}, 1 for {self.more['high']}; beyond them it exaggerates"
            )
        else:
            write = "one-hot: 1 at the index of the value, 0 elsewhere"
            if self.more["optional"]:
                write += "; all zeros leave it unchanged"
        return {"name": self.label, "input": self.name, "kind": self.kind, **self.more, "write": write}


def input_port(each: Input, name: str, size: tuple[str | int, ...]) -> Port:
    """The port of an input; ``size`` is (height, width) of an image, each a number or the name of an axis."""

    def row(length: int, kind: str, span: tuple[float, float] | None, **more: Any) -> Port:
        meaning = each.meaning + "; without a value it stays unchanged" * more.get("optional", False)
        return Port(name, ("batch", length), meaning, kind, each.name, "NC", None, span, more=more)

    match each:
        case Picture():
            return picture_port(name, each.name, each.channels, each.meaning, size, each.domain)
        case Noise():
            return row(each.size, "noise", None, distribution="normal")
        case Choice():
            return row(
                len(each.values), "choice", (0.0, 1.0), values=list(each.values), optional=each.optional
            )
        case Amount():
            return row(1, "amount", (0.0, 1.0), low=each.low, high=each.high)


def picture_port(
    name: str, label: str, channels: int, meaning: str, size: tuple[str | int, ...], domain: str = ""
) -> Port:
    """The port of images; ``size`` is (height, width), each a number or the name of an axis."""
    shape = ("batch", *size, channels)
    return Port(name, shape, meaning, label=label, channels=_CHANNELS.get(channels), domain=domain)


def tensor_names(labels: Sequence[str], reserved: str) -> list[str]:
    """Names that TensorFlow's signatures allow: distinct lower-case ASCII identifiers."""
    names: list[str] = []
    for label in labels:
        plain = unicodedata.normalize("NFKD", label.casefold()).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^a-z0-9_]+", "_", plain)
        if not plain.isidentifier() or plain.startswith("_") or keyword.iskeyword(plain):
            plain = f"input_{plain.strip('_')}"
        name, number = plain, 2
        while name in (reserved, *names):
            name, number = f"{plain}_{number}", number + 1
        names.append(name)
    return names
