"""Labelled images for a recipe."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from recipes.options.console import TERMINAL
from recipes.options.session import Session

if TYPE_CHECKING:
    from zoo.data.layouts.shared.labelled_images import LabelledImages
    from zoo.data.preparation.images import PreparedImages


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
        defaults, needed: as in ``default_attributes``, where none are named.
        complete: leave out images that lack one of the attributes.

    Raises:
        UserError: for whatever is wrong with the data; nothing says which attributes are meant.
    """
    from zoo.data.preparation.attributes import default_attributes
    from zoo.data.preparation.images import prepare_images
    from zoo.engine.cluster import chief_first

    def attributes(images: "LabelledImages") -> tuple[str, ...]:
        return getattr(arguments, "attributes", None) or default_attributes(images, defaults, needed)

    with chief_first(session.strategy):
        data = prepare_images(
            arguments.data, attributes, arguments.layout or "auto", arguments.held_out,
            arguments.on_bad or "error", session.values["seed"], complete, TERMINAL,
        )  # fmt: skip
    session.same_data(data.fingerprint(), data.root)
    return data
