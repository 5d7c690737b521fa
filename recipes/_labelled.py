"""Labelled images for a recipe."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from recipes._session import Session
from zoo.errors import UserError

if TYPE_CHECKING:
    from recipes._images import PreparedImages

CLASSES = {"idx": ("class",), "classes": ("class",)}  # layouts that have one attribute


def images_of(
    session: Session, arguments: argparse.Namespace, attributes: tuple[str, ...], complete: bool = False
) -> "PreparedImages":
    """The images that the options name; ``complete`` leaves out those that lack one of ``attributes``."""
    from recipes._images import prepare_images
    from zoo.training.cluster import chief_first

    with chief_first(session.strategy):
        data = prepare_images(
            arguments.data, attributes, arguments.layout or "auto", arguments.held_out,
            arguments.on_bad or "error", session.values["seed"], complete,
        )  # fmt: skip
    session.same_data(data.fingerprint(), data.root)
    return data


def asked_attributes(
    arguments: argparse.Namespace, defaults: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """``--attributes``, or the default for the layout of ``--data``.

    Raises:
        UserError: there is no default.
    """
    attributes = getattr(arguments, "attributes", None) or known_attributes(arguments, defaults)
    if not attributes:
        raise UserError(f"--attributes: nothing says which {arguments.data} is about; give --attributes NAME")
    return attributes


def known_attributes(
    arguments: argparse.Namespace, defaults: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Attributes of ``--data`` by its layout, none where ``defaults`` and ``CLASSES`` know none.

    The sample products have those of "catalogue".
    """
    from zoo.data.image_layouts import layout_of

    layout = "catalogue" if arguments.data is None else layout_of(arguments.data, arguments.layout or "auto")
    return {**CLASSES, **defaults}.get(layout, ())


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
