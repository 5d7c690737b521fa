"""Whether a slider changes its attribute steadily."""

from typing import Any

import numpy as np

from zoo.evaluation.metrics.metric import Metric

TOLERANCE = 0.05
"""A change of a probability that counts as none: how much a classifier wavers from image to image."""


def share_monotone(scores: Any, tolerance: float = TOLERANCE, rising: bool = True) -> float:
    """Share of the inputs whose score moves in one direction as the slider does: (N, S) → 0 to 1.

    A row rises if no score lies more than ``tolerance`` below the highest before it, and the last one
    lies more than ``tolerance`` above the first: a constant row does not count.

    Args:
        scores: such as the probability of "yes" at S ≥ 2 positions of the slider, in order.
        tolerance: in the scores' units.
        rising: whether scores should rise; False if they should fall.

    Raises:
        ValueError: for other shapes.
    """
    values = np.asarray(scores, np.float64) if rising else -np.asarray(scores, np.float64)
    if values.ndim != 2 or values.shape[1] < 2 or not len(values):
        raise ValueError(f"scores are (N inputs, S ≥ 2 positions of the slider), not {values.shape}")
    steady = (values >= np.maximum.accumulate(values, axis=1) - tolerance).all(axis=1)
    moved = values[:, -1] - values[:, 0] > tolerance
    return float((steady & moved).mean())


MONOTONE_SHARE = Metric(
    title="Steady sliders",
    explanation="inputs whose attribute rises all along the slider",
    better="more",
    digits=1,
    percent=True,
    protocols=("sliders",),
)
