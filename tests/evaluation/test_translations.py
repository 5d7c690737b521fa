"""Protects the figures of translations without pairs, on cases whose answers are known beforehand."""

from itertools import combinations

import numpy as np
import pytest

from zoo.evaluation.translations import categories_drawn, diversity, pairwise_distance, share_monotone


def test_distance_is_the_mean_over_all_pairs():
    """Each pair counts once and in units of [-1, 1]; black and white are 2 apart, in uint8 too."""
    images = np.random.default_rng(0).uniform(-1, 1, (5, 4, 6, 3)).astype(np.float32)
    expected = np.mean([np.abs(a - b).mean() for a, b in combinations(images, 2)])
    assert pairwise_distance(images) == pytest.approx(expected, abs=1e-6)
    assert pairwise_distance(np.array([0, 255], np.uint8).reshape(2, 1, 1, 1)) == pytest.approx(2.0)


def test_diversity_is_within_inputs_not_between_them():
    """Inputs that differ say nothing about the variety of the answers: a style that is ignored gives 0."""
    inputs = np.linspace(-1, 1, 4).reshape(4, 1, 1, 1, 1) * np.ones((4, 3, 2, 2, 3))
    assert diversity(inputs) == pytest.approx(0.0, abs=1e-7)
    styles = np.array([0.0, 0.3]).reshape(1, 2, 1, 1, 1) * np.array([1.0, 3.0]).reshape(2, 1, 1, 1, 1)
    assert diversity(styles * np.ones((2, 2, 4, 4, 3))) == pytest.approx((0.3 + 0.9) / 2)


def test_a_slider_rises_all_along_or_does_not_count():
    """Wavering within the tolerance is none; a slow fall is a fall; what stays does not rise."""
    rows = [
        [0.0, 0.4, 0.9],
        [0.1, 0.06, 0.8],  # wavers by less than 0.05
        [0.1, 0.9, 0.8],  # falls in the end
        [0.50, 0.46, 0.42, 0.38, 0.9],  # falls by small steps
        [0.97, 0.98, 0.99],  # was there from the beginning
    ]
    assert [share_monotone([row]) for row in rows] == [1, 1, 0, 0, 0]
    assert share_monotone([row[:3] for row in rows]) == 2 / 5
    assert share_monotone([[0.1, 0.9, 0.8]], tolerance=0.2) == 1


def test_a_slider_that_is_to_fall():
    """The direction is asked for: rising and falling are not both right."""
    assert share_monotone([[0.9, 0.5, 0.1], [0.1, 0.5, 0.9]], rising=False) == 0.5
    assert share_monotone([[0.9, 0.5, 0.1]]) == 0


def test_a_collapsed_generator_draws_one_category():
    """Categories are counted by the likeliest one; single mistakes can be asked not to count."""
    draws = np.eye(4)[[0] * 8 + [2] * 3 + [3]]
    assert categories_drawn(draws) == 3
    assert categories_drawn(draws, least=2) == 2
    assert categories_drawn(draws[:8]) == 1


@pytest.mark.parametrize(
    ("measure", "values"),
    [
        (pairwise_distance, np.zeros((1, 4, 4, 3))),
        (pairwise_distance, np.zeros((4, 4, 3))),
        (diversity, np.zeros((3, 4, 4, 3))),
        (share_monotone, [0.1, 0.2]),
        (share_monotone, [[0.1], [0.2]]),
        (share_monotone, np.zeros((0, 3))),
    ],
)
def test_what_has_no_answer_is_refused(measure, values):
    """A figure of nothing would be NaN or 0, and be believed."""
    with pytest.raises(ValueError, match="not"):
        measure(values)
