"""What an exported model promises to those who run it: the contents of contract.json."""

import keyword
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from export import tolerances
from export.onnx.padding import Sides, side_names
from export.verify.contract import FORMAT_VERSION
from export.verify.dropout import GOLDEN_RUNS
from zoo.engine.signature import Amount, Choice, Input, Noise, Picture

if TYPE_CHECKING:
    from zoo.inference.trained import Inference

DROPOUT = {
    False: "off: the whole network is used, and makes the same each time",
    True: "on: drawn anew at each call and for each example, as in training, and what is kept divided by "
    f"1 - rate; golden outputs are means of {GOLDEN_RUNS} runs",
}

OTHER_SIZES = (
    "any height and width: inside, sides are padded by reflection to the next multiple, and what was added "
    "is cropped off again; results are best near the size of training"
)
SIZES = ((176, 256), (201, 333))
"""(height, width) of one more golden example each, where pictures may be of any size."""

SIGNATURE = "serving_default"
_CHANNELS = {1: "grey", 3: "RGB"}


@dataclass(frozen=True)
class Port:
    """One input or output, batch first; a name in ``shape`` is an axis of any length.

    Attributes:
        name: of the tensor in the files: letters, digits and underscores.
        shape, layout, dtype, range: of the tensor; range None where values have no bounds.
        kind: "picture", "noise", "choice" or "amount", as in ``zoo.engine.signature``.
        label: the name that people know it by, such as an attribute's.
        channels: order of a picture's.
        domain: of the model that a picture is of, or "".
        more: what contract.json says of it besides: values of a choice, ends of an amount.
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
        """The shape with None where any length goes."""
        return [None if isinstance(side, str) else side for side in self.shape]

    def describe(self, is_input: bool) -> dict[str, Any]:
        """Return the port as contract.json holds it."""
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
        """What contract.json says of a choice or an amount to those who set it by name."""
        if self.kind == "amount":
            write = (
                f"one number: 0 for {self.more['low']}, 1 for {self.more['high']}; beyond them it exaggerates"
            )
        else:
            write = "1 in the place of the value, 0 in the others"
            if self.more["optional"]:
                write += "; all zeros leave it as it is"
        return {"name": self.label, "input": self.name, "kind": self.kind, **self.more, "write": write}


@dataclass(frozen=True)
class Exportable:
    """All that the exporter knows of a trained model, wherever that comes from.

    Attributes:
        network: takes one float32 tensor an input, by the port's name, and returns one an
            output, by name; each image's result independent of its batch. Pictures must have
            the sides that it takes.
        variables: every ``tf.Variable`` that ``network`` reads.
        inputs, outputs: their ports; the first output is a picture.
        model, recipe: names, such as "pix2pix" and "pix2pix_product2model".
        signature, meaning: name of the way it is used, and what comes out.
        size: (height, width) it was trained at.
        sides: which heights and widths ``network`` takes.
        statistics: "image" or "moving", where the normalisation gets mean and variance.
        dropout: whether ``network`` draws dropout anew at each call; it is deterministic without.
        reshapes: whether ``network`` reshapes by the lengths of its pictures' sides.
        provenance: run, data fingerprint, versions, date, parameters.
    """

    network: Callable[..., dict[str, Any]]
    variables: Sequence[Any]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    model: str
    recipe: str
    signature: str
    meaning: str
    size: tuple[int, int]
    sides: Sides
    statistics: str
    dropout: bool = False
    reshapes: bool = False
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def pictures(self) -> tuple[Port, ...]:
        """The pictures that go in; none where the model draws."""
        return tuple(port for port in self.inputs if port.kind == "picture")

    @property
    def any_size(self) -> bool:
        """Whether pictures may be of any size."""
        return any(isinstance(side, str) for port in self.pictures for side in port.shape[1:3])

    def call(self, **tensors: Any) -> dict[str, Any]:
        """What ``network`` makes of pictures of any size, as large as the first of them."""
        if not self.any_size:
            return self.network(**tensors)
        names = [port.name for port in self.pictures]
        outputs = self.network(**{**tensors, **{name: self.sides.padded(tensors[name]) for name in names}})
        return {name: self.sides.cropped(each, tensors[names[0]]) for name, each in outputs.items()}

    @property
    def conditions(self) -> list[dict[str, Any]]:
        """Choices and amounts, as contract.json lists them."""
        return [port.condition() for port in self.inputs if port.kind in ("choice", "amount")]


def from_inference(inference: "Inference") -> Exportable:
    """Describe a trained model, in one of its signatures, for the exporter."""
    signature = inference.signature
    result = "translated" if any(isinstance(each, Picture) for each in signature.inputs) else "drawn"
    names = tensor_names([each.name for each in signature.inputs], reserved=result)
    first = next((each for each in signature.inputs if isinstance(each, Picture)), None)
    ports = tuple(
        input_port(each, name, side_names("" if each is first else name))
        for each, name in zip(signature.inputs, names, strict=True)
    )

    def network(**tensors: Any) -> dict[str, Any]:
        return {result: signature.call(**{port.label: tensors[port.name] for port in ports})}

    return Exportable(
        network=network,
        variables=[weight for network in signature.networks.values() for weight in network.variables],
        inputs=ports,
        outputs=(
            picture_port(
                result,
                result,
                _output_channels(network, ports),
                signature.meaning,
                side_names() if first else signature.size,
            ),
        ),
        model=inference.model,
        recipe=inference.recipe,
        signature=signature.name,
        meaning=signature.meaning,
        size=tuple(signature.size),
        sides=Sides(signature.size_multiple, signature.smallest),
        statistics=signature.statistics,
        dropout=inference.dropout,
        provenance=dict(inference.provenance),
    )


def input_port(each: Input, name: str, size: tuple[str | int, ...]) -> Port:
    """The port of what goes in; ``size`` is (height, width) of a picture, a number or an axis's name each."""

    def row(length: int, kind: str, span: tuple[float, float] | None, **more: Any) -> Port:
        meaning = each.meaning + "; without a value it stays as it is" * more.get("optional", False)
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
    """The port of pictures; ``size`` is (height, width), a number or an axis's name each."""
    shape = ("batch", *size, channels)
    return Port(name, shape, meaning, label=label, channels=_CHANNELS.get(channels), domain=domain)


