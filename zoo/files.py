"""Files that appear whole or not at all."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from zoo.errors import UserError


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to a temporary name beside ``path``, then rename: no reader sees half of it.

    Raises:
        UserError: if the folder is missing, full or not writable; the former file is intact then.
    """
    try:
        # Part of the name only, so that what may just be as long as a name can be still may.
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
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
    """Write ``text`` as UTF-8, whole or not at all; raises as ``write_whole``."""
    write_whole(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as indented JSON, whole or not at all; raises as ``write_whole``."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        UserError: if it is missing or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: cannot be read as JSON ({error})") from None


def make_folder(folder: Path) -> None:
    """Make ``folder`` and those above it, unless they are there.

    Raises:
        UserError: if it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be made ({error.strerror}); choose another place") from None
