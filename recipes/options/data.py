"""The data set that a recipe's options name, prepared; a run that is resumed must have the same."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from recipes.options.console import TERMINAL
from recipes.options.session import Session

if TYPE_CHECKING:
    from zoo.data.layouts.shared.labelled_images import LabelledImages
    from zoo.data.preparation.domains import PreparedDomains
    from zoo.data.preparation.images import PreparedImages
    from zoo.data.preparation.pairs import PreparedPairs


def pairs_of(session: Session, arguments: argparse.Namespace) -> "PreparedPairs":
    """The pairs that the options name.

    Raises:
        UserError: for any fault in the data.
    """
    from zoo.data.preparation.pairs import prepare_pairs
    from zoo.engine.cluster import chief_first

    with chief_first(session.strategy):
        data = prepare_pairs(
            arguments.data, arguments.layout, arguments.direction, arguments.held_out,
            arguments.on_bad or "error", session.values["seed"], session.resumed and session.resumed.path,
            TERMINAL,
        )  # fmt: skip
    session.same_data(data.fingerprint(), data.root)
    return data


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
        UserError: for any fault in the data, or if nothing says which attributes are meant.
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


def domains_of(
    session: Session, arguments: argparse.Namespace, defaults: Mapping[str, str]
) -> "PreparedDomains":
    """The domains that the options name; of the sample products those of ``defaults``, if none are named.

    Raises:
        UserError: for any fault in the data.
    """
    from zoo.data.preparation.domains import prepare_domains
    from zoo.engine.cluster import chief_first

    values = {name: getattr(arguments, name) for name in ("from", "to")}
    if arguments.data is None:
        values = {name: value or defaults[name] for name, value in values.items()}
    root = arguments.data
    if root is not None:
        root = root[0] if len(root) == 1 else tuple(root)
    with chief_first(session.strategy):
        data = prepare_domains(
            root, values["from"], values["to"], arguments.attribute, arguments.where or (), arguments.layout,
            arguments.held_out, arguments.on_bad or "error", session.values["seed"], TERMINAL,
        )  # fmt: skip
    session.same_data(data.fingerprint(), data.root)
    return data