def _output_channels(call: Callable[..., Any], inputs: Sequence[Port]) -> int:
    """Channels of the pictures that come out; nothing is computed."""
    from zoo.backend import tf

    specs = {port.name: tf.TensorSpec(port.free_shape, port.dtype) for port in inputs}
    traced = tf.function(call, autograph=False).get_concrete_function(**specs)
    (pictures,) = traced.structured_outputs.values()
    return pictures.shape[-1]


def tensor_names(labels: Sequence[str], reserved: str) -> list[str]:
    """Names that TensorFlow's signatures take: lower-case ASCII identifiers, each once."""
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


def _other_sizes(source: Exportable) -> str:
    if source.any_size:
        return OTHER_SIZES
    return "none, pictures must be of this one" if source.pictures else "none, pictures are drawn at this one"


def describe(source: Exportable, licence: str | None) -> dict[str, Any]:
    """Return the contract without what is known only once the files exist (hashes, errors)."""
    return {
        "$schema": "contract.schema.json",
        "format": "image-translation-bundle",
        "format_version": FORMAT_VERSION,
        "model": source.model,
        "recipe": source.recipe,
        "usage": {"name": source.signature, "meaning": source.meaning},
        "inputs": [port.describe(is_input=True) for port in source.inputs],
        "outputs": [port.describe(is_input=False) for port in source.outputs],
        "size": {
            "height": source.size[0],
            "width": source.size[1],
            "multiple": source.sides.multiple,
            "smallest": source.sides.least,
            "fixed": not source.any_size,
            "other_sizes": _other_sizes(source),
            "golden": [list(size) for size in SIZES] if source.any_size else [],
        },
        "conditions": source.conditions,
        "inference": {
            "statistics": source.statistics,
            "statistics_meaning": {
                "image": "normalisation uses each image's own mean and variance",
                "moving": "normalisation uses the moving averages of training",
            }.get(source.statistics, source.statistics),
            "dropout": source.dropout,
            "dropout_meaning": DROPOUT[source.dropout],
            "deterministic": not source.dropout,
            "batch_independent": True,
        },
        "artifacts": {},
        "variants": {},
        "tolerance": dict(tolerances.TOLERANCE_WITH_DROPOUT if source.dropout else tolerances.TOLERANCE),
        "sha256": {},
        "provenance": source.provenance,
        "licence": {
            "code": "Apache-2.0",
            "weights": licence or "not stated; depends on the rights to the training pictures",
        },
    }
