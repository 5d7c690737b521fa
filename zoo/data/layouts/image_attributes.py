"""Attributes and values that are asked for, found among those that the images have."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import numpy as np

from zoo.attributes import UNKNOWN, Attribute
from zoo.data.layouts.found import Column, Found
from zoo.data.sets.image_set import say_counts
from zoo.errors import UserError

_NAMED = 50  # attributes that are named; DeepFashion has a thousand


def asked(found: Found, wanted: str) -> tuple[Attribute, np.ndarray]:
    """An attribute that is asked for, "NAME" or "NAME:LOW:HIGH", and its labels: int32 (N,)."""
    name, *pair = [wanted] if wanted in found.columns else wanted.rsplit(":", 2)
    if len(pair) == 1 or (pair and (pair[0] == pair[1] or not all(pair))):
        raise UserError(f"attribute {wanted}: write NAME, or NAME:LOW:HIGH with two different values")
    column = column_of(found, name)
    if not pair:
        return Attribute(name, column.values), column.codes
    labels = np.full(len(found.names), UNKNOWN, np.int32)
    for label, value in enumerate(pair):
        labels[column.codes == code_of(found, name, column, value)] = label
    return Attribute(name, tuple(pair)), labels


def occurring(attribute: Attribute, labels: np.ndarray) -> tuple[Attribute, np.ndarray]:
    """The attribute with those values only that some image has, and the labels that they get."""
    there = np.unique(labels[labels != UNKNOWN])
    if attribute.binary or len(there) == len(attribute.values):
        return attribute, labels
    codes = np.full(len(attribute.values) + 1, UNKNOWN, np.int32)  # the last one is that of UNKNOWN
    codes[there] = np.arange(len(there))
    return Attribute(attribute.name, tuple(attribute.values[i] for i in there)), codes[labels]


def column_of(found: Found, name: str) -> Column:
    """The attribute of this name. Raises UserError if there is none, or it has no values."""
    if name not in found.columns:
        near = get_close_matches(name, found.columns, 3) if len(found.columns) > _NAMED else []
        there = (
            f"{', '.join(near)} and {len(found.columns) - len(near):,} others"
            if near
            else say_names(found.columns)
        )
        raise UserError(
            f"{found.root} has no attribute {name!r}: it has {there or 'none'} (layout {found.layout})"
        )
    column = found.columns[name]()
    if not column.values:
        raise UserError(f"{found.root}: {name} is empty for all images: choose another attribute")
    return column


def code_of(found: Found, name: str, column: Column, value: str) -> int:
    """Place of a value. Raises UserError if there is none such."""
    if value not in column.values:
        raise UserError(
            f"{found.root}: {name} has no value {value!r}: it has {say_counts(column.values, column.codes)}"
        )
    return column.values.index(value)


def say_names(names: Iterable[str]) -> str:
    """Names of attributes, of many the first: "color, fit, …"."""
    names = list(names)
    more = [f"and {len(names) - _NAMED:,} more"] if len(names) > _NAMED else []
    return ", ".join([*names[:_NAMED], *more])


def attributes_with(found: Found, a: str, b: str) -> list[str]:
    """Names of the attributes that have both values."""
    return [name for name, column in found.columns.items() if {a, b} <= set(column().values)]


def the_attribute(found: Found, a: str | None, b: str | None, kept: np.ndarray, said: str) -> str:
    """The one attribute that has both values; where none are named, the only one there is.

    Raises UserError if it is not one; ``kept`` and ``said`` are what ``restricted`` returned.
    """
    if not found.columns:
        raise UserError(f"{found.root} has images and no attributes: give two folders, one a domain")
    if a is None:
        if len(found.columns) == 1:
            return next(iter(found.columns))
        raise UserError(f"{found.root}: which two domains? name two values of {say_names(found.columns)}")
    having = attributes_with(found, a, b)
    if not having:
        columns = {name: make() for name, make in found.columns.items()}
        values = "; ".join(
            f"{name}: {say_counts(column.values, column.codes[kept])}" for name, column in columns.items()
        )
        raise UserError(f"{found.root}: no attribute has both {a!r} and {b!r}{said}; it has {values}")
    if len(having) > 1:
        names = ", ".join(having)
        raise UserError(
            f"{found.root}: {a!r} and {b!r} are values of {names}: name the attribute that is meant"
        )
    return having[0]


def restricted(found: Found, where: Sequence[str]) -> tuple[np.ndarray, str]:
    """Which images have the values of ``where``, bool (N,); and that in words."""
    wanted: dict[str, list[str]] = {}
    for entry in where:
        name, equals, value = entry.partition("=")
        if not (name and equals and value):
            raise UserError(f"--where {entry}: write NAME=VALUE")
        wanted.setdefault(name, []).append(value)
    kept = np.ones(len(found.names), bool)
    for name, values in wanted.items():
        column = column_of(found, name)
        kept &= np.isin(column.codes, [code_of(found, name, column, value) for value in values])
    said = " and ".join(f"{name}={' or '.join(values)}" for name, values in wanted.items())
    return kept, f" where {said}" if said else ""
