"""What a variant is: one change of the ONNX file, with its tolerance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import onnx

    from export.contract import Exportable

    Rewrite = Callable[
        [onnx.ModelProto, Exportable, Mapping[str, np.ndarray]], tuple[onnx.ModelProto, Exportable]
    ]


@dataclass(frozen=True, eq=False)
class Variant:
    """One change of the ONNX file. Several can be joined in one file.

    Attributes:
        name: lower case, with hyphens, such as "uint8-io".
        meaning: what it is, in a line, for ``--help``, the contract and the card.
        tolerance: largest difference from the trained generator: ``max_abs`` in [-1, 1], ``levels`` of 8
            bits; ``psnr`` in dB is the least.
        rewrite: (graph, source, examples) → the new graph, and ``source`` with the ports that it has now.
            The graph may be changed in place.
        is_precision: whether it sets the number format, of which a file has one.
        needs_examples: whether ``rewrite`` reads ``examples``: inputs (N, ...) by name. For a model that
            takes images they are real ones.
    """

    name: str
    meaning: str
    tolerance: Mapping[str, float]
    rewrite: "Rewrite"
    is_precision: bool = False
    needs_examples: bool = False
