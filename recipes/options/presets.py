"""Presets: the values they give to options, and how help shows them."""

import argparse
from collections.abc import Mapping
from typing import Any

from zoo.errors import UserError


def apply_preset(
    arguments: argparse.Namespace, presets: Mapping[str, Mapping[str, Any]], default: str
) -> dict[str, Any]:
    """Values of the chosen preset or of ``default``, each overridden by its option where given.

    Raises:
        UserError: for an unknown preset, with the known ones.
    """
    chosen = arguments.preset or default
    if chosen not in presets:
        raise UserError(f"--preset {chosen}: unknown; choose from {', '.join(presets)}")
    overrides = {name: getattr(arguments, name, None) for name in presets[chosen]}
    return {
        name: value if overrides[name] is None else overrides[name] for name, value in presets[chosen].items()
    }


def show_defaults(parser: argparse.ArgumentParser, columns: Mapping[str, Mapping[str, Any]]) -> None:
    """Add to the help of each option its default in every preset.

    Args:
        parser: options that a preset decides have the default None.
        columns: name of a preset → its values by the option's name.
    """
    for action in parser._actions:
        values = {name: column[action.dest] for name, column in columns.items() if action.dest in column}
        if not values or action.default is not None:
            continue
        texts, last = [], None
        for name, value in values.items():  # a preset is named where it differs from the one before
            if plain(value) != last:
                last = plain(value)
                texts.append(f"{name} {last}")
        default = ", ".join(texts) if len(texts) > 1 else last
        action.help = f"{action.help} (default: {default})"


def show_presets(
    parser: argparse.ArgumentParser,
    sample: Mapping[str, Mapping[str, Any]],
    own: Mapping[str, Mapping[str, Any]],
) -> None:
    """``show_defaults`` of the presets quick and paper, on the drawn sample and on own data."""
    show_defaults(parser, {"quick": sample["quick"], "with --data": own["quick"], "paper": own["paper"]})


def plain(value: Any) -> str:
    """An option's value as one would write it."""
    if isinstance(value, tuple):
        if all(isinstance(part, str) for part in value):
            return ",".join(value) or "none"
        return "x".join(map(str, value))
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
