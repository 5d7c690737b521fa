"""Finds labelled images in a folder, whichever layout it has, and says why it thinks so.

==============  ===================================================================================
layout          what the folder holds
==============  ===================================================================================
``catalogue``   ``data.csv``: the product images, its columns as attributes
``celeba``      ``list_attr_celeba.txt`` or Kaggle's ``.csv``, and ``img_align_celeba/``: attributes
                that are "no" or "yes"
``styles``      ``styles.csv`` and ``images/<id>.jpg``: its columns as attributes
``deepfashion`` ``Anno/list_attr_img.txt``, ``Anno/list_attr_cloth.txt`` and ``img/``: attributes that
                are "no" or "yes", and "category"
``idx``         ``train-images-idx3-ubyte`` and ``train-labels-idx1-ubyte``, plain or ``.gz``:
                one attribute, "class"
``classes``     a folder for each value of one attribute, "class"
``folder``      images, also in folders, and no attribute
==============  ===================================================================================

What a data set itself keeps for testing is held out and never trained on: ``test/``, ``val/`` and
their like (above the folders of the classes, in them, or in one name, as ``testA/`` and
``test_shirts/``), the partitions that CelebA and DeepFashion list, and the ``t10k`` files.

The folder may also be one that holds that folder alone, as an unpacked archive does.

An attribute is asked for as ``"NAME"``, with all its values that occur, sorted; or as
``"NAME:LOW:HIGH"``, with these two values in this order, images with another value being unknown
in it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoo.attributes import UNKNOWN, Attribute
from zoo.data.layouts.class_folders import check_no_splits, read_folder, read_two_classes, tree_of
from zoo.data.layouts.found import CLASS, Found
from zoo.data.layouts.image_attributes import (
    asked,
    attributes_with,
    code_of,
    column_of,
    occurring,
    restricted,
    the_attribute,
)
from zoo.data.layouts.image_readers import LAYOUTS, Place, place_of
from zoo.data.listing import check_folder
from zoo.data.sets.image_set import ImageSet, say_counts
from zoo.errors import UserError
from zoo.io.paths import LEAVES

__all__ = ["LAYOUTS", "Domains", "find_domains", "find_images", "look", "look_for_domains", "select_images"]


@dataclass(frozen=True)
class Domains:
    """Two domains, and what else the data has of their kind; all of one look at the data.

    Attributes:
        both: images of A and of B, with one attribute whose values are the two domains: all labels
            0, and all 1.
        others: images that have another value of the attribute that tells the domains apart, under
            the same restrictions; their attribute has all values, A and B among them. There may be
            no such images. None where the attribute has no other values, as where the domains are
            folders that are no classes: two roots, paths, and A/ and B/ in whichever form.
    """

    both: tuple[ImageSet, ImageSet]
    others: ImageSet | None = None


def look(root: Path | str, layout: str = "auto") -> Found:
    """What a folder of images holds, whichever labels are asked for.

    Args:
        root: the folder.
        layout: one of ``LAYOUTS``, or ``"auto"`` to recognise it.

    Raises:
        UserError: no such folder, no images, two layouts that match, or a file that is malformed.
    """
    return place_of(Path(root), layout).read()


def find_images(
    root: Path | str, attributes: Sequence[str] = (), layout: str = "auto", complete: bool = False
) -> ImageSet:
    """Find the images in a folder, with the attributes asked for: ``select_images`` of ``look``."""
    return select_images(look(root, layout), attributes, complete)


def select_images(found: Found, attributes: Sequence[str] = (), complete: bool = False) -> ImageSet:
    """The images of a folder, with the attributes asked for.

    Args:
        found: what the folder holds.
        attributes: each ``"NAME"`` or ``"NAME:LOW:HIGH"``; see above.
        complete: leave out images in which one of the attributes is unknown, and then the values
            of ``"NAME"`` that no image is left with.

    Raises:
        UserError: no such attribute or value.
    """
    kinds = [asked(found, wanted) for wanted in attributes]
    names = [attribute.name for attribute, _ in kinds]
    if double := next((name for i, name in enumerate(names) if name in names[:i]), None):
        raise UserError(f"attribute {double} is asked for twice: name it once")
    kept, notes = np.ones(len(found.names), bool), []
    if complete:
        for _, codes in kinds:
            kept &= codes != UNKNOWN
        if not kept.any():
            raise UserError(
                f"{found.root}: no image has a value in each of {', '.join(names)}: ask for fewer "
                "attributes, or do not leave out the incomplete"
            )
        if not kept.all():
            notes = [f"left out: {_images(int((~kept).sum()))} without a value in {' or '.join(names)}"]
        kinds = [occurring(attribute, np.where(kept, codes, UNKNOWN)) for attribute, codes in kinds]
        for wanted, (attribute, _) in zip(attributes, kinds, strict=True):
            if wanted != attribute.name and len(attribute.values) < 2:
                raise UserError(
                    f"{found.root}: of {wanted} only {attribute.values[0]!r} is left among the images with a "
                    f"value in each of {', '.join(names)}: ask for other values or fewer attributes"
                )
    labels = np.empty((len(kept), len(kinds)), np.int32)
    for place, (_, codes) in enumerate(kinds):
        labels[:, place] = codes
    return _image_set(found, labels, tuple(attribute for attribute, _ in kinds), np.flatnonzero(kept), notes)


def find_domains(
    root: Path | str | tuple[Path | str, Path | str],
    a: str | None = None,
    b: str | None = None,
    attribute: str | None = None,
    layout: str = "auto",
    where: Sequence[str] = (),
) -> tuple[ImageSet, ImageSet]:
    """Find the images of two domains: ``both`` of ``look_for_domains``."""
    return look_for_domains(root, a, b, attribute, layout, where).both


def look_for_domains(
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
        layout: one of ``LAYOUTS``, or ``"auto"``.
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
    place = place_of(Path(root), layout)
    values = [] if place.tree is None else place.tree.parts.values
    if a is None and attribute is None and {"A", "B"} <= set(values):
        a, b = "A", "B"
    found, folder = None, _folder_of(place, a, b)
    if folder is not None and place.tree is not None and attribute in (None, CLASS):
        found = read_two_classes(folder, (a, b), place.tree)
    if found is None:
        found = place.read()
        if folder is not None and attribute is None and not attributes_with(found, a, b):
            found = read_two_classes(folder, (a, b), place.tree)
    kept, said = restricted(found, where)
    if attribute is None:
        attribute = the_attribute(found, a, b, kept, said)
    column = column_of(found, attribute)
    if a is None:
        if len(column.values) != 2:
            counts = say_counts(column.values, column.codes)
            raise UserError(f"{root}: which two domains? {attribute} has {counts}: name two of them")
        a, b = column.values
    both = []
    for name in (a, b):
        places = np.flatnonzero(kept & (column.codes == code_of(found, attribute, column, name)))
        if not len(places):
            raise UserError(
                f"{root}: no image has {attribute}={name}{said}; there {attribute} has "
                f"{say_counts(column.values, column.codes[kept])}: choose others"
            )
        both.append(places)
    named = (Attribute(attribute, (a, b)),)
    labels = [np.full((len(found.names), 1), label, np.int32) for label in (0, 1)]
    notes = [f"images{said}"] if where else []
    domains = tuple(
        _image_set(found, label, named, places, notes) for label, places in zip(labels, both, strict=True)
    )
    if len(column.values) == 2:
        return Domains(domains)
    rest = kept & (column.codes != UNKNOWN)
    rest[np.concatenate(both)] = False
    known = (Attribute(attribute, column.values),)
    return Domains(domains, _image_set(found, column.codes[:, None], known, np.flatnonzero(rest), notes))


# --- folders as domains


def _folder_of(place: Place, *names: str | None) -> Path | None:
    """The folder in which these are the data set's classes, or paths of folders; None if they are neither."""
    if None in names:
        return None
    if place.tree is not None and set(names) <= set(place.tree.parts.values):
        return place.root
    if any(re.search(LEAVES, name) or not name.strip("/. ") for name in names):
        return None
    roots = (place.root, place.named)
    return next((root for root in roots if all((root / name).is_dir() for name in names)), None)


