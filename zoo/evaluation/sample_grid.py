"""A few examples as a model translates or draws them, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class SampleGrid:
    """What a grid of samples shows.

    Attributes:
        columns: title → images (N, H, W, C), uint8 or floats in [-1, 1].
        inputs: what the generator was given: such images, or vectors (N, D).
        outputs: what it generated from them: such images.
        targets: real images like those that it should generate, if available.
        captions: a line beneath each row, or None.
    """

    columns: Mapping[str, Any]
    inputs: np.ndarray
    outputs: np.ndarray
    targets: np.ndarray | None = None
    captions: Sequence[str] | None = None
