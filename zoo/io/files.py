"""Files that appear whole or not at all."""

import io
import json
import math
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from zoo.errors import UserError
from zoo.io.limits import JSON_BYTES, JSON_DEPTH


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to a temporary name beside ``path``, then rename: no reader sees half of it.

    Raises:
        UserError: if the folder is missing, full or not writable; the former file is intact then.
    """
    with _whole(path) as file:
        file.write(content)


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A file for text of any length, as UTF-8, which appears at the end, whole or not at all.

    Raises:
        UserError: as ``write_whole``.
    """
    with _whole(path) as binary:
        file = io.TextIOWrapper(binary, "utf-8", "backslashreplace", newline="")
        try:
            yield file
        finally:
            file.detach()  # which flushes it; ``_whole`` closes it


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    try:
        # Part of the name only, so that what may just be as long as a name can be still may.
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            os.chmod(temporary, 0o644)  # mkstemp's file is the owner's alone
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror}); free some space, or choose a folder that exists "
            "and is writable"
        ) from None


def write_text(path: Path, text: str) -> None:
    r"""Write ``text`` as UTF-8, whole or not at all; raises as ``write_whole``.

    A byte of a name that is not UTF-8 (a lone surrogate in ``text``) is written as ``\udcNN``.
    """
    write_whole(path, text.encode("utf-8", "backslashreplace"))


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as indented JSON, whole or not at all; raises as ``write_whole``.

    JSON has neither NaN nor infinities: they are written as null.
    """
    text = json.dumps(finite_or_none(value), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def finite_or_none(value: Any) -> Any:
    """JSON values with None in the place of each number that is not finite."""
    if isinstance(value, dict):
        return {key: finite_or_none(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite_or_none(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read_json(
    path: Path,
    schema: str | None = None,
    remedy: str = "fetch or copy it again",
    not_finite: Callable[[str], Any] | None = None,
) -> Any:
    """Read a JSON file.

    Args:
        path: the file.
        schema: name of the schema in ``zoo/io/schemas`` that it must fit.
        remedy: what the user can do about a file that does not.
        not_finite: see ``parse_json``.

    Raises:
        UserError: it is missing, larger or deeper than ``zoo.io.limits`` allow, not JSON, or does not fit.
    """
    try:
        if not path.is_file():
            raise UserError(f"{path}: no such file" if not path.exists() else f"{path}: not a regular file")
        with path.open("rb") as file:
            content = file.read(JSON_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); check its permissions") from None
    value = parse_json(content, path, remedy, not_finite)
    if schema is not None:
        from zoo.io.schemas import check

        check(value, schema, path, remedy)
    return value


def parse_json(
    content: bytes,
    source: Path | str,
    remedy: str = "fetch or copy it again",
    not_finite: Callable[[str], Any] | None = None,
) -> Any:
    """What JSON text holds.

    Args:
        content: the text, as UTF-8.
        source: names it in a message.
        remedy: what the user can do about it, for the message.
        not_finite: gives the value for a number that is not finite ("NaN", "1e999"); by default such
            text is refused, for JSON has none.

    Raises:
        UserError: it is larger or deeper than ``zoo.io.limits`` allow, or not JSON.
    """
    not_finite = not_finite or _no_number

    def number(text: str) -> Any:
        value = float(text)
        return value if math.isfinite(value) else not_finite(text)

    if len(content) > JSON_BYTES:
        raise UserError(f"{source}: has more than {JSON_BYTES:,} bytes, too many for JSON; {remedy}")
    try:
        value = json.loads(content.decode("utf-8"), parse_constant=not_finite, parse_float=number)
        deep = _deeper_than(value, JSON_DEPTH)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{source}: cannot be read as JSON ({error}); {remedy}") from None
    if deep:
        raise UserError(f"{source}: is nested more than {JSON_DEPTH} deep; {remedy}")
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name[:20]} is not JSON")


def _deeper_than(value: Any, depth: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if depth == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(_deeper_than(each, depth - 1) for each in inner)


def make_folder(folder: Path) -> None:
    """Create ``folder`` and those above it, unless they exist.

    Raises:
        UserError: if it cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be created ({error.strerror}); choose another place") from None
