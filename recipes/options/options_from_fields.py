"""Options of a parser from the fields of configuration dataclasses."""

import argparse
import typing
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from recipes.options import option_types
from zoo.engine.configuration import Option, field_types, options, refusal


def add_fields(
    parser: argparse.ArgumentParser,
    kind: type,
    group: str,
    leave_out: Collection[str] = (),
    shown: Mapping[str, str] | None = None,
    **changes: Any,
) -> None:
    """Add an option for each field of ``kind`` that commands offer, unless the parser has it already.

    Args:
        parser: of a command.
        kind: a dataclass whose fields are declared with ``zoo.engine.configuration.option``.
        group: heading for fields that name none.
        leave_out: fields without an option here.
        shown: default to be shown of a field whose default is None because other things decide it.
        changes: field → ``dict`` of what to pass to ``add_argument`` in place of what the field says.
    """
    annotations = field_types(kind)
    for name, declared in options(kind).items():
        dest = name.rstrip("_")  # "from_", because Python keeps "from" for itself
        if declared.offered and name not in leave_out and not _has(parser, dest):
            settings = {"dest": dest, **_settings(annotations[name], declared), **changes.get(name, {})}
            if shown and name in shown:
                settings["help"] += f" (default: {shown[name]})"
            _group(parser, declared.group or group).add_argument(flag(dest), **settings)


def flag(name: str) -> str:
    """The option of a field: ``--batch-size`` of ``batch_size``."""
    return f"--{name.replace('_', '-')}"


def defaults(*kinds_of_options: type) -> dict[str, Any]:
    """The default of each offered field by its option's name; of one in several classes the first's."""
    values: dict[str, Any] = {}
    for kind in kinds_of_options:
        for name, declared in options(kind).items():
            if declared.offered:
                values.setdefault(name, kind.__dataclass_fields__[name].default)
    return values


def adjustable(*kinds_of_options: type) -> set[str]:
    """Fields that may change when a run resumes."""
    return {
        name for kind in kinds_of_options for name, declared in options(kind).items() if declared.adjustable
    }


def _settings(annotation: Any, declared: Option) -> dict[str, Any]:
    """How argparse reads a field. Without a value it gives None: presets or the command decide."""
    settings: dict[str, Any] = {"help": declared.help}
    if declared.metavar:
        settings["metavar"] = declared.metavar
    if annotation is bool:
        return {**settings, "action": argparse.BooleanOptionalAction}
    inner = typing.get_args(annotation)
    if annotation is str and (choices := declared.choices or declared.suggestions):
        settings["choices"] = choices
    elif annotation in (int, float):
        settings["type"] = _checked(annotation, annotation, declared)
    elif annotation == tuple[int, int]:
        settings["type"] = _checked(option_types.size_option, annotation, declared)
    elif annotation == tuple[str, ...]:
        read = option_types.optional_names if declared.choices else option_types.names_option
        settings["type"] = _checked(read, annotation, declared)
    elif annotation is Path or Path in inner:
        settings["type"] = Path
        if inner:
            settings["nargs"] = "+"
    return settings


def _checked(read: Callable[[str], Any], annotation: Any, declared: Option) -> Callable[[str], Any]:
    """``read``, and a fault that names the text where the field does not allow what it gives."""

    def parse(text: str) -> Any:
        try:
            value = read(text)
        except ValueError:
            value = None
        fault = refusal(annotation, declared, value)
        if fault:
            raise argparse.ArgumentTypeError(f"{text!r}: must be {fault}")
        return value

    return parse


def _group(parser: argparse.ArgumentParser, title: str) -> argparse._ArgumentGroup:
    groups = {group.title: group for group in parser._action_groups}
    return groups[title] if title in groups else parser.add_argument_group(title)


def _has(parser: argparse.ArgumentParser, dest: str) -> bool:
    return any(action.dest == dest for action in parser._actions)
