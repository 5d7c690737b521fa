"""Configurations: dataclasses whose fields say what they mean and which values they allow.

A field that is declared with ``option`` is the only place of its help text, default and range. ``check``
validates by it, ``from_json`` reads it back from a ``config.json``, and ``recipes.options`` makes the
command line's option of it.
"""

import dataclasses
import functools
import math
import numbers
import sys
import types
import typing
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from zoo.errors import UserError

Configuration = TypeVar("Configuration")

LARGEST = 2**31 - 1  # of an integer that TensorFlow gets, unless its field says otherwise
SHOWN = 60  # characters of a refused value
_METADATA = "option"


@dataclasses.dataclass(frozen=True)
class Option:
    """What a field means and allows.

    Attributes:
        help: what it means, in one phrase, as a command's help shows it.
        at_least, above, at_most, below: bounds of a number, or of each number of a tuple.
        choices: the only values allowed, or the only names of a tuple.
        suggestions: the values that commands offer, where programs may give more.
        metavar: what stands for the value there.
        group: heading there, if not that of the other fields.
        offered: whether commands have an option for it; the others are for programs.
        adjustable: whether resuming a run may change it: it decides nothing of what is computed, but for
            rounding.
    """

    help: str
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    metavar: str | None = None
    group: str | None = None
    offered: bool = True
    adjustable: bool = False

    def allows(self, number: float) -> bool:
        """Whether a number is within the bounds."""
        return (
            (self.at_least is None or number >= self.at_least)
            and (self.above is None or number > self.above)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )

    def range(self, noun: str) -> str:
        """The bounds in words: "an integer ≥ 1", "in [0, 1)", "a number"."""
        low = self.at_least if self.above is None else self.above
        high = self.at_most if self.below is None else self.below
        high = (
            None if high is None or high >= LARGEST else high
        )  # bounds that nobody reaches are not mentioned
        if low is not None and high is not None:
            opening, closing = "[("[self.above is not None], "])"[self.below is not None]
            return f"in {opening}{low:g}, {high:g}{closing}"
        if low is not None:
            return f"{noun} {'≥' if self.above is None else '>'} {low:g}"
        return noun if high is None else f"{noun} {'≤' if self.below is None else '<'} {high:g}"


def option(default: Any = dataclasses.MISSING, help: str = "", **range_and_display: Any) -> Any:
    """A field of a configuration dataclass; ``range_and_display`` are the other attributes of ``Option``."""
    return dataclasses.field(default=default, metadata={_METADATA: Option(help, **range_and_display)})


def options(kind: type) -> dict[str, Option]:
    """The options of a configuration dataclass, by field.

    A subclass that gives a field another default need not repeat what its base class says of it.
    """
    declared: dict[str, Option] = {}
    for base in reversed(kind.__mro__):
        for field in getattr(base, "__dataclass_fields__", {}).values():
            if _METADATA in field.metadata:
                declared[field.name] = field.metadata[_METADATA]
    return {field.name: declared[field.name] for field in dataclasses.fields(kind) if field.name in declared}


@functools.cache
def field_types(kind: type) -> dict[str, Any]:
    """The annotation of each field of a dataclass, without ``| None``."""
    return {name: _required(annotation) for name, annotation in typing.get_type_hints(kind).items()}


def check(configuration: Any) -> None:
    """Raise ``UserError`` for the first field whose value its option does not allow; None is not checked.

    For ``__post_init__`` of configuration dataclasses.
    """
    annotations = field_types(type(configuration))
    for name, declared in options(type(configuration)).items():
        value = getattr(configuration, name)
        if value is not None:
            fault = refusal(annotations[name], declared, value)
            if fault:
                raise UserError(f"`{name}` {shown(value)}: must be {fault}")


