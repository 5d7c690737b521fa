"""Images by path, folder or pattern."""

import os
from collections import Counter
from collections.abc import Callable
from fnmatch import fnmatch
from glob import has_magic
from pathlib import Path
from typing import NoReturn

from zoo.data.file_kinds import skipped_notes
from zoo.data.images import SUFFIXES
from zoo.data.listing import check_named, list_images
from zoo.errors import UserError


def find_images(
    inputs: list[str], output: Path, on_skipped: Callable[[list[str]], None] = lambda lines: None
) -> list[tuple[Path, Path]]:
    """List the images that ``inputs`` name, each once: (file, its path below the input).

    A file named directly is taken whatever its ending; in folders those that end as images
    do. What lies in ``output``, where that is in such a folder, is the result of an earlier call.

    Args:
        inputs: paths of images and of folders, and patterns such as "photos/**/*.jpg".
        output: where results go.
        on_skipped: called with notes on the files in folders that are passed over.

    Raises:
        UserError: an input that names nothing, an archive or an address; a folder that cannot be read.
    """
    images: dict[str, tuple[Path, Path]] = {}
    skipped: Counter[str] = Counter()

    def images_below(folder: Path) -> list[Path]:
        listing = list_images(folder, apart=output)
        skipped.update(listing.skipped)
        return [folder / name for name in listing.names]

    for text in inputs:
        path = Path(text)
        check_named(text, "the images")
        if os.path.isdir(path):
            pairs = [(file, file.relative_to(path)) for file in images_below(path)]
            if not pairs:
                notes = "".join(f"; {note}" for note in skipped_notes(skipped))
                raise UserError(
                    f"{text} holds no images: they end with {', '.join(SUFFIXES[:7])} and the like{notes}"
                )
        elif os.path.exists(path):
            pairs = [(path, Path(path.name))]
        else:
            root = _fixed_part(text)
            pairs = [
                (file, _below(file, root))
                for match in _matches(text)
                for file in (images_below(match) if os.path.isdir(match) else [match])
            ]
            if not pairs:
                raise UserError(f"{text} matches no file: check the name, or quote the pattern")
        for file, below in pairs:
            images.setdefault(os.path.realpath(file), (file, below))
    on_skipped(skipped_notes(skipped))
    return list(images.values())


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
    matches, seen = [], set()
    while pending:
        path, rest = pending.pop()
        if not rest:
            matches.append(path)
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
    return sorted(matches)


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
        f"{error.filename} cannot be read ({error.strerror}): check its permissions, or name the images"
    ) from None


def _below(file: Path, root: Path) -> Path:
    """Path of a match below the fixed part of its pattern, whatever detours the pattern takes."""
    below = file.relative_to(root)
    return Path(file.name) if ".." in below.parts else below
