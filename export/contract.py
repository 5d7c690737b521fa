"""What the exporter knows of a model, and what contract.json says of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from export import tolerances
from export.onnx.padding import Sides, side_names
from export.ports import Port, input_port, picture_port, tensor_names
from export.verify.contract import FORMAT_VERSION
from export.verify.dropout import GOLDEN_RUNS
from zoo.engine.signature import Picture

if TYPE_CHECKING:
    from zoo.inference.run_checkpoint import Inference

DROPOUT = {
    False: "off: the whole network is used, and the result is the same each time",
    True: "on: drawn again at each call and for each example, as in training, and what is kept is divided by "
    f"1 - rate; golden outputs are means of {GOLDEN_RUNS} runs",
}

OTHER_SIZES = (
    "any height and width: inside, sides are padded by reflection to the next multiple, and the padding is "
    "cropped off again; results are best near the size of training"
)
SIZES = ((176, 256), (201, 333))
"""(height, width) of further golden examples, one each, where images may be of any size."""

SIGNATURE = "serving_default"


@dataclass(frozen=True)
class Exportable:
    """All that the exporter knows of a trained model, whatever its source.

    Attributes:
        network: takes a float32 tensor for each input and returns one for each output, by the ports'
            names; each image's result is independent of its batch. Images must have sides that it takes.
        variables: every ``tf.Variable`` that ``network`` reads.
        inputs, outputs: their ports; the first output is an image.
        model, recipe: names, such as "pix2pix" and "pix2pix_product2model".
        signature, meaning: name of the signature, and what it returns.
        size: (height, width) it was trained at.
        sides: which heights and widths ``network`` takes.
        statistics: "image" or "moving", where normalisation takes mean and variance from.
        dropout: whether ``network`` redraws dropout at each call; it is deterministic without.
        reshapes: whether ``network`` reshapes by the lengths of its images' sides.
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
        """Image inputs; none if the model takes only noise and conditions."""
        return tuple(port for port in self.inputs if port.kind == "picture")

    @property
    def any_size(self) -> bool:
        """Whether images may be of any size."""
        return any(isinstance(side, str) for port in self.pictures for side in port.shape[1:3])

    def call(self, **tensors: Any) -> dict[str, Any]:
        """``network`` for images of any size; the results are as large as the first of them."""
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


def _output_channels(call: Callable[..., Any], inputs: Sequence[Port]) -> int:
    """Channels of the resulting images, found by tracing."""
    from zoo.backend import tf

    specs = {port.name: tf.TensorSpec(port.free_shape, port.dtype) for port in inputs}
    traced = tf.function(call, autograph=False).get_concrete_function(**specs)
    (pictures,) = traced.structured_outputs.values()
    return pictures.shape[-1]


def _other_sizes(source: Exportable) -> str:
    if source.any_size:
        return OTHER_SIZES
    return "none: images must have this one" if source.pictures else "none: images are drawn at this one"


def describe(source: Exportable, licence: str | None) -> dict[str, Any]:
    """Return the contract, without hashes and measured differences, which are known once the files exist."""
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
            "weights": licence or "not stated; depends on the rights to the training images",
        },
    }
