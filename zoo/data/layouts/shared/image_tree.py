"""A tree of folders of images, and the classes and splits that its folders are."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zoo.data.layouts.shared.split_folders import Part, Parts, is_test, parts_of
from zoo.data.listing import Listing, folders_in, joined, list_images
from zoo.errors import UserError

FOLDERS_NAMED = 4
"""Folders that are named in a message; of more the number is given."""


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
    listing = list_tree(root)
    return Tree(root, listing, parts_of(listing.names))


def check_no_splits(a: str, b: str) -> None:
    """Raise ``UserError`` if folders that are given as domains are one to train on and one for testing."""
    if {is_test(a), is_test(b)} == {True, False}:
        raise UserError(
            f"{a} and {b} are splits of a data set and no two domains: give the folder that they are in, "
            "or a folder each domain"
        )


def list_tree(root: Path) -> Listing:
    """The images in a folder and below it; links to folders count in the root and in its splits."""
    here = list_images(root, below=False)
    inner = {
        name: list_tree(root / name) if is_test(name) is not None else list_images(root / name)
        for name in folders_in(root)
    }
    listing = joined({"": here, **inner})
    followed = {name for name in inner if (root / name).is_symlink()}
    listing.skipped["link to a folder"] -= len(followed)
    passed_over = [(name, kind) for name, kind in listing.passed_over if name not in followed]
    return Listing(listing.names, +listing.skipped, passed_over)


def check_training(tree: Tree) -> None:
    """Raise ``UserError`` if all splits are for testing."""
    if tree.parts.splits and all(tree.parts.splits.values()):
        splits = list(tree.parts.splits)
        raise UserError(
            f"{tree.root} holds images for testing only ({named_folders([f'{name}/' for name in splits])}): "
            f"add train/, or give {tree.root / splits[0]} itself to train on it"
        )


def folders_for_testing(parts: Sequence[Part], tree: Parts | None = None) -> str:
    """The folders for testing, as one would say them."""
    folders = [part.folder for part in parts if part.test]
    if tree is not None:
        folders += [name for name, test in tree.splits.items() if test]
    shared = {f"{folder.partition('/')[0]}/" for folder in folders if is_test(folder.partition("/")[0])}
    return named_folders(sorted(shared) if shared else [f"{folder}/" for folder in folders])


def named_folders(names: Sequence[str]) -> str:
    """Some of the names, as one would say them: "a/, b/ and 3 more"."""
    shown = (
        names
        if len(names) <= FOLDERS_NAMED
        else [*names[: FOLDERS_NAMED - 1], f"{len(names) - FOLDERS_NAMED + 1:,} more"]
    )
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
