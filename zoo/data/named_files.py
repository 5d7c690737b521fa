"""The files that a list names, as the disk has them."""

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from zoo.errors import UserError
from zoo.io.paths import LEAVES, is_file, is_folder

_LONGEST = 4096  # of a path, on the systems that allow the longest
_LEAVES = re.compile(LEAVES)


class NamedFiles:
    """Finds files below a folder by the names that a list has for them.

    A list may come from another system: names with ``\\``, letters composed or decomposed (é as one
    character or as two), ``.JPG`` for ``.jpg``. A name that is there as it is written always wins.
    Each folder is read once, so that a million names take seconds.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self._folders: dict[str, _Folder | None] = {"": _Folder(os.fspath(root))}
        self._resolved: dict[str, str | None] = {"": ""}
        self._outside: dict[str, bool] = {}

    def find(self, name: str) -> str | None:
        """Name, relative to the folder and with ``/``, of the file that a list calls ``name``.

        None if there is no such file.

        Raises:
            ValueError: ``name`` is empty, absolute, has a drive letter, ``..`` or control characters.
            UserError: several files could be meant.
        """
        name = tidy(name)
        if len(name) > _LONGEST:
            return None
        folder, _, file = name.rpartition("/")
        place = self._folder(folder)
        if place is None:
            return None
        if file in self._folders[place].files:
            return f"{place}/{file}" if place else file
        alike = self._alike(self._folders[place].files_alike, place, file)
        return alike and (f"{place}/{alike}" if place else alike)

    def leaves(self, name: str) -> bool:
        """Whether a file that was found lies outside the folder, through a symbolic link."""
        folder, _, file = name.rpartition("/")
        if folder not in self._outside:
            self._outside[folder] = not self._within(self.root / folder)
        if self._outside[folder]:
            return True
        return file in self._folders[folder].links and not self._within(self.root / name)

    def files(self, folder: str) -> frozenset[str]:
        """Names of the files in a folder below the root, without its name; none if it is not there."""
        place = self._folder(folder)
        return frozenset() if place is None else self._folders[place].files

    def _folder(self, name: str) -> str | None:
        """Name of a folder as the disk has it."""
        unknown = []
        while name not in self._resolved:
            unknown.append(name)
            name = name.rpartition("/")[0]
        place = self._resolved[name]
        for name in reversed(unknown):
            place = self._resolved[name] = self._inner(place, name.rpartition("/")[2])
        return place

    def _inner(self, above: str | None, name: str) -> str | None:
        if above is None:
            return None
        inner = self._folders[above]
        actual = name if name in inner.folders else self._alike(inner.folders_alike, above, name)
        if actual is None:
            return None
        place = f"{above}/{actual}" if above else actual
        self._folders.setdefault(place, _Folder(os.path.join(self.root, place)))
        return place

    def _alike(self, levels: "_Levels", place: str, name: str) -> str | None:
        for key, names in levels:
            candidates = names.get(key(name), ())
            if len(candidates) > 1:
                shown = " or ".join(repr(candidate) for candidate in candidates[:2])
                raise UserError(
                    f"{self.root / place}: {name!r} may be {shown}: write it as it is there, or rename one"
                )
            if candidates:
                return candidates[0]
        return None

    def _within(self, path: Path) -> bool:
        try:
            return path.resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):  # a loop of links
            return False


def tidy(name: str) -> str:
    """A relative path with ``/``, without ``.`` and repeated slashes.

    Raises:
        ValueError: it is empty, absolute, has a drive letter, ``..`` or control characters.
    """
    plain = name.replace("\\", "/")
    if not plain.strip("/. ") or _LEAVES.search(plain):
        raise ValueError(f"{name!r} is not a path inside the folder")
    if "/." in plain or "//" in plain or plain.startswith("./"):
        plain = "/".join(part for part in plain.split("/") if part not in ("", "."))
    return plain


def composed(name: str) -> str:
    """``name`` with letters and their marks composed, as Windows, Linux and CSV files have them."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def caseless(name: str) -> str:
    """``name`` as a system sees it that ignores case."""
    return name.lower() if name.isascii() else composed(unicodedata.normalize("NFD", name).casefold())


_Levels = list[tuple[Callable[[str], str], Mapping[str, list[str]]]]


class _Folder:
    """Names of the files and folders in one folder, read when they are first asked for."""

    def __init__(self, path: str) -> None:
        self._path = path

    @cached_property
    def _read(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        files, folders, links = [], [], []
        try:
            with os.scandir(self._path) as entries:
                for entry in entries:
                    if entry.is_symlink():
                        links.append(entry.name)
                    if is_file(entry):
                        files.append(entry.name)
                    elif is_folder(entry):
                        folders.append(entry.name)
        except (OSError, ValueError):  # gone, not to be read, or no name for a file
            pass
        return frozenset(files), frozenset(folders), frozenset(links)

    @property
    def files(self) -> frozenset[str]:
        return self._read[0]

    @property
    def folders(self) -> frozenset[str]:
        return self._read[1]

    @property
    def links(self) -> frozenset[str]:
        return self._read[2]

    @cached_property
    def files_alike(self) -> _Levels:
        return _levels(self.files)

    @cached_property
    def folders_alike(self) -> _Levels:
        return _levels(self.folders)


def _levels(names: frozenset[str]) -> _Levels:
    """Names by what is alike in them: composed letters first, then case as well."""
    levels = []
    for key in (composed, caseless):
        alike: dict[str, list[str]] = {}
        for name in sorted(names):
            alike.setdefault(key(name), []).append(name)
        levels.append((key, alike))
    return levels
