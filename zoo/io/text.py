"""Text from outside, as it may be printed or written into a table."""

import re
from typing import Any

# C0 and C1 controls move a terminal's cursor and colour its text; bidirectional controls and line
# separators make one line look like another; surrogates are bytes of a name that is not UTF-8.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


def printable(text: str) -> str:
    r"""``text`` with every character that could act on a terminal written as ``\xNN`` or ``\uNNNN``."""
    return _UNPRINTABLE.sub(_escaped, text)


def csv_cell(value: Any) -> Any:
    """A value for a CSV file that a spreadsheet will not run as a formula.

    Text that begins like a formula gets an apostrophe before it, which spreadsheets take for "this is
    text", and so does text that begins like what that gives, so that ``csv_value`` undoes it; numbers,
    and text that is a number, stay as they are.
    """
    if not isinstance(value, str) or not _FORMULA.match(value):
        return value
    try:
        float(value)
    except ValueError:
        return "'" + value
    return value


def csv_value(cell: str) -> str:
    """The text that ``csv_cell`` made this cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
