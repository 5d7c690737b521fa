"""Protects diversity, on cases whose answers are known."""

from itertools import combinations

import numpy as np
import pytest

from zoo.evaluation.metrics.diversity import diversity, pairwise_distance


def test_distance_is_the_mean_over_all_pairs():
    """Each pair counts once and in units of [-1, 1]; black and white are 2 apart, in uint8 too."""
    images = np.random.default_rng(0).uniform(-1, 1, (5, 4, 6, 3)).astype(np.float32)
    expected = np.mean([np.abs(a - b).mean() for a, b in combinations(images, 2)])
    assert pairwise_distance(images) == pytest.approx(expected, abs=1e-6)
    assert pairwise_distance(np.array([0, 255], np.uint8).reshape(2, 1, 1, 1)) == pytest.approx(2.0)


def test_diversity_is_within_inputs_not_between_them():
    """Differing inputs say nothing about the variety of outputs: an ignored style gives 0."""
    inputs = np.linspace(-1, 1, 4).reshape(4, 1, 1, 1, 1) * np.ones((4, 3, 2, 2, 3))
    assert diversity(inputs) == pytest.approx(0.0, abs=1e-7)
    styles = np.array([0.0, 0.3]).reshape(1, 2, 1, 1, 1) * np.array([1.0, 3.0]).reshape(2, 1, 1, 1, 1)
    assert diversity(styles * np.ones((2, 2, 4, 4, 3))) == pytest.approx((0.3 + 0.9) / 2)


@pytest.mark.parametrize(
    ("measure", "values"),
    [
        (pairwise_distance, np.zeros((1, 4, 4, 3))),
        (pairwise_distance, np.zeros((4, 4, 3))),
        (diversity, np.zeros((3, 4, 4, 3))),
    ],
)
def test_shapes_without_an_answer_are_refused(measure, values):
    """A metric of nothing would be NaN or 0, and be believed."""
    with pytest.raises(ValueError, match="not"):
        measure(values)
