"""A field declares its range once; whatever breaks it is named with what it must be."""

import warnings
from dataclasses import dataclass, replace
from typing import Any

import pytest

from zoo.engine.configuration import check, former_names, from_json, option, options
from zoo.errors import UserError


@former_names(steps="count")
@dataclass(frozen=True)
class Example:
    count: int = option(1, "how many", at_least=1)
    share: float = option(0.5, "how much", at_least=0, below=1)
    rate: float | None = option(None, "how fast", above=0)
    kind: str = option("a", "which", choices=("a", "b"))
    size: tuple[int, int] = option((4, 4), "how large", at_least=1)
    names: tuple[str, ...] = option((), "of what", choices=("x", "y"))

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Derived(Example):
    count: int = 3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": 0}, "`count` 0: must be an integer ≥ 1"),
        ({"count": 2.5}, "`count` 2.5: must be an integer ≥ 1"),
        ({"count": True}, "`count` True: must be an integer ≥ 1"),
        ({"count": 2**31}, "`count` 2147483648: must be an integer ≤ 2,147,483,647"),
        ({"share": 1.0}, "`share` 1.0: must be in [0, 1)"),
        ({"share": float("nan")}, "`share` nan: must be in [0, 1)"),
        ({"rate": 0.0}, "`rate` 0.0: must be a number > 0"),
        ({"kind": "c"}, "`kind` 'c': must be one of a, b"),
        ({"size": (4, 0)}, "`size` 4x0: must be height and width, each an integer ≥ 1"),
        (
            {"size": (4, 2**31)},
            "`size` 4x2147483648: must be height and width, each an integer ≤ 2,147,483,647",
        ),
        ({"size": (4,)}, "`size` 4: must be height and width, each an integer ≥ 1"),
        ({"names": ("x", "z")}, "`names` ('x', 'z'): must be some of x, y"),
    ],
)
def test_a_value_out_of_its_range_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        Example(**values)
    assert str(caught.value) == message
    with pytest.raises(UserError):
        replace(Derived(), **values)


def test_a_subclass_changes_a_default_and_keeps_the_rest_of_what_is_declared() -> None:
    assert Derived().count == 3
    assert options(Derived) == options(Example)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"counts": 1}, "`counts`: unknown; a Example has"),
        ({"count": "1"}, "`count` '1': must be an integer"),
        ({"size": [1, 2, 3]}, "must be a list of 2"),
        ({"share": 2}, "`share` 2.0: must be in"),
    ],
)
def test_json_that_is_not_a_configuration_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        from_json(Example, values)


def test_a_former_name_works_with_a_warning() -> None:
    with pytest.warns(DeprecationWarning, match="steps is now called count"):
        example = Example(steps=7)
    assert example == Example(count=7)
    with pytest.warns(DeprecationWarning, match="steps is now called count"):
        assert example.steps == 7
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert replace(example, share=0.1).count == 7
