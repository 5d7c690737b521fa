"""The one list of figures: each says which way is better, and how it is written."""

import math

import pytest

from zoo.evaluation.metrics import FIGURES, figure


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_a_direction_that_its_detail_tells(name: str) -> None:
    known = FIGURES[name]
    assert known.detail.endswith("less is better" if known.less else "more is better")
    good, bad = (0.1, 0.9) if known.less else (0.9, 0.1)
    assert known.better(good, bad)
    assert not known.better(bad, good)
    assert not known.better(good, good)  # of equals the first stays
    assert known.better(bad, None)
    assert not known.better(math.nan, None)
    assert not known.better(math.inf if not known.less else -math.inf, bad)


def test_accuracies_of_attributes_are_known_and_other_names_are_not() -> None:
    assert figure("accuracy sleeve_length").better(0.9, 0.5)
    with pytest.raises(ValueError, match="neither less nor more"):
        figure("beauty").better(1.0, None)
