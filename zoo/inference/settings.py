"""What the user sets of a trained model, as the arrays that go into it.

An array here is one example of an input: float32 (1, n). Choices are one-hot, amounts and noise are as they
are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from zoo.engine.signature import Amount, Choice, Input, Noise
from zoo.errors import UserError

BEYOND = 5.0
"""Bound of an amount, either way: 0 to 1 is the range of training, beyond it an amount exaggerates."""

Rows = dict[str, np.ndarray]
"""One example of some inputs, by their names."""


def condition_rows(inputs: Sequence[Input], values: Mapping[str, Any]) -> Rows:
    """The rows of all choices and amounts among ``inputs``.

    Args:
        inputs: of the model.
        values: by name, one of the choice's values (None leaves an optional choice as it is), or a number
            of at most ``BEYOND`` for an amount. Optional choices may be missing.

    Raises:
        UserError: a name is unknown, a value is not one of the input's, or one is missing.
    """
    known = {each.name: each for each in inputs if isinstance(each, Choice | Amount)}
    for name, value in values.items():
        if name not in known:
            listed = describe(known.values()) or "no choices and amounts"
            raise UserError(f"`{name}` {value!r}: unknown; the model has {listed}")
        if fault := value_fault(known[name], value):
            raise UserError(f"`{name}` {value!r}: {fault}")
    for each in missing(known.values(), values):
        raise UserError(f"`{each.name}` is missing: give a value of {describe([each])}")
    return {name: _row(each, values.get(name)) for name, each in known.items()}


def value_fault(each: Choice | Amount, value: Any) -> str:
    """Why ``value`` cannot be set, or ""."""
    if isinstance(each, Amount):
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        # NaN compares as false.
        fits = number and abs(value) <= BEYOND
        return "" if fits else f"must be a number from 0 to 1, or up to {BEYOND:g} either way to exaggerate"
    fits = (isinstance(value, str) and value in each.values) or (value is None and each.optional)
    return "" if fits else f"must be one of {', '.join(each.values)}"


def missing(inputs: Sequence[Input], values: Mapping[str, Any]) -> list[Choice | Amount]:
    """Conditions that need a value and have none."""
    return [
        each
        for each in inputs
        if isinstance(each, Choice | Amount)
        and values.get(each.name) is None
        and not getattr(each, "optional", False)
    ]


def noise_rows(inputs: Sequence[Input], count: int, seed: int) -> list[Rows]:
    """``count`` rows of all noise among ``inputs``, drawn from N(0, 1); the same for the same seed."""
    random = np.random.default_rng(seed)
    noise = {
        each.name: random.standard_normal((count, each.size)).astype(np.float32)
        for each in inputs
        if isinstance(each, Noise)
    }
    return [{name: rows[i : i + 1] for name, rows in noise.items()} for i in range(count)]


def describe(conditions: Sequence[Choice | Amount]) -> str:
    """Names with what they may be: "sleeve_length (short, long), age (young to old)"."""
    words = {
        each.name: ", ".join(each.values) if isinstance(each, Choice) else f"{each.low} to {each.high}"
        for each in conditions
    }
    return ", ".join(f"{name} ({word})" for name, word in words.items())


def _row(each: Choice | Amount, value: Any) -> np.ndarray:
    numbers = [value] if isinstance(each, Amount) else [float(value == known) for known in each.values]
    return np.array([numbers], np.float32)
