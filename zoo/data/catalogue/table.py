"""Reads the text of a ``data.csv``: its separator, its header, and all cells as text."""

import csv
import re
import warnings
from pathlib import Path

import pandas as pd

from zoo.data.text import check_text_file, separator_hint
from zoo.errors import UserError

NEEDED = ("id", "img_path")
_HEADER_BYTES = 1 << 16


def read_rows(path: Path) -> pd.DataFrame:
    """All cells as text; the index is the row number less two. Blank rows are dropped."""
    check_text_file(path)
    separator, hinted = _separator(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
            rows = pd.read_csv(
                path, sep=separator, dtype=str, keep_default_na=False, na_filter=False,
                encoding="utf-8-sig", index_col=False, skip_blank_lines=False, skiprows=int(hinted),
            )  # fmt: skip
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except pd.errors.EmptyDataError as error:
        raise UserError(f"{path}: row 1 is blank; begin with the header") from error
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        detail = str(error).replace("\n", " ").removeprefix("Error tokenizing data. C error: ")
        raise UserError(
            f"{path}: broken row ({detail.rstrip('. ')}); put cells that hold {separator!r} in double quotes"
        ) from error
    rows.columns = [str(column).strip() for column in rows.columns]
    rows = rows.fillna("")
    blank = (rows == "").all(axis=1)
    rows = rows[~blank] if blank.any() else rows
    if rows.empty:
        raise UserError(f"{path}: the header has no rows below it; one row a product is needed")
    return rows


def _separator(path: Path) -> tuple[str, bool]:
    """Separator of the CSV, from its header, and whether a line above that, Excel's ``sep=;``, names it.

    Raises UserError if the header cannot be used.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    if not head.strip():
        raise UserError(f"{path}: the file is empty; a header and one row a product are needed")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head:
        raise _not_utf8(path)
    hint, start = separator_hint(head.decode("utf-8", "replace"))
    if hint is not None:  # whose characters are one byte each, but for the mark
        head = head.decode("utf-8", "replace")[start:].encode()
    line, *rest = re.split(rb"[\r\n]", head.removeprefix(b"\xef\xbb\xbf").lstrip(), maxsplit=1)
    if not rest and path.stat().st_size > _HEADER_BYTES:
        raise UserError(
            f"{path}: row 1 is longer than {_HEADER_BYTES:,} bytes, too long for a header; shorten it"
        )
    try:
        header = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    read = {
        separator: [name.strip() for name in next(csv.reader([header], delimiter=separator), [])]
        for separator in hint or ";,"
    }
    separator = max(read, key=lambda s: (sum(name in read[s] for name in NEEDED), len(read[s])))
    names = read[separator]
    if len(names) < 2:
        seems = next((name for sign, name in (("\t", "tab"), ("|", "'|'")) if sign in header), "")
        guess = f" (it seems to be {seems})" if seems else ""
        raise UserError(
            f"{path}: row 1 is a single column, so the separator is not ';' or ','{guess}; "
            "save it with ';' between the columns"
        )
    for name in NEEDED:
        if name not in names:
            raise UserError(
                f"{path}: row 1 has no column {name!r} (it has {shorten(', '.join(names))}); "
                f"needed are {' and '.join(NEEDED)}"
            )
    double = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if double is not None:
        raise UserError(f"{path}: row 1 names the column {double!r} twice; rename one of them")
    return separator, hint is not None


def _not_utf8(path: Path) -> UserError:
    with path.open("rb") as file:
        head = file.read(1 << 20)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head:
        probably = "UTF-16"
    elif any(0x80 <= byte < 0xA0 for byte in head):  # control codes in Latin-1, letters in Windows's set
        probably = "WINDOWS-1252"
    else:
        probably = "ISO-8859-1"
    return UserError(
        f"{path}: not UTF-8 (probably {probably}); convert it: "
        f"iconv -f {probably} -t UTF-8 {path.name} > utf8.csv, or save it as 'CSV UTF-8'"
    )


def shorten(text: str, length: int = 120) -> str:
    """The text, or its beginning with "…" where it is longer."""
    return text if len(text) <= length else text[: length - 1] + "…"
