"""What a file of another project does not say about its network."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Size = tuple[int, int]
Range = tuple[float, float]

USUAL_RANGE = (-1.0, 1.0)
USUAL_SIZE = (256, 256)


@dataclass(frozen=True)
class Meaning:
    """What the user says of a network; None where the default applies.

    Attributes:
        size: (height, width) it was trained at; by default its own, or 256 × 256.
        size_multiple: what sides must be a multiple of; by default found by trying.
        input_range, output_range: of its images' values; by default -1..1, and that of the input.
        inputs: kinds of inputs that are not images, by name: ("noise",), ("choice", value, …) or
            ("amount", low, high).
    """

    size: Size | None = None
    size_multiple: int | None = None
    input_range: Range | None = None
    output_range: Range | None = None
    inputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def size_text(size: Size) -> str:
    """``(256, 192)`` as "256x192"."""
    return "x".join(map(str, size))
