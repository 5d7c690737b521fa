"""Lists the images in a folder, one way for every layout, and counts what it passes over."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zoo.data.file_kinds import ARCHIVES, kind_passed_over, skipped_notes, system_folder
from zoo.data.image_opening import HEIF_SUFFIXES
from zoo.data.images import SUFFIXES
from zoo.errors import UserError
from zoo.io.paths import is_folder

PASSED_OVER_MOST = 100_000
"""Names of files that a listing keeps of those it passes over; NAS thumbnails may outnumber the images."""

_MAGIC = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:/")  # a Path has one of the two slashes


@dataclass(frozen=True)
class Listing:
    """Images in a folder.

    Attributes:
        names: relative to the folder, with ``/``, folder by folder, sorted.
        skipped: what was passed over, kind → number of files.
        passed_over: (name, kind) of those files; of a million only the first ``PASSED_OVER_MOST``.
    """

    names: list[str]
    skipped: Counter[str]
    passed_over: list[tuple[str, str]] = field(default_factory=list)

    def notes(self) -> list[str]:
        """A line that says what was passed over, if anything was."""
        return skipped_notes(self.skipped)


def list_images(root: Path | str, below: bool = True, apart: Path | None = None) -> Listing:
    """The images in a folder, by the ending of their names.

    Hidden files, thumbnails and leftovers of systems and photo managers are not images of the
    user's. Links to files are followed, those to folders are not, as they may form a cycle.

    Args:
        root: the folder.
        below: also those in the folders below it.
        apart: a folder that is neither searched nor mentioned.

    Raises:
        UserError: a folder cannot be read.
    """
    apart = apart and os.path.realpath(apart)
    names: list[str] = []
    skipped: Counter[str] = Counter()
    passed_over: list[tuple[str, str]] = []

    def pass_over(name: str, kind: str) -> None:
        skipped[kind] += 1
        if len(passed_over) < PASSED_OVER_MOST:
            passed_over.append((name, kind))

    pending = [""]
    while pending:
        prefix = pending.pop()
        images, folders = [], []
        for entry in _entries(root, prefix):
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                if (kind := system_folder(name)) is not None:
                    for picture in _pictures_below(entry.path):
                        pass_over(f"{prefix}{name}/{picture}", f"{kind} in {name}/")
                elif below and (apart is None or os.path.realpath(entry.path) != apart):
                    folders.append(name)
            elif (kind := kind_passed_over(entry)) is None:
                images.append(name)
            elif kind:
                pass_over(prefix + name, kind)
        names += [prefix + name for name in sorted(images)]
        pending += [f"{prefix}{name}/" for name in sorted(folders, reverse=True)]
    return Listing(names, skipped, passed_over)


def folders_in(root: Path | str) -> list[str]:
    """Names of the folders in a folder, sorted, without hidden ones and systems' and photo managers'.

    Links to folders count, but those that lead back to where they came from.

    Raises:
        UserError: the folder cannot be read.
    """
    here = Path(root).resolve()
    return sorted(
        entry.name
        for entry in _entries(root, "")
        if system_folder(entry.name) is None
        and is_folder(entry)
        and not (entry.is_symlink() and here.is_relative_to(Path(entry.path).resolve()))
    )


def joined(listings: Mapping[str, Listing]) -> Listing:
    """One listing of several, each in a folder of its name, or "" for the root itself."""
    names, passed_over = [], []
    skipped: Counter[str] = Counter()
    for folder, listing in listings.items():
        prefix = f"{folder}/" if folder else ""
        names += [prefix + name for name in listing.names]
        passed_over += [(prefix + name, kind) for name, kind in listing.passed_over]
        skipped += listing.skipped
    return Listing(names, skipped, passed_over)


def check_folder(root: Path | str, holds: str) -> None:
    """Check that what the user names is a folder.

    Args:
        root: what is named.
        holds: what should be in it, in the plural.

    Raises:
        UserError: it is not; the message says what it is and what to do.
    """
    check_source(root, holds)
    if not Path(root).is_dir():
        raise UserError(f"{root} is a file: give the folder that holds the {holds}, here {Path(root).parent}")


def check_source(root: Path | str, holds: str) -> None:
    """As ``check_folder``, but a file passes that is not an archive."""
    check_named(root, f"the folder that holds the {holds}")
    if not os.path.exists(root):
        what = "is a link to something that does not exist" if os.path.islink(root) else "does not exist"
        raise UserError(f"{root} {what}: give the folder that holds the {holds}")


def check_named(text: str | Path, thing: str) -> None:
    """Refuse an address or an archive, where ``thing`` (such as "the folder in it") is to be named.

    Raises:
        UserError: it is one of them; the message says what to do with it.
    """
    path = Path(text)
    if not os.path.exists(path) and _ADDRESS.match(str(text)):
        shown = re.sub(":/(?!/)", "://", str(text), count=1)
        raise UserError(f"{shown} is an address, and nothing is fetched: fetch it first, then name {thing}")
    if os.path.isfile(path) and (path.suffix.lower() in ARCHIVES or _begins_as_archive(path)):
        raise UserError(f"{text} is an archive: unpack it first, then name {thing}")


def _begins_as_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(_MAGIC)
    except OSError:  # whoever reads it says why
        return False


def _entries(root: Path | str, prefix: str) -> list[os.DirEntry]:
    folder = os.path.join(root, prefix.rstrip("/")) if prefix else os.fspath(root)
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be read ({error.strerror}): check its permissions, or take it out"
        ) from error


def _pictures_below(folder: str) -> Iterator[str]:
    """Names of the images below a folder that is passed over, relative to it; no unreadable folders."""
    endings = (*SUFFIXES, *HEIF_SUFFIXES)
    for above, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith(endings):
                yield os.path.relpath(os.path.join(above, name), folder).replace(os.sep, "/")
