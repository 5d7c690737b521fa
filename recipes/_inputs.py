"""Which pictures a command is to take."""

import os
import re
from fnmatch import fnmatch
from glob import has_magic
from pathlib import Path
from typing import NoReturn

from zoo.data.images import SUFFIXES
from zoo.errors import UserError

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # a Path has one of the two slashes
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
_MAGIC = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")


def check_named(text: str | Path, wanted: str) -> None:
    """Refuse an address or an archive, where ``wanted`` (such as "the folder in it") is to be named.

    Raises:
        UserError: it is one of them; the message says what to do with it.
    """
    path = Path(text)
    if not os.path.exists(path) and _ADDRESS.match(str(text)):
        shown = re.sub(":/(?!/)", "://", str(text), count=1)
        raise UserError(f"{shown} is an address, and nothing is fetched: fetch it first, then name {wanted}")
    if os.path.isfile(path) and (path.suffix.lower() in _ARCHIVES or _begins_as_archive(path)):
        raise UserError(f"{text} is an archive: unpack it first, then name {wanted}")


def find_inputs(inputs: list[str], output: Path) -> list[tuple[Path, Path]]:
    """List the images that the arguments name, each once: (file, its path below the argument).

    A file named directly is taken whatever its ending; in folders those that end as images
    do. What lies in ``output``, where that is in such a folder, was made by an earlier call.

    Raises:
        UserError: an argument that names nothing, an archive or an address; a folder that cannot be read.
    """
    found: dict[str, tuple[Path, Path]] = {}
    for text in inputs:
        path = Path(text)
        check_named(text, "the pictures")
        if os.path.isdir(path):
            pairs = [(file, file.relative_to(path)) for file in _images_below(path, output)]
            if not pairs:
                raise UserError(
                    f"{text} holds no images: they end with {', '.join(SUFFIXES[:7])} and the like"
                )
        elif os.path.exists(path):
            pairs = [(path, Path(path.name))]
        else:
            root = _fixed_part(text)
            pairs = [
                (file, _below(file, root))
                for match in _matches(text)
                for file in (_images_below(match, output) if os.path.isdir(match) else [match])
            ]
            if not pairs:
                raise UserError(f"{text} matches no file: check the name, or quote the pattern")
        for file, below in pairs:
            found.setdefault(os.path.realpath(file), (file, below))
    return list(found.values())


def _begins_as_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(_MAGIC)
    except OSError:  # whoever reads it says why
        return False


def _images_below(folder: Path, output: Path) -> list[Path]:
    """Images in a folder and those in it, without hidden ones; links to folders are not followed."""
    made, found = os.path.realpath(output), []
    for place, folders, files in os.walk(folder, onerror=_unreadable):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(os.path.join(place, name)) != made
        ]
        found += [
            Path(place, name)
            for name in files
            if name.lower().endswith(SUFFIXES)
            and not name.startswith(".")
            and os.path.isfile(os.path.join(place, name))
        ]
    return sorted(found)


def _fixed_part(pattern: str) -> Path:
    """Return the folder of a pattern above its first wildcard."""
    parts = Path(pattern).parts[:-1]
    fixed = next((i for i, part in enumerate(parts) if has_magic(part)), len(parts))
    return Path(*parts[:fixed])


def _matches(pattern: str) -> list[Path]:
    """What a pattern matches, sorted; ``**`` stands for any number of folders.

    Links to folders are followed, but no folder is looked into twice with the same part of the pattern:
    those that lead upwards would never end.
    """
    fixed = _fixed_part(pattern)
    pending = [(fixed, Path(pattern).parts[len(fixed.parts) :])]
    found, seen = [], set()
    while pending:
        path, rest = pending.pop()
        if not rest:
            found.append(path)
            continue
        visit = (os.path.realpath(path), len(rest))
        if visit in seen or not os.path.isdir(path):
            continue
        seen.add(visit)
        first, after = rest[0], rest[1:]
        if first == "**":
            pending.append((path, after))
            pending += [(path / name, rest) for name in _names(path, "*") if os.path.isdir(path / name)]
        elif has_magic(first):
            pending += [(path / name, after) for name in _names(path, first)]
        elif os.path.lexists(path / first):
            pending.append((path / first, after))
    return sorted(found)


def _names(folder: Path, pattern: str) -> list[str]:
    """Names in a folder that fit; hidden ones only where the pattern begins with a dot too."""
    try:
        names = os.listdir(folder)
    except OSError as error:
        _unreadable(error)
    return [
        name
        for name in names
        if fnmatch(name, pattern) and (pattern.startswith(".") or not name.startswith("."))
    ]


def _unreadable(error: OSError) -> NoReturn:
    raise UserError(
        f"{error.filename} cannot be read ({error.strerror}): check its permissions, or name the pictures"
    ) from None


def _below(file: Path, root: Path) -> Path:
    """Path of a match below the fixed part of its pattern, whatever detours the pattern takes."""
    below = file.relative_to(root)
    return Path(file.name) if ".." in below.parts else below
