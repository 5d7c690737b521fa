"""Labelled images for a recipe."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from recipes.options.session import Session
from zoo.data.layouts.image_attributes import say_names
from zoo.errors import UserError

if TYPE_CHECKING:
    from recipes._images import PreparedImages
    from zoo.data.layouts.found import Found

CLASSES = {"idx": ("class",), "classes": ("class",)}  # layouts that have one attribute


def images_of(
    session: Session,
    arguments: argparse.Namespace,
    defaults: Mapping[str, tuple[str, ...]],
    complete: bool = False,
    needed: bool = True,
) -> "PreparedImages":
    """The images that the options name, with the attributes of ``--attributes``.

    Args:
        session: the call.
        arguments: its options.
        defaults: layout → attributes, where none are named: those of them that the data has.
        complete: leave out images that lack one of the attributes.
        needed: whether there must be an attribute.

    Raises:
        UserError: for whatever is wrong with the data; nothing says which attributes are meant.
    """
    from recipes._images import prepare_images
    from zoo.engine.cluster import chief_first

    def chosen(found: "Found") -> tuple[str, ...]:
        return getattr(arguments, "attributes", None) or default_attributes(found, defaults, needed)

    with chief_first(session.strategy):
        data = prepare_images(
            arguments.data, chosen, arguments.layout or "auto", arguments.held_out,
            arguments.on_bad or "error", session.values["seed"], complete,
        )  # fmt: skip
    session.same_data(data.fingerprint(), data.root)
    return data


def default_attributes(
    found: "Found", defaults: Mapping[str, tuple[str, ...]], needed: bool = True
) -> tuple[str, ...]:
    """Attributes of a data set where none are named; arguments as ``images_of``.

    Raises:
        UserError: there are none, and they are needed.
    """
    known = tuple(
        name
        for name in {**CLASSES, **defaults}.get(found.layout, ())
        if (column := name.partition(":")[0]) in found.columns and found.columns[column]().values
    )
    if needed and not known:
        there = f"one or more of {say_names(found.columns)}" if found.columns else "the images have none"
        raise UserError(
            f"--attributes: nothing says which {found.root} is about; give --attributes NAME ({there})"
        )
    return known


def need_two_values(data: "PreparedImages") -> None:
    """Raise ``UserError`` if an attribute has not just two values, which a slider needs."""
    for attribute in data.found.attributes:
        if len(attribute.values) != 2:
            values = ", ".join(attribute.values)
            raise UserError(
                f"--attributes {attribute.name}: has {len(attribute.values)} values ({values}); name the two "
                "that the slider goes between, as "
                f"{attribute.name}:{attribute.values[0]}:{attribute.values[-1]}"
            )
