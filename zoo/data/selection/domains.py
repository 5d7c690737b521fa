"""Two domains: images with one or another value of an attribute, or in one or another folder."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from zoo.attributes import UNKNOWN, Attribute
from zoo.data.layouts import folder as folder_layout
from zoo.data.layouts.layout import DataFolder
from zoo.data.layouts.recognition import Recognised, recognise
from zoo.data.layouts.shared.class_images import read_two_classes
from zoo.data.layouts.shared.image_tree import Tree, check_no_splits
from zoo.data.layouts.shared.labelled_images import CLASS, Column, LabelledImages
from zoo.data.listing import check_folder
from zoo.data.selection.attributes import attributes_with, code_of, column_of, restricted, the_attribute
from zoo.data.selection.images import image_set
from zoo.data.sets.image_set import ImageSet, say_counts
from zoo.data.sets.rejections import Rejection
from zoo.errors import UserError
from zoo.io.paths import LEAVES


@dataclass(frozen=True)
class Domains:
    """Two domains, and what else the data has of their kind; all of one look at the data.

    Attributes:
        both: images of A and of B, with one attribute whose values are the two domains: all labels
            0, and all 1.
        others: images that have another value of the attribute that tells the domains apart, under
            the same restrictions; their attribute has all values, A and B among them. There may be
            no such images. None where the attribute has no other values, as where the domains are
            folders that are not classes: two roots, paths, and A/ and B/ in any form.
    """

    both: tuple[ImageSet, ImageSet]
    others: ImageSet | None = None


def find_domains(
    root: Path | str | tuple[Path | str, Path | str],
    a: str | None = None,
    b: str | None = None,
    attribute: str | None = None,
    layout: str = "auto",
    where: Sequence[str] = (),
) -> Domains:
    """Find the images of two domains, and those of other values.

    They are images that have the value ``a`` or ``b`` of an attribute, or those in two folders.

    Args:
        root: the folder; or two, one a domain.
        a, b: two values, or names of two folders in ``root``. They may be left out where it has
            trainA/ and trainB/, or A/ and B/, or where the attribute has exactly two values, as
            the folders of ``classes`` may be.
        attribute: which has the values; may be left out where exactly one has both.
        layout: as in ``read_images``.
        where: each ``"NAME=VALUE"``: only images with that value; with one of them, where a name
            is repeated.

    Raises:
        UserError: as ``find_images``; a domain without images.
    """
    a, b = (name if name is None else name.rstrip("/") or name for name in (a, b))
    if (a is None) != (b is None) or (a is not None and a == b):
        raise UserError(
            f"two domains are needed, from one to another, and {a!r} and {b!r} are given: name two"
        )
    if not isinstance(root, Path | str):
        return Domains(_of_two_roots(*map(Path, root), where))
    place = recognise(Path(root), "images", layout)
    tree = place.folder.tree if place.reader.by_folders else None
    values = [] if tree is None else tree.parts.values
    if a is None and attribute is None and {"A", "B"} <= set(values):
        a, b = "A", "B"
    images, folder = None, _folder_of(place, tree, a, b)
    if folder is not None and tree is not None and attribute in (None, CLASS):
        images = read_two_classes(folder, (a, b), tree)
    if images is None:
        images = place.read()
        if folder is not None and attribute is None and not attributes_with(images, a, b):
            images = read_two_classes(folder, (a, b), tree)
    kept, condition = restricted(images, where)
    if attribute is None:
        attribute = the_attribute(images, a, b, kept, condition)
    column = column_of(images, attribute)
    if a is None:
        if len(column.values) != 2:
            counts = say_counts(column.values, column.codes)
            raise UserError(f"{root}: which two domains? {attribute} has {counts}: name two of them")
        a, b = column.values
    both = []
    for name in (a, b):
        chosen = np.flatnonzero(kept & (column.codes == code_of(images, attribute, column, name)))
        if not len(chosen):
            raise UserError(
                f"{root}: no image has {attribute}={name}{condition}; there {attribute} has "
                f"{say_counts(column.values, column.codes[kept])}: choose others"
            )
        both.append(chosen)
    named = (Attribute(attribute, (a, b)),)
    labels = [np.full((len(images.names), 1), label, np.int32) for label in (0, 1)]
    notes = [f"images{condition}"] if where else []
    neither = np.ones(len(images.names), bool)
    neither[np.concatenate(both)] = False
    rejected = (partial(_of_neither, images, neither, kept, condition, column, named[0]),)
    rest = replace(images, rejected=())  # what was left out is reported once, with A
    domains = (
        image_set(images, labels[0], named, both[0], notes, rejected),
        image_set(rest, labels[1], named, both[1], notes),
    )
    if len(column.values) == 2:
        return Domains(domains)
    others = np.flatnonzero(kept & (column.codes != UNKNOWN) & neither)
    known = (Attribute(attribute, column.values),)
    return Domains(domains, image_set(rest, column.codes[:, None], known, others, notes))


def _of_neither(
    images: LabelledImages,
    neither: np.ndarray,
    kept: np.ndarray,
    condition: str,
    column: Column,
    domains: Attribute,
) -> Iterator[Rejection]:
    """Images of neither domain, and why.

    Args:
        images: all images.
        neither: bool (N,), which of them are in neither domain.
        kept: bool (N,), which of them meet the condition.
        condition: in words.
        column: the attribute that tells the domains apart.
        domains: its two values that are the domains.
    """
    a, b = domains.values
    for i in np.flatnonzero(neither):
        code = column.codes[i]
        if not kept[i]:
            reason = f"not{condition}"
        elif code == UNKNOWN:
            reason = f"no value of {domains.name}"
        else:
            reason = f"{domains.name} is {column.values[code]}, neither {a} nor {b}"
        yield Rejection(os.path.join(images.root, images.names[i]), "", reason, "attributes")


def _folder_of(place: Recognised, tree: Tree | None, *names: str | None) -> Path | None:
    """The folder in which these are the data set's classes, or paths of folders; None if they are neither."""
    if None in names:
        return None
    if tree is not None and set(names) <= set(tree.parts.values):
        return place.folder.path
    if any(re.search(LEAVES, name) or not name.strip("/. ") for name in names):
        return None
    roots = (place.folder.path, place.named)
    return next((root for root in roots if all((root / name).is_dir() for name in names)), None)


def _of_two_roots(a: Path, b: Path, where: Sequence[str]) -> tuple[ImageSet, ImageSet]:
    if where:
        raise UserError(f"`where` {where[0]}: two folders of images have no attributes: leave it out")
    for root in (a, b):
        check_folder(root, "images")
    check_no_splits(a.name, b.name)
    choices = ((a.name, b.name), (a.parent.name, b.parent.name), (str(a), str(b)))
    names = next((both for both in choices if all(both) and both[0] != both[1]), choices[-1])
    sides = [folder_layout.read(DataFolder(root)) for root in (a, b)]
    return tuple(
        image_set(
            images,
            np.full((len(images.names), 1), label, np.int32),
            (Attribute("class", names),),
            np.arange(len(images.names)),
        )
        for label, images in enumerate(sides)
    )
