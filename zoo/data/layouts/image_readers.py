"""The layouts of labelled images: what each is recognised by, and what reads it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from zoo.data.catalogue.reading import read_catalogue
from zoo.data.layouts.celeba import celeba_list, read_celeba
from zoo.data.layouts.class_folders import Tree, read_classes, read_folder, tree_of
from zoo.data.layouts.deepfashion import deepfashion_list, read_deepfashion
from zoo.data.layouts.found import NO_ATTRIBUTES, Found, text_column
from zoo.data.layouts.idx_images import idx_list, read_idx_images
from zoo.data.layouts.styles import LIST as STYLES
from zoo.data.layouts.styles import read_styles
from zoo.data.listing import check_folder, folders_in, list_images
from zoo.errors import UserError

_WRAPPERS = 3  # folders around a data set, as archives unpack into, that are looked through


@dataclass(frozen=True)
class Lookup:
    """How a layout with a list is recognised and read.

    Attributes:
        evidence: folder → name of the list in it, or None.
        read: folder → what it holds.
    """

    evidence: Callable[[Path], str | None]
    read: Callable[[Path], Found]


def read_catalogue_images(root: Path) -> Found:
    """Product images of a catalogue, its columns as attributes; an empty cell is unknown."""
    catalogue = read_catalogue(root)
    rows, notes = catalogue.rows, list(catalogue.notes)
    columns = {name: partial(text_column, rows[name]) for name in rows if name not in NO_ATTRIBUTES}
    return Found("catalogue", root, rows["img_path"].to_numpy(object), columns, "data.csv is there", notes)


def _named(name: str) -> Callable[[Path], str | None]:
    return lambda root: name if (root / name).is_file() else None


_LISTED = {
    "catalogue": Lookup(_named("data.csv"), read_catalogue_images),
    "celeba": Lookup(celeba_list, read_celeba),
    "styles": Lookup(_named(STYLES), read_styles),
    "deepfashion": Lookup(deepfashion_list, read_deepfashion),
    "idx": Lookup(idx_list, read_idx_images),
}
_FOLDERS = {"classes": read_classes, "folder": read_folder}
LAYOUTS = (*_LISTED, *_FOLDERS)


@dataclass(frozen=True)
class Place:
    """Where a data set is, and in which layout.

    Attributes:
        named: the folder that was named.
        root: the data set's folder: that one, or one in it.
        layout: one of ``LAYOUTS``.
        tree: its images, where the layout has no list.
    """

    named: Path
    root: Path
    layout: str
    tree: Tree | None = None

    def read(self) -> Found:
        """What it holds.

        Raises:
            UserError: something is missing or malformed.
        """
        if self.tree is None:
            found = _LISTED[self.layout].read(self.root)
        else:
            found = _FOLDERS[self.layout](self.tree)
        within = self.root.relative_to(self.named).as_posix()
        return found if within == "." else replace(found, why=f"{found.why}, in {within}/")


def place_of(named: Path, layout: str = "auto") -> Place:
    """Recognise the data set in a folder.

    A folder that holds the data set's folder alone, as an unpacked archive does, is looked through.

    Args:
        named: the folder.
        layout: one of ``LAYOUTS``, or "auto" for the one that it shows.

    Raises:
        UserError: no such folder or layout, or two layouts that match.
    """
    if layout not in ("auto", *LAYOUTS):
        raise UserError(f"--layout {layout}: no such layout; choose from auto, {', '.join(LAYOUTS)}")
    check_folder(named, "images")
    if layout not in _FOLDERS:
        root = _with_list(named, layout)
        evidence = evidence_in(root)
        if layout in _LISTED:
            return Place(named, root, layout)
        if len(evidence) > 1:
            because = "; ".join(f"{each}, because {name} is there" for each, name in evidence.items())
            choices = " or ".join(f"--layout {each}" for each in evidence)
            raise UserError(f"{root} matches {len(evidence)} layouts: {because}: choose with {choices}")
        if evidence:
            return Place(named, root, next(iter(evidence)))
    tree = _with_folders(named, layout)
    if layout == "auto":
        layout = "classes" if tree.has_classes else "folder"
    return Place(named, tree.root, layout, tree)


def evidence_in(root: Path) -> dict[str, str]:
    """Layouts that a list in a folder gives away, and its name."""
    names = {layout: lookup.evidence(root) for layout, lookup in _LISTED.items()}
    return {layout: name for layout, name in names.items() if name is not None}


def _with_list(named: Path, layout: str) -> Path:
    """The folder with the list: the one that is named, or the only one in it that has one."""

    def has_list(folder: Path) -> bool:
        evidence = evidence_in(folder)
        return bool(evidence) if layout == "auto" else layout in evidence

    root = named
    for _ in range(_WRAPPERS):
        if has_list(root):
            return root
        inner = folders_in(root)
        having = [name for name in inner if has_list(root / name)]
        if len(having) == 1 and (layout != "auto" or not _images_beside(root, having[0])):
            return root / having[0]
        if len(inner) != 1:
            break
        root = root / inner[0]
    return named


def _images_beside(root: Path, inner: str) -> bool:
    """Whether there are images in a folder but not in this one in it."""
    others = [name for name in folders_in(root) if name != inner]
    return bool(list_images(root, below=False).names) or any(
        list_images(root / name).names for name in others
    )


def _with_folders(named: Path, layout: str) -> Tree:
    """What the folder holds, or the only folder in it that holds images, if that has splits or classes."""
    tree = outer = tree_of(named)
    for _ in range(_WRAPPERS):
        if tree.parts.splits or (tree.has_classes and layout != "folder"):
            return tree
        folders = {name.partition("/")[0] if "/" in name else "" for name in tree.names}
        if len(folders) != 1 or "" in folders:
            break
        tree = tree_of(tree.root / folders.pop())
    return outer
