"""What a translation did that no pair can say: how varied, how steadily, how many kinds of things.

Pictures are NHWC, uint8 or floats in [-1, 1]; distances are in units of [-1, 1].
"""

from typing import Any

import numpy as np

from zoo.data.images import as_float

TOLERANCE = 0.05
"""A change of a probability that counts as none: a classifier's own wavering from picture to picture."""


def pairwise_distance(images: Any) -> float:
    """Mean absolute difference over all pairs of K ≥ 2 pictures: (K, H, W, C) → 0 to 2.

    Raises:
        ValueError: for other shapes, or fewer than two pictures.
    """
    values = as_float(images)
    count = len(values)
    if values.ndim != 4 or count < 2:
        raise ValueError(f"two pictures or more, (K, H, W, C), have a distance, not {values.shape}")
    # Sorted, the i-th value is the larger one in i of its pairs and the smaller in the others.
    weights = 2.0 * np.arange(count) - (count - 1)
    pairs = count * (count - 1) / 2
    return float(np.tensordot(weights, np.sort(values, axis=0), axes=1).mean() / pairs)


def diversity(outputs: Any) -> float:
    """How much the answers to one input differ: (N inputs, K styles, H, W, C) → 0 to 2.

    The mean over inputs of ``pairwise_distance`` of their K ≥ 2 answers; 0 where the style is ignored.

    Raises:
        ValueError: for other shapes, or fewer than two answers.
    """
    if np.ndim(outputs) != 5 or not len(outputs):
        raise ValueError(f"answers are (N inputs, K styles, H, W, C), not {np.shape(outputs)}")
    return float(np.mean([pairwise_distance(answers) for answers in outputs]))


def share_monotone(scores: Any, tolerance: float = TOLERANCE, rising: bool = True) -> float:
    """Share of the inputs whose score goes one way as a slider moves: (N, S) → 0 to 1.

    A row goes up if no score lies more than ``tolerance`` below the highest before it, and the
    last one more than ``tolerance`` above the first: what stays where it is does not count.

    Args:
        scores: such as the probability of "yes" at S ≥ 2 places of the slider, in order.
        tolerance: in the scores' units.
        rising: whether scores are to rise; False for ones that are to fall.

    Raises:
        ValueError: for other shapes.
    """
    values = np.asarray(scores, np.float64) if rising else -np.asarray(scores, np.float64)
    if values.ndim != 2 or values.shape[1] < 2 or not len(values):
        raise ValueError(f"scores are (N inputs, S ≥ 2 places of the slider), not {values.shape}")
    steady = (values >= np.maximum.accumulate(values, axis=1) - tolerance).all(axis=1)
    moved = values[:, -1] - values[:, 0] > tolerance
    return float((steady & moved).mean())


def categories_drawn(probabilities: Any, least: int = 1) -> int:
    """How many categories occur among pictures: (N, K) → 0 to K.

    The sign of a collapsed generator, which draws skirts and nothing else, is a small number.

    Args:
        probabilities: of the K categories, a row a picture; the likeliest one is drawn.
        least: pictures that must show a category for it to count; more than 1, lest a
            classifier's single mistakes count as variety.
    """
    likeliest = np.argmax(np.asarray(probabilities), axis=1)
    return int((np.bincount(likeliest, minlength=np.shape(probabilities)[1]) >= least).sum())
