"""Recognises the layout of a folder, for pairs and for labelled images alike."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zoo.data.layouts.layout import DataFolder, Reader
from zoo.data.layouts.registry import Kind, layout, names
from zoo.data.listing import check_folder, folders_in, list_images
from zoo.errors import UserError

_WRAPPERS = 3  # folders around a data set, as archives unpack into, that are looked through


@dataclass(frozen=True)
class Recognised:
    """Where a data set is, and in which layout.

    Attributes:
        named: the folder that was named.
        folder: the data set's: that one, or one in it.
        name: of the layout.
        reader: of the layout.
    """

    named: Path
    folder: DataFolder
    name: str
    reader: Reader

    def read(self) -> Any:
        """What the folder holds: a ``PairSet`` or ``LabelledImages``.

        Raises:
            UserError: something is missing or malformed.
        """
        contents = self.reader.read(self.folder)
        within = self.folder.path.relative_to(self.named).as_posix()
        return contents if within == "." else replace(contents, why=f"{contents.why}, in {within}/")


def recognise(named: Path, kind: Kind, chosen: str = "auto") -> Recognised:
    """Recognise the data set in a folder.

    For labelled images a folder that holds the data set's folder alone, as an unpacked archive does,
    is looked through.

    Args:
        named: the folder.
        kind: what it should give.
        chosen: the name of a layout of that kind, or "auto" for the one that the folder shows.

    Raises:
        UserError: no such folder or layout; none that matches, or several.
    """
    known = names(kind)
    if chosen not in ("auto", *known):
        raise UserError(f"`layout` {chosen}: no such layout; choose from auto, {', '.join(known)}")
    check_folder(named, kind)
    readers = {name: getattr(layout(name), kind) for name in (known if chosen == "auto" else (chosen,))}
    marked = {name: reader for name, reader in readers.items() if not reader.by_folders}
    if marked:
        folder = _with_mark(named, marked) if kind == "images" else DataFolder(named)
        if chosen != "auto":
            return Recognised(named, folder, chosen, marked[chosen])
        evidence = _evidence(folder, marked)
        if len(evidence) > 1:
            reasons = "; ".join(f"{name}, because {reason}" for name, reason in evidence.items())
            choices = " or ".join(f"`layout` {name}" for name in evidence)
            raise UserError(
                f"{folder.path} matches {len(evidence)} layouts: {reasons}: choose with {choices}"
            )
        for name in evidence:
            return Recognised(named, folder, name, marked[name])
    by_folders = {name: reader for name, reader in readers.items() if reader.by_folders}
    if by_folders:
        folder = _with_classes(named, splits_only=chosen == "folder")
        for name, reader in by_folders.items():
            if chosen != "auto" or reader.evidence(folder) is not None:
                return Recognised(named, folder, name, reader)
    raise _nothing_recognised(folder, kind, readers)


def _evidence(folder: DataFolder, readers: Mapping[str, Reader]) -> dict[str, str]:
    """Layouts that the folder shows, and what shows them."""
    reasons = {name: reader.evidence(folder) for name, reader in readers.items()}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _with_mark(named: Path, readers: Mapping[str, Reader]) -> DataFolder:
    """The folder with a layout's mark: the one that is named, or the only one in it that has one."""

    def has_mark(path: Path) -> bool:
        return bool(_evidence(DataFolder(path), readers))

    path = named
    for _ in range(_WRAPPERS):
        if has_mark(path):
            return DataFolder(path)
        inner = folders_in(path)
        having = [name for name in inner if has_mark(path / name)]
        if len(having) == 1 and (len(readers) == 1 or not _images_beside(path, having[0])):
            return DataFolder(path / having[0])
        if len(inner) != 1:
            break
        path = path / inner[0]
    return DataFolder(named)


def _images_beside(root: Path, inner: str) -> bool:
    """Whether there are images in a folder but not in this one in it."""
    others = [name for name in folders_in(root) if name != inner]
    return bool(list_images(root, below=False).names) or any(
        list_images(root / name).names for name in others
    )


def _with_classes(named: Path, splits_only: bool = False) -> DataFolder:
    """The folder, or the only one in it that holds images, if that has splits or classes."""
    folder = outer = DataFolder(named)
    for _ in range(_WRAPPERS):
        tree = folder.tree
        if tree.parts.splits or (tree.has_classes and not splits_only):
            return folder
        inner = {name.partition("/")[0] if "/" in name else "" for name in tree.names}
        if len(inner) != 1 or "" in inner:
            break
        folder = DataFolder(folder.path / inner.pop())
    return outer


def _nothing_recognised(folder: DataFolder, kind: Kind, readers: Mapping[str, Reader]) -> UserError:
    """What is wrong with a folder that shows no layout."""
    if not any(folder.path.iterdir()):
        return UserError(f"{folder.path} is empty: give a folder that holds {kind}")
    for reader in readers.values():
        if reader.explain is not None:
            reader.explain(folder)
    notes = "".join(f"; {note}" for note in list_images(folder.path).notes())
    *first, last = (f"{reader.expects} ({name})" for name, reader in readers.items())
    return UserError(f"{folder.path} has no {kind}: expected {', '.join(first)}, or {last}{notes}")
