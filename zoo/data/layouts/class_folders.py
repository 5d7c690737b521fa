"""Reads images whose labels are the folders that they lie in, and images without labels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoo.data.layouts.found import CLASS, Column, Found, held_out_note
from zoo.data.layouts.split_folders import (
    Part,
    Parts,
    class_parts,
    is_test,
    parts_of,
    placed,
    sides,
    unused_folders,
)
from zoo.data.listing import Listing, folders_in, list_images
from zoo.errors import UserError

_NAMED = 4  # folders that are named; of more the number is said


@dataclass(frozen=True)
class Tree:
    """The images in a folder and below it.

    Attributes:
        root: the folder.
        listing: its images.
        parts: what the folders in it are.
    """

    root: Path
    listing: Listing
    parts: Parts

    @property
    def names(self) -> list[str]:
        """Names of the images, relative to the root."""
        return self.listing.names

    @property
    def has_classes(self) -> bool:
        """Whether the folders are those of classes: two at least, and no images beside them."""
        beside = any("/" not in name for name in self.names)
        return len(self.parts.values) > 1 and (self.parts.certain or not beside)


def tree_of(root: Path) -> Tree:
    """List a folder. Links to folders count in the root and in its splits, not below.

    Raises:
        UserError: a folder cannot be read.
    """
    listing = _list(root)
    return Tree(root, listing, parts_of(listing.names))


def read_classes(tree: Tree) -> Found:
    """Images in a folder each class, or in splits of a folder each class.

    Raises:
        UserError: there are no such folders, none to train on, or data sets in their place.
    """
    if not any("/" in name for name in tree.names):
        raise UserError(f"{tree.root} has no folders in it, one a class: make them, or give another --layout")
    _check_training(tree)
    if sets := tree.parts.sets:
        raise UserError(
            f"{tree.root} holds {_named([f'{name}/' for name in sets])}, with two domains in each: "
            f"give one, as {tree.root / sets[0]}"
        )
    why = _why(tree) or "there is a folder for each class"
    return _found(tree.root, tree.listing, tree.parts.parts, tree.parts.values, why)


def read_two_classes(root: Path, folders: tuple[str, str], tree: Tree | None = None) -> Found:
    """Images of two classes, and of the others that the data set has.

    Args:
        root: the folder.
        folders: the classes, or folders in ``root``; their images have these names as values.
        tree: of the data set; where it is none or of another folder, or its classes have other names,
            only the two folders are read. So are classes A and B: what lies beside them is no third.

    Raises:
        UserError: one of them has no images.
    """
    parts = _parts_named(tree.parts, folders) if tree is not None and tree.root == root else []
    why = None
    if parts:
        listing, why = tree.listing, _why(tree)
    else:
        check_no_splits(*folders)
        listing = _joined({name: _list(root / name) for name in folders})
        for name in folders:
            below = [each.removeprefix(f"{name}/") for each in listing.names if each.startswith(f"{name}/")]
            if not below:
                raise UserError(f"{root / name} has no images: put some there, or name another folder")
            inner = {each.partition("/")[0] if "/" in each else "" for each in below}
            parts += class_parts(name, name, inner)
    values = sorted({part.value for part in parts if not part.test})
    return _found(root, listing, parts, values, why or f"{' and '.join(folders)} are folders")


def check_no_splits(a: str, b: str) -> None:
    """Raise ``UserError`` if folders that are given as domains are one to train on and one for testing."""
    if {is_test(a), is_test(b)} == {True, False}:
        raise UserError(
            f"{a} and {b} are splits of a data set and no two domains: give the folder that they are in, "
            "or a folder each domain"
        )


def read_folder(tree: Tree) -> Found:
    """All images in a folder and in those below it.

    Raises:
        UserError: there are none, or none to train on.
    """
    if not tree.names:
        said = "".join(f"; {note}" for note in tree.listing.notes())
        raise UserError(
            f"{tree.root} has no images, nor have the folders in it{said}: give a folder of images"
        )
    _check_training(tree)
    test = np.array(sides(tree.names), bool)
    where = _test_folders(tree.parts.parts, tree.parts)
    notes = [held_out_note(where, test)] if test.any() else []
    notes += tree.listing.notes()
    names = np.array(tree.names, object)
    return Found(
        "folder", tree.root, names, {}, "it holds images and no labels", notes,
        own_test=test if test.any() else None,
    )  # fmt: skip


def _why(tree: Tree) -> str | None:
    """What splits of classes are recognised by; None where there are no splits outside the classes."""
    splits = sorted(tree.parts.splits, key=lambda name: (tree.parts.splits[name], name))
    return f"{_named([f'{name}/' for name in splits])} hold the images of each class" if splits else None


def _list(root: Path, links: bool = True) -> Listing:
    here = list_images(root, below=False)
    inner = {
        name: _list(root / name) if links and is_test(name) is not None else list_images(root / name)
        for name in folders_in(root)
    }
    joined = _joined(inner)
    skipped = here.skipped + joined.skipped
    skipped["link to a folder"] -= sum((root / name).is_symlink() for name in inner)
    return Listing([*here.names, *joined.names], +skipped)


def _joined(listings: dict[str, Listing]) -> Listing:
    names = [f"{folder}/{name}" for folder, listing in listings.items() for name in listing.names]
    return Listing(names, sum((listing.skipped for listing in listings.values()), Counter()))


def _parts_named(parts: Parts, names: tuple[str, str]) -> list[Part]:
    """The parts of all classes, if two are named so, by their values or by folders that are trained on.

    The two get the names as values. Of A and B there are only the two.
    """
    if set(names) <= set(parts.values):
        every = set(names) != {"A", "B"}
        return [part for part in parts.parts if every or part.value in names]
    values = {part.folder: part.value for part in parts.parts if not part.test}
    if not set(names) <= set(values) or values[names[0]] == values[names[1]]:
        return []
    name_of = {values[name]: name for name in names}
    return [
        Part(part.folder, name_of.get(part.value, part.value), part.test)
        for part in parts.parts
        if part.value in name_of or part.value not in names
    ]


def _check_training(tree: Tree) -> None:
    if tree.parts.splits and all(tree.parts.splits.values()):
        splits = list(tree.parts.splits)
        raise UserError(
            f"{tree.root} holds images for testing only ({_named([f'{name}/' for name in splits])}): "
            f"add train/, or give {tree.root / splits[0]} itself to train on it"
        )


def _found(root: Path, listing: Listing, parts: Sequence[Part], values: Sequence[str], why: str) -> Found:
    place = np.array(placed(listing.names, parts), int)
    used = place >= 0
    names, place = np.array(listing.names, object)[used], place[used]
    codes = np.array([values.index(part.value) for part in parts], np.int32)[place]
    test = np.array([part.test for part in parts], bool)[place]
    order = np.lexsort((test, codes))  # class by class, as the values are; those for testing last
    column = Column(tuple(values), codes[order])
    notes = [held_out_note(_test_folders(parts), test)] if test.any() else []
    if unused := unused_folders(listing.names, parts):
        said = [f"{folder}/ ({_images(count)})" for folder, count in sorted(unused.items()) if folder]
        if len(said) > _NAMED:
            said = [f"{len(said):,} other folders"]
        if beside := unused[""]:
            said.append(f"{_images(beside)} beside the folders")
        notes.append(f"not used: {', '.join(said)}")
    return Found(
        "classes", root, names[order], {CLASS: lambda: column}, why, [*notes, *listing.notes()],
        own_test=test[order] if test.any() else None,
    )  # fmt: skip


def _test_folders(parts: Sequence[Part], tree: Parts | None = None) -> str:
    """The folders for testing, as one would say them."""
    folders = [part.folder for part in parts if part.test]
    if tree is not None:
        folders += [name for name, test in tree.splits.items() if test]
    shared = {f"{folder.partition('/')[0]}/" for folder in folders if is_test(folder.partition("/")[0])}
    return _named(sorted(shared) if shared else [f"{folder}/" for folder in folders])


def _named(names: Sequence[str]) -> str:
    shown = names if len(names) <= _NAMED else [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1:,} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _images(count: int) -> str:
    return f"{count:,} image{'' if count == 1 else 's'}"
