"""Protects the measure of sliders, on cases whose answers are known."""

import numpy as np
import pytest

from zoo.evaluation.metrics.sliders import share_monotone


def test_a_slider_rises_all_along_or_does_not_count():
    """Wavering within the tolerance is ignored; a slow fall is a fall; a constant row does not rise."""
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


def test_a_slider_that_should_fall():
    """Rising and falling are not both right."""
    assert share_monotone([[0.9, 0.5, 0.1], [0.1, 0.5, 0.9]], rising=False) == 0.5
    assert share_monotone([[0.9, 0.5, 0.1]]) == 0


@pytest.mark.parametrize("scores", [[0.1, 0.2], [[0.1], [0.2]], np.zeros((0, 3))])
def test_shapes_without_an_answer_are_refused(scores):
    """A share of nothing would be NaN or 0, and be believed."""
    with pytest.raises(ValueError, match="not"):
        share_monotone(scores)
