"""The two domains that a recipe's options name."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from recipes.options.console import TERMINAL
from recipes.options.session import Session

if TYPE_CHECKING:
    from zoo.data.preparation.domains import PreparedDomains


def domains_of(
    session: Session, arguments: argparse.Namespace, defaults: Mapping[str, str]
) -> "PreparedDomains":
    """The domains that the options name; of the sample products those of ``defaults``, if none are named."""
    from zoo.data.preparation.domains import prepare_domains
    from zoo.engine.cluster import chief_first

    given = {name: getattr(arguments, name) for name in ("from", "to")}
    if arguments.data is None:
        given = {name: value or defaults[name] for name, value in given.items()}
    root = arguments.data
    if root is not None:
        root = root[0] if len(root) == 1 else tuple(root)
    with chief_first(session.strategy):
        data = prepare_domains(
            root, given["from"], given["to"], arguments.attribute, arguments.where or (), arguments.layout,
            arguments.held_out, arguments.on_bad or "error", session.values["seed"], TERMINAL,
        )  # fmt: skip
    session.same_data(data.fingerprint(), data.root)
    return data
