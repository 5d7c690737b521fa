"""Reads text files that come from outside."""

from pathlib import Path

from zoo.errors import UserError


def read_text(path: Path) -> str:
    """What a UTF-8 file holds, without a byte-order mark, lines ending in "\\n".

    Raises:
        UserError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): check its permissions") from error
