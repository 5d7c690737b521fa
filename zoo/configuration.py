"""A model's configuration to and from the plain values of a ``config.json``."""

from typing import Any, TypeVar

from zoo.attributes import Attribute
from zoo.schedules import Schedule

Configuration = TypeVar("Configuration")


def from_json(kind: type[Configuration], values: dict[str, Any]) -> Configuration:
    """The configuration dataclass ``kind`` from what ``dataclasses.asdict`` and JSON made of it.

    Raises:
        TypeError: a name that ``kind`` does not have.
    """
    return kind(**{name: _rebuilt(name, value) for name, value in values.items()})


def _rebuilt(name: str, value: Any) -> Any:
    if name == "schedule":
        return Schedule(**value)
    if name == "attributes":
        return tuple(Attribute(each["name"], tuple(each["values"])) for each in value)
    return tuple(value) if isinstance(value, list) else value
