"""Looks up the attributes and values that are asked for among those that the images have."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import numpy as np

from zoo.attributes import UNKNOWN, Attribute
from zoo.data.layouts.shared.labelled_images import Column, LabelledImages
from zoo.data.sets.image_set import say_counts
from zoo.errors import UserError

_NAMED = 50  # attributes that are named; DeepFashion has a thousand


def asked(images: LabelledImages, attribute: str) -> tuple[Attribute, np.ndarray]:
    """An attribute that is asked for, "NAME" or "NAME:LOW:HIGH", and its labels: int32 (N,)."""
    name, *pair = [attribute] if attribute in images.columns else attribute.rsplit(":", 2)
    if len(pair) == 1 or (pair and (pair[0] == pair[1] or not all(pair))):
        raise UserError(f"attribute {attribute}: write NAME, or NAME:LOW:HIGH with two different values")
    column = column_of(images, name)
    if not pair:
        return Attribute(name, column.values), column.codes
    labels = np.full(len(images.names), UNKNOWN, np.int32)
    for label, value in enumerate(pair):
        labels[column.codes == code_of(images, name, column, value)] = label
    return Attribute(name, tuple(pair)), labels


def occurring(attribute: Attribute, labels: np.ndarray) -> tuple[Attribute, np.ndarray]:
    """The attribute with those values only that some image has, and the labels that they get."""
    present = np.unique(labels[labels != UNKNOWN])
    if attribute.binary or len(present) == len(attribute.values):
        return attribute, labels
    codes = np.full(len(attribute.values) + 1, UNKNOWN, np.int32)  # the last one is that of UNKNOWN
    codes[present] = np.arange(len(present))
    return Attribute(attribute.name, tuple(attribute.values[i] for i in present)), codes[labels]


def column_of(images: LabelledImages, name: str) -> Column:
    """The attribute of this name. Raises UserError if there is none, or it has no values."""
    if name not in images.columns:
        near = get_close_matches(name, images.columns, 3) if len(images.columns) > _NAMED else []
        known = (
            f"{', '.join(near)} and {len(images.columns) - len(near):,} others"
            if near
            else say_names(images.columns)
        )
        raise UserError(
            f"{images.root} has no attribute {name!r}: it has {known or 'none'} (layout {images.layout})"
        )
    column = images.columns[name]()
    if not column.values:
        raise UserError(f"{images.root}: {name} is empty for all images: choose another attribute")
    return column


def code_of(images: LabelledImages, name: str, column: Column, value: str) -> int:
    """Index of a value. Raises UserError if there is none such."""
    if value not in column.values:
        raise UserError(
            f"{images.root}: {name} has no value {value!r}: it has {say_counts(column.values, column.codes)}"
        )
    return column.values.index(value)


def say_names(names: Iterable[str]) -> str:
    """Names of attributes, of many the first: "color, fit, …"."""
    names = list(names)
    more = [f"and {len(names) - _NAMED:,} more"] if len(names) > _NAMED else []
    return ", ".join([*names[:_NAMED], *more])


def attributes_with(images: LabelledImages, a: str, b: str) -> list[str]:
    """Names of the attributes that have both values."""
    return [name for name, column in images.columns.items() if {a, b} <= set(column().values)]


def the_attribute(
    images: LabelledImages, a: str | None, b: str | None, kept: np.ndarray, condition: str
) -> str:
    """The one attribute that has both values; where none are named, the only one there is.

    Raises UserError if it is not one; ``kept`` and ``condition`` are what ``restricted`` returned.
    """
    if not images.columns:
        raise UserError(f"{images.root} has images and no attributes: give two folders, one a domain")
    if a is None:
        if len(images.columns) == 1:
            return next(iter(images.columns))
        raise UserError(f"{images.root}: which two domains? name two values of {say_names(images.columns)}")
    having = attributes_with(images, a, b)
    if not having:
        columns = {name: column() for name, column in images.columns.items()}
        values = "; ".join(
            f"{name}: {say_counts(column.values, column.codes[kept])}" for name, column in columns.items()
        )
        raise UserError(f"{images.root}: no attribute has both {a!r} and {b!r}{condition}; it has {values}")
    if len(having) > 1:
        names = ", ".join(having)
        raise UserError(
            f"{images.root}: {a!r} and {b!r} are values of {names}: name the attribute that is meant"
        )
    return having[0]


def restricted(images: LabelledImages, where: Sequence[str]) -> tuple[np.ndarray, str]:
    """Which images have the values of ``where``, bool (N,); and that in words."""
    values_of: dict[str, list[str]] = {}
    for entry in where:
        name, equals, value = entry.partition("=")
        if not (name and equals and value):
            raise UserError(f"`where` {entry}: write NAME=VALUE")
        values_of.setdefault(name, []).append(value)
    kept = np.ones(len(images.names), bool)
    for name, values in values_of.items():
        column = column_of(images, name)
        kept &= np.isin(column.codes, [code_of(images, name, column, value) for value in values])
    condition = " and ".join(f"{name}={' or '.join(values)}" for name, values in values_of.items())
    return kept, f" where {condition}" if condition else ""
