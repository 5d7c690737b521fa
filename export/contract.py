"""What an exported generator promises to those who run it: the contents of contract.json."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from export.verify import FORMAT_VERSION

if TYPE_CHECKING:
    from zoo.training.inference import Inference

TOLERANCE = {"max_abs": 1e-4, "levels": 1}
"""Largest difference from the trained generator: in [-1, 1], and in levels of 8 bits."""

OTHER_SIZES = "pad to the aspect with white, resize, translate, resize back, crop"
SIGNATURE = "serving_default"
_CHANNELS = {1: "grey", 3: "RGB"}


@dataclass(frozen=True)
class Port:
    """One input or output: float32, batch first; a name in ``shape`` is an axis of any length."""

    name: str
    shape: tuple[str | int, ...]
    meaning: str
    layout: str = "NHWC"
    channels: str | None = "RGB"
    range: tuple[float, float] = (-1.0, 1.0)
    dtype: str = "float32"

    def describe(self, is_input: bool) -> dict[str, Any]:
        """Return the port as contract.json holds it."""
        low, high = self.range
        made = {
            "name": self.name,
            "meaning": self.meaning,
            "shape": list(self.shape),
            "dtype": self.dtype,
            "layout": self.layout,
            "channel_order": self.channels,
            "range": [low, high],
        }
        if self.layout == "NHWC" and (low, high) == (-1.0, 1.0):
            if is_input:
                made["from_8_bit"] = "level / 127.5 - 1"
            else:
                made["to_8_bit"] = "round((value + 1) * 127.5), clipped to 0..255"
        return made


@dataclass(frozen=True)
class Exportable:
    """All that the exporter knows of a generator, wherever that comes from.

    Attributes:
        call: takes one float32 tensor an input, by the port's name, and returns one an
            output, by name; deterministic, each image's result independent of its batch.
        variables: every ``tf.Variable`` that ``call`` reads.
        inputs, outputs: their ports; the first of each is the picture.
        model, recipe: names, such as "pix2pix" and "pix2pix_product2model".
        size: (height, width) it was trained at.
        size_multiple: what the sides must be a multiple of.
        statistics: "image" or "moving", where the normalisation gets mean and variance.
        dropout: whether dropout is active (it is random, so never in a verified bundle).
        conditions: name and values in order of each condition; none for pix2pix.
        provenance: run, data fingerprint, versions, date, parameters.
    """

    call: Callable[..., dict[str, Any]]
    variables: Sequence[Any]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    model: str
    recipe: str
    size: tuple[int, int]
    size_multiple: int
    statistics: str
    dropout: bool = False
    conditions: tuple[dict[str, Any], ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)


def from_inference(inference: "Inference") -> Exportable:
    """Describe a run's generator (image in, image out) for the exporter."""
    generator = inference.generator

    def port(name: str, shape: Sequence[int | None], meaning: str) -> Port:
        height, width, channels = shape[1:]
        sides = (height or inference.size[0], width or inference.size[1])
        return Port(name, ("batch", *sides, channels), meaning, channels=_CHANNELS.get(channels))

    return Exportable(
        call=lambda image: {"translated": generator(image, training=False)},
        variables=generator.variables,
        inputs=(port("image", generator.input_shape, "the picture to translate"),),
        outputs=(port("translated", generator.output_shape, "its translation"),),
        model=inference.model,
        recipe=inference.recipe,
        size=tuple(inference.size),
        size_multiple=inference.size_multiple,
        statistics=inference.statistics,
        dropout=inference.dropout,
        provenance=dict(inference.provenance),
    )


def describe(source: Exportable, licence: str | None) -> dict[str, Any]:
    """Return the contract without what is known only once the files exist (hashes, errors)."""
    return {
        "format": "image-translation-bundle",
        "format_version": FORMAT_VERSION,
        "model": source.model,
        "recipe": source.recipe,
        "inputs": [port.describe(is_input=True) for port in source.inputs],
        "outputs": [port.describe(is_input=False) for port in source.outputs],
        "size": {
            "height": source.size[0],
            "width": source.size[1],
            "multiple": source.size_multiple,
            "fixed": True,
            "other_sizes": OTHER_SIZES,
        },
        "conditions": list(source.conditions),
        "inference": {
            "statistics": source.statistics,
            "statistics_meaning": {
                "image": "normalisation uses each image's own mean and variance",
                "moving": "normalisation uses the moving averages of training",
            }.get(source.statistics, source.statistics),
            "dropout": source.dropout,
            "deterministic": not source.dropout,
            "batch_independent": True,
        },
        "artifacts": {},
        "tolerance": dict(TOLERANCE),
        "sha256": {},
        "provenance": source.provenance,
        "licence": {
            "code": "Apache-2.0",
            "weights": licence or "not stated; depends on the rights to the training pictures",
        },
    }