def _of_two_roots(a: Path, b: Path, where: Sequence[str]) -> tuple[ImageSet, ImageSet]:
    if where:
        raise UserError(f"--where {where[0]}: two folders of images have no attributes: leave it out")
    for root in (a, b):
        check_folder(root, "images")
    check_no_splits(a.name, b.name)
    choices = ((a.name, b.name), (a.parent.name, b.parent.name), (str(a), str(b)))
    names = next((both for both in choices if all(both) and both[0] != both[1]), choices[-1])
    found = [read_folder(tree_of(root)) for root in (a, b)]
    return tuple(
        _image_set(
            one,
            np.full((len(one.names), 1), label, np.int32),
            (Attribute("class", names),),
            np.arange(len(one.names)),
        )
        for label, one in enumerate(found)
    )


def _image_set(
    found: Found,
    labels: np.ndarray,
    attributes: tuple[Attribute, ...],
    places: np.ndarray,
    notes: Sequence[str] = (),
) -> ImageSet:
    """The images at these places."""
    everything = len(places) == len(found.names)
    return ImageSet(
        found.layout,
        found.root,
        found.names[places].tolist(),
        labels[places],
        attributes,
        found.why,
        (*found.notes, *notes),
        found.pixels if everything or found.pixels is None else found.pixels[places],
        None if found.own_test is None else found.own_test[places],
    )


def _images(count: int) -> str:
    return f"{count:,} image{'' if count == 1 else 's'}"
