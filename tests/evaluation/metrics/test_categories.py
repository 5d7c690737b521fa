"""Protects the count of categories that a collapse is noticed by."""

import numpy as np

from zoo.evaluation.metrics.categories import categories_drawn


def test_a_collapsed_generator_draws_one_category():
    """Categories are counted by the likeliest one; single mistakes can be asked not to count."""
    draws = np.eye(4)[[0] * 8 + [2] * 3 + [3]]
    assert categories_drawn(draws) == 3
    assert categories_drawn(draws, least=2) == 2
    assert categories_drawn(draws[:8]) == 1
