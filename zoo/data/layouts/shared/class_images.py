"""Images whose labels are the folders that they lie in."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from zoo.data.layouts.shared.image_tree import (
    FOLDERS_NAMED,
    Tree,
    check_no_splits,
    folders_for_testing,
    list_tree,
    named_folders,
)
from zoo.data.layouts.shared.labelled_images import CLASS, Column, LabelledImages, held_out_note
from zoo.data.layouts.shared.split_folders import Part, Parts, class_parts, part_indices, unused_folders
from zoo.data.listing import Listing, joined
from zoo.data.sets.rejections import files_left_out, passed_over
from zoo.errors import UserError


def images_of_classes(
    root: Path, listing: Listing, parts: Sequence[Part], values: Sequence[str], why: str
) -> LabelledImages:
    """The images in the folders of some classes; what lies elsewhere is not used.

    Args:
        root: the folder.
        listing: all images in it.
        parts: the folders of the classes.
        values: the classes, in order.
        why: what shows that these are classes.
    """
    part_of = np.array(part_indices(listing.names, parts), int)
    all_names, used = np.array(listing.names, object), part_of >= 0
    names, part_of = all_names[used], part_of[used]
    codes = np.array([values.index(part.value) for part in parts], np.int32)[part_of]
    test = np.array([part.test for part in parts], bool)[part_of]
    order = np.lexsort((test, codes))  # class by class, as the values are; those for testing last
    column = Column(tuple(values), codes[order])
    notes = [held_out_note(folders_for_testing(parts), test)] if test.any() else []
    if unused := unused_folders(listing.names, parts):
        places = [f"{folder}/ ({_images(count)})" for folder, count in sorted(unused.items()) if folder]
        if len(places) > FOLDERS_NAMED:
            places = [f"{len(places):,} other folders"]
        if beside := unused[""]:
            places.append(f"{_images(beside)} beside the folders")
        notes.append(f"not used: {', '.join(places)}")
    rejected = files_left_out(root, all_names[~used], "not in the folder of a class", "folder")
    return LabelledImages(
        "classes", root, names[order], {CLASS: lambda: column}, why, [*notes, *listing.notes()],
        own_test=test[order] if test.any() else None, rejected=(*rejected, *passed_over(root, listing)),
    )  # fmt: skip


def read_two_classes(root: Path, folders: tuple[str, str], tree: Tree | None = None) -> LabelledImages:
    """Images of two classes, and of the others that the data set has.

    Args:
        root: the folder.
        folders: the classes, or folders in ``root``; their images have these names as values.
        tree: of the data set; where it is none or of another folder, or its classes have other names,
            only the two folders are read. So are classes A and B: what lies next to them is not a third.

    Raises:
        UserError: one of them has no images.
    """
    parts = _parts_named(tree.parts, folders) if tree is not None and tree.root == root else []
    why = None
    if parts:
        listing, why = tree.listing, why_of_splits(tree)
    else:
        check_no_splits(*folders)
        listing = joined({name: list_tree(root / name) for name in folders})
        for name in folders:
            below = [each.removeprefix(f"{name}/") for each in listing.names if each.startswith(f"{name}/")]
            if not below:
                raise UserError(f"{root / name} has no images: put some there, or name another folder")
            inner = {each.partition("/")[0] if "/" in each else "" for each in below}
            parts += class_parts(name, name, inner)
    values = sorted({part.value for part in parts if not part.test})
    return images_of_classes(root, listing, parts, values, why or f"{' and '.join(folders)} are folders")


def why_of_splits(tree: Tree) -> str | None:
    """What splits of classes are recognised by; None where there are no splits outside the classes."""
    splits = sorted(tree.parts.splits, key=lambda name: (tree.parts.splits[name], name))
    return (
        f"{named_folders([f'{name}/' for name in splits])} hold the images of each class" if splits else None
    )


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


def _images(count: int) -> str:
    return f"{count:,} image{'' if count == 1 else 's'}"
