"""A model's configuration to and from the plain values of a ``config.json``."""

import dataclasses
import math
import sys
import typing
from typing import Any, TypeVar

from zoo.errors import UserError

Configuration = TypeVar("Configuration")

SHOWN = 60  # characters of a refused value


def from_json(kind: type[Configuration], values: dict[str, Any]) -> Configuration:
    """The configuration dataclass ``kind`` from what ``dataclasses.asdict`` and JSON made of it.

    Raises:
        UserError: a name that ``kind`` does not have or lacks, a value of another type than the field's,
            or one that ``kind`` refuses; the message names both.
    """
    types = typing.get_type_hints(kind)
    unknown = [name for name in values if name not in types]
    if unknown:
        raise UserError(f"{unknown[0]}: unknown; a {kind.__name__} has {', '.join(types)}")
    for field in dataclasses.fields(kind):
        if field.name not in values and field.default is field.default_factory is dataclasses.MISSING:
            raise UserError(f"{field.name}: missing; a {kind.__name__} has one")
    found = {}
    for name, value in values.items():
        try:
            found[name] = _rebuilt(types[name], value)
        except TypeError as error:
            shown = repr(value) if len(repr(value)) <= SHOWN else f"{repr(value)[:SHOWN]} …"
            raise UserError(f"{name} {shown}: {error}") from None
    return kind(**found)


def _rebuilt(kind: Any, value: Any) -> Any:
    """``value`` as the type that a field's annotation names; ``TypeError`` says what it should be."""
    inner = typing.get_args(kind)
    if type(None) in inner:  # "… | None"
        return None if value is None else _rebuilt(inner[0], value)
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list) or (inner[-1] is not Ellipsis and len(value) != len(inner)):
            raise TypeError("not a list" if inner[-1] is Ellipsis else f"not a list of {len(inner)}")
        return tuple(_rebuilt(inner[0], each) for each in value)
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise TypeError(f"not the values of a {kind.__name__}")
        return from_json(kind, value)
    # bool is an int for Python, and an int is a float for JSON.
    if kind is float and type(value) is int and abs(value) <= sys.float_info.max:
        value = float(value)
    if type(value) is not kind or (kind is float and not math.isfinite(value)):
        raise TypeError(f"not {_NAMES[kind]}")
    return value


_NAMES = {int: "a whole number", float: "a finite number", bool: "true or false", str: "a text"}