def refusal(annotation: Any, declared: Option, value: Any) -> str:
    """What ``value`` must be instead, in words; "" if a field of that type and option allows it."""
    inner = typing.get_args(annotation)
    if typing.get_origin(annotation) is tuple and inner[0] is int:
        allowed = isinstance(value, tuple) and len(value) == len(inner)
        faults = [refusal(int, declared, side) for side in value] if allowed else []
        allowed = allowed and not any(faults)
        fault = f"height and width, each {next(filter(None, faults), declared.range('an integer'))}"
    elif typing.get_origin(annotation) is tuple and declared.choices:
        allowed = isinstance(value, tuple) and all(each in declared.choices for each in value)
        fault = f"some of {', '.join(declared.choices)}"
    elif declared.choices:
        allowed, fault = value in declared.choices, f"one of {', '.join(declared.choices)}"
    elif annotation is int:
        allowed = hasattr(value, "__index__") and not isinstance(value, bool) and declared.allows(value)
        fault = declared.range("an integer")
        if allowed and declared.at_most is None and value > LARGEST:
            allowed, fault = False, f"an integer ≤ {LARGEST:,}"
    elif annotation is float:
        number = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
        allowed, fault = number and declared.allows(value), declared.range("a number")
    else:
        return ""
    return "" if allowed else fault


def shown(value: Any) -> str:
    """A value as messages show it: sizes as 256x192, texts in quotes, all shortened."""
    if isinstance(value, tuple) and value and all(isinstance(part, int) for part in value):
        return "x".join(map(str, value))
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"


def former_names(**names: str) -> Callable[[type], type]:
    """Decorator of a configuration dataclass: renamed fields, old name → new name.

    They work as keyword arguments and attributes for this version, with a ``DeprecationWarning``.
    """

    def warn(kind: type, old: str) -> None:
        message = f"{kind.__name__}: {old} is now called {names[old]}"
        warnings.warn(message, DeprecationWarning, stacklevel=3)

    def reader(kind: type, old: str) -> property:
        def read(self: Any) -> Any:
            warn(kind, old)
            return getattr(self, names[old])

        return property(read)

    def decorate(kind: type) -> type:
        initialize = kind.__init__

        @functools.wraps(initialize)
        def __init__(self: Any, *values: Any, **fields: Any) -> None:
            for old in [name for name in fields if name in names]:
                warn(kind, old)
                fields[names[old]] = fields.pop(old)
            initialize(self, *values, **fields)

        kind.__init__ = __init__
        for old in names:
            setattr(kind, old, reader(kind, old))
        kind.FORMER_NAMES = names
        return kind

    return decorate


def from_json(kind: type[Configuration], values: dict[str, Any]) -> Configuration:
    """The configuration dataclass ``kind`` from what ``dataclasses.asdict`` and JSON made of it.

    Raises:
        UserError: a name that ``kind`` does not have or lacks, a value of another type than the field's,
            or one that ``kind`` refuses; the message names both.
    """
    annotations = typing.get_type_hints(kind)
    unknown = [name for name in values if name not in annotations]
    if unknown:
        raise UserError(f"`{unknown[0]}`: unknown; a {kind.__name__} has {', '.join(annotations)}")
    for field in dataclasses.fields(kind):
        if field.name not in values and field.default is field.default_factory is dataclasses.MISSING:
            raise UserError(f"`{field.name}`: missing; a {kind.__name__} needs it")
    read = {}
    for name, value in values.items():
        try:
            read[name] = _rebuilt(annotations[name], value)
        except TypeError as error:
            raise UserError(f"`{name}` {shown(value)}: must be {error}") from None
    return kind(**read)


def _rebuilt(kind: Any, value: Any) -> Any:
    """``value`` as the type that a field's annotation names; ``TypeError`` says what it must be."""
    inner = typing.get_args(kind)
    if type(None) in inner:  # "… | None"
        return None if value is None else _rebuilt(inner[0], value)
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list) or (inner[-1] is not Ellipsis and len(value) != len(inner)):
            raise TypeError("a list" if inner[-1] is Ellipsis else f"a list of {len(inner)}")
        return tuple(_rebuilt(inner[0], each) for each in value)
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise TypeError(f"the values of a {kind.__name__}")
        return from_json(kind, value)
    # bool is an int for Python, and an int is a float for JSON.
    if kind is float and type(value) is int and abs(value) <= sys.float_info.max:
        value = float(value)
    if type(value) is not kind or (kind is float and not math.isfinite(value)):
        raise TypeError(_NOUNS[kind])
    return value


_NOUNS = {int: "an integer", float: "a finite number", bool: "true or false", str: "a string"}


def _required(annotation: Any) -> Any:
    inner = [each for each in typing.get_args(annotation) if each is not types.NoneType]
    optional = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    return inner[0] if optional and len(inner) == 1 else annotation
