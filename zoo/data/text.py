"""Reads text and CSV files that come from outside."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zoo.errors import UserError
from zoo.io.limits import TABLE_BYTES

SEPARATORS = ";,\t|"
# Excel's own hint in the first line; spreadsheets do not show it, so rows are counted from the next.
_HINT = re.compile(rf'\A\ufeff?"?sep=([{SEPARATORS}])"?[{SEPARATORS}]*[ ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)


def read_text(path: Path) -> str:
    """What a UTF-8 file holds, without a byte-order mark, lines ending in "\\n".

    Raises:
        UserError: it cannot be read, is too large, or is not UTF-8.
    """
    check_text_file(path)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): check its permissions") from error


def check_text_file(path: Path) -> None:
    """Raise UserError if a file of text is not there, is not a regular file or is too large to be read."""
    try:
        size = path.stat().st_size
        regular = path.is_file()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): check its permissions") from error
    if not regular:
        raise UserError(f"{path} is not a regular file: put a text file there")
    if size > TABLE_BYTES:
        raise UserError(f"{path} has {size:,} bytes, and the limit is {TABLE_BYTES:,}: divide it")


def separator_hint(head: str) -> tuple[str | None, int]:
    """The separator that Excel's first line ``sep=;`` names, and the characters that line takes.

    (None, 0) where there is no such line.
    """
    match = _HINT.match(head)
    return (match[1], match.end()) if match else (None, 0)


@dataclass(frozen=True)
class Table:
    """A CSV file's text.

    Attributes:
        path: of the file.
        columns: names in the header, stripped.
        rows: (number, cells) of each row below it that is not blank, numbered as a spreadsheet
            does, the header being row 1. Raises UserError where the text is no CSV.
        separator: between the cells.
    """

    path: Path
    columns: list[str]
    rows: Iterator[tuple[int, list[str]]]
    separator: str


def read_table(path: Path) -> Table:
    """Read a CSV with ``;`` or ``,``, or the separator that Excel's line ``sep=`` names.

    Raises:
        UserError: it cannot be read, is not UTF-8, or is no CSV.
    """
    return table_of(read_text(path), path)


def table_of(text: str, path: Path) -> Table:
    """As ``read_table``, of text that was read already; ``path`` names it in messages."""
    separator, start = separator_hint(text)
    text = text[start:]
    if separator is None:
        separator = ";" if ";" in text.partition("\n")[0] else ","
    lines = _whole(path, csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    columns = [name.strip() for name in next(lines, [])]
    numbered = enumerate(lines, 2)
    rows = ((number, cells) for number, cells in numbered if any(cell.strip() for cell in cells))
    return Table(path, columns, rows, separator)


def _whole(path: Path, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as error:
        raise UserError(f"{path} is not valid CSV ({error}): write it again") from error
