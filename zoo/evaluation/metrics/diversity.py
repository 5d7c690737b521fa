"""How much generated images differ from each other: 0 for a generator that has collapsed."""

from typing import Any

import numpy as np

from zoo.evaluation.metrics.metric import Metric


def pairwise_distance(images: Any) -> float:
    """Mean absolute difference over all pairs of K ≥ 2 images: (K, H, W, C) → 0 to 2.

    Args:
        images: uint8, or floats in [-1, 1].

    Raises:
        ValueError: for other shapes, or fewer than two images.
    """
    from zoo.data.images import as_float

    values = as_float(images)
    count = len(values)
    if values.ndim != 4 or count < 2:
        raise ValueError(f"a distance takes two images or more, (K, H, W, C), not {values.shape}")
    # Sorted, the i-th value is the larger one in i of its pairs and the smaller in the others.
    weights = 2.0 * np.arange(count) - (count - 1)
    pairs = count * (count - 1) / 2
    return float(np.tensordot(weights, np.sort(values, axis=0), axes=1).mean() / pairs)


def diversity(outputs: Any) -> float:
    """How much the outputs for one input differ: (N inputs, K styles, H, W, C) → 0 to 2.

    The mean over inputs of ``pairwise_distance`` of their K ≥ 2 outputs; 0 where the style is ignored.

    Args:
        outputs: uint8, or floats in [-1, 1].

    Raises:
        ValueError: for other shapes, or fewer than two outputs an input.
    """
    if np.ndim(outputs) != 5 or not len(outputs):
        raise ValueError(f"outputs are (N inputs, K styles, H, W, C), not {np.shape(outputs)}")
    return float(np.mean([pairwise_distance(each) for each in outputs]))


DIVERSITY = Metric(
    title="Diversity",
    explanation="mean difference of two outputs for one input, of 2",
    better="more",
    protocols=("styles", "drawn", "categories"),
    of_images=pairwise_distance,
)
