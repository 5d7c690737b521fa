"""JSON Schemas of every JSON file that is read, and the one place that checks a value against them.

A schema says types, names, ranges and lengths. What it cannot say (that two entries agree, that a
file is there) is checked by whoever uses the value.
"""

import json
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import UserError
from zoo.io.text import printable

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

SHOWN = 60  # characters of a refused value


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema in ``zoo/io/schemas/NAME.schema.json``."""
    return json.loads(schema_text(name))


def schema_text(name: str) -> str:
    """The same, as it is written."""
    return files(__package__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")


def check(value: Any, name: str, path: Path | str, remedy: str) -> None:
    """Hold what was read from ``path`` to the schema ``name``.

    Args:
        value: what the JSON file holds.
        name: of the schema.
        path: the file, for the message.
        remedy: what the user can do, for the message.

    Raises:
        UserError: it does not fit; the message names the file, the entry, the value and the remedy.
    """
    from jsonschema.exceptions import best_match

    # The first alone: a file of a few megabytes may have millions, and a list of them takes gigabytes.
    fault = best_match(islice(_validator(name).iter_errors(value), 1))
    if fault is not None:
        where = _short(".".join(map(str, fault.absolute_path))) or "the whole file"
        raise UserError(f"{path}: {printable(where)}: {printable(_short(fault.message))}; {remedy}")


@lru_cache
def _validator(name: str) -> "Validator":
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    # To JSON Schema 3.0 is an integer; to what counts, indexes and allocates by the value it is none.
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    return extend(Draft202012Validator, type_checker=types)(schema(name))


def _short(message: str) -> str:
    """Both ends of a message, which may repeat the whole value: its end says what was wrong."""
    return message if len(message) <= 2 * SHOWN else f"{message[:SHOWN]} … {message[-SHOWN:]}"
