"""Paths that come from outside and must stay inside a folder."""

import os
import re
from pathlib import Path

CONTROL = r"[\x00-\x1f\x7f]"  # never part of a sane file name
LEAVES = rf"^/|^[A-Za-z]:|(?:^|/)\.\.(?:/|$)|{CONTROL}"
"""Regular expression of a path (with ``/``) that is not relative, climbs, or is not sane."""


def path_inside(root: Path, relative: str) -> Path:
    """Absolute path of ``relative`` below ``root``, however it is spelt and linked.

    Raises ValueError if it is empty, absolute, has a drive letter, ``..`` or control characters, or
    leaves ``root`` through a symbolic link. The file need not exist.
    """
    relative = relative.replace("\\", "/")
    if not relative.strip("/. ") or re.search(LEAVES, relative):
        raise ValueError(f"{relative!r} is not a path inside the folder")
    root = root.resolve()
    path = root / relative
    try:
        inside = path.resolve().is_relative_to(root)
    except (OSError, RuntimeError) as error:  # a name too long, a loop of links
        raise ValueError(f"{relative!r} is not a usable path") from error
    if not inside:
        raise ValueError(f"{relative!r} leaves the folder through a symbolic link")
    return path


def is_file(entry: os.DirEntry) -> bool:
    """Whether an entry of a folder is a regular file, or a link to one; a loop of links is none."""
    return os.path.isfile(entry.path) if entry.is_symlink() else entry.is_file()


def is_folder(entry: os.DirEntry) -> bool:
    """Whether an entry of a folder is a folder, or a link to one; a loop of links is none."""
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()
