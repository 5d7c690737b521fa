"""Mean absolute difference of a generated image and the real one."""

from typing import Any

import numpy as np

from zoo.evaluation.metrics.checks import check_pair
from zoo.evaluation.metrics.metric import Metric


def l1(generated: Any, real: Any) -> np.ndarray:
    """Mean absolute difference of each pair: (N,) float64 in [0, 2].

    Args:
        generated, real: (N, H, W, C) floats in [-1, 1].

    Raises:
        ValueError: for other shapes.
    """
    generated, real = check_pair(generated, real)
    return np.abs(generated - real).mean(axis=(1, 2, 3), dtype=np.float64)


L1 = Metric(
    title="L1",
    better="less",
    protocols=("pairs", "sliders"),
    of_pairs=l1,
    definition="L1: mean absolute difference, images in [-1, 1].",
)
