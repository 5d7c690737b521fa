"""A few of many are spread over all of them."""

import pytest

from zoo.data.evenly_spaced import evenly_spaced


@pytest.mark.parametrize(
    ("count", "most", "places"),
    [
        (0, 5, []),
        (3, 5, [0, 1, 2]),
        (11, 3, [0, 5, 10]),
        (10, 1, [0]),
        (10, 0, []),
        (1_000_000, 2, [0, 999_999]),
    ],
)
def test_first_and_last_are_among_them(count, most, places):
    assert evenly_spaced(count, most) == places


def test_no_place_comes_twice():
    assert all(len(set(evenly_spaced(count, 12))) == 12 for count in range(12, 200))
