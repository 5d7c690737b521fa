"""The JSON files of a run, whichever version of this project wrote them."""

from pathlib import Path
from typing import Any

from zoo.errors import UserError
from zoo.io.files import read_json
from zoo.io.schemas import check


def read_run_file(path: Path, schema: str, newest: int | None = None, remedy: str = "copy it back") -> Any:
    """What a JSON file of a run holds.

    Former versions wrote NaN and infinities, which are read as None.

    Args:
        path: the file.
        schema: name of the schema that it must fit.
        newest: the newest "format" that is known, for a file that has one.
        remedy: what the user can do about a file that does not fit, for the message.

    Raises:
        NewerFormatError: it is of a newer format.
        UserError: it is missing, not JSON, or does not fit.
    """
    content = read_json(path, remedy=remedy, not_finite=lambda _: None)
    written = content.get("format") if isinstance(content, dict) else None
    if newest is not None and isinstance(written, int) and written > newest:
        raise NewerFormatError(
            f"{path.parent}: {schema} format {written} is newer than {newest}; update this project"
        )
    check(content, schema, path, remedy)
    return content


class NewerFormatError(UserError):
    """A file was written by a version of this project that is newer than this one."""
