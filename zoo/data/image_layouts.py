"""Finds labelled images in a folder, whichever layout it has, and says why it thinks so.

=============  ====================================================================================
layout         what the folder holds
=============  ====================================================================================
``catalogue``  ``data.csv``: the product images, its columns as attributes
``celeba``     ``list_attr_celeba.txt`` and ``img_align_celeba/``: attributes that are "no" or "yes"
``styles``     ``styles.csv`` and ``images/<id>.jpg``: its columns as attributes
``idx``        ``train-images-idx3-ubyte`` and ``train-labels-idx1-ubyte``, plain or ``.gz``:
               one attribute, "class"
``classes``    a folder for each value of one attribute, "class"
``folder``     images, also in folders, and no attribute
=============  ====================================================================================

An attribute is asked for as ``"NAME"``, with all its values that occur, sorted; or as
``"NAME:LOW:HIGH"``, with these two values in this order, images with another value being unknown
in it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from zoo.attributes import UNKNOWN, Attribute
from zoo.data.image_attributes import (
    asked,
    attributes_with,
    code_of,
    column_of,
    occurring,
    restricted,
    the_attribute,
)
from zoo.data.image_readers import (
    CELEBA_LIST,
    Found,
    class_folders,
    idx_file,
    read_catalogue_images,
    read_celeba,
    read_classes,
    read_folder,
    read_idx_images,
    read_styles,
)
from zoo.data.image_set import ImageSet, say_counts
from zoo.errors import UserError
from zoo.paths import LEAVES

_READERS: Mapping[str, Callable[[Path], Found]] = {
    "catalogue": read_catalogue_images,
    "celeba": read_celeba,
    "styles": read_styles,
    "idx": read_idx_images,
    "classes": read_classes,
    "folder": read_folder,
}
LAYOUTS = tuple(_READERS)
_BY_CONVENTION = (("trainA", "trainB"), ("A", "B"))  # folders of two domains, as CycleGAN's


def find_images(
    root: Path | str, attributes: Sequence[str] = (), layout: str = "auto", complete: bool = False
) -> ImageSet:
    """Find the images in a folder, with the attributes asked for.

    Args:
        root: the folder.
        attributes: each ``"NAME"`` or ``"NAME:LOW:HIGH"``; see above.
        layout: one of ``LAYOUTS``, or ``"auto"`` to recognise it.
        complete: leave out images in which one of the attributes is unknown, and then the values
            of ``"NAME"`` that no image is left with.

    Raises:
        UserError: no such folder or attribute or value, no images, two layouts that match, or a
            file that is malformed.
    """
    found = _found(Path(root), layout)
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
    """Find the images of two domains.

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

    Returns:
        Two sets with one attribute, whose values are the two domains: all labels 0, and all 1.

    Raises:
        UserError: as ``find_images``; a domain without images.
    """
    if (a is None) != (b is None) or (a is not None and a == b):
        raise UserError(
            f"two domains are needed, from one to another, and {a!r} and {b!r} are given: name two"
        )
    if not isinstance(root, Path | str):
        return _of_two_roots(*map(Path, root), where)
    root = Path(root)
    _check_folder(root)
    if a is None and attribute is None and layout in ("auto", "classes"):
        a, b = next((both for both in _BY_CONVENTION if all((root / name).is_dir() for name in both)), (a, b))
    named_folders = attribute is None and a is not None and _are_folders(root, a, b)
    if named_folders and (layout in ("classes", "folder") or not _evidence(root)):
        found = read_classes(root, (a, b))
    else:
        found = _found(root, layout)
        if named_folders and not attributes_with(found, a, b):
            found = read_classes(root, (a, b))
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
    return tuple(
        _image_set(found, label, named, places, notes) for label, places in zip(labels, both, strict=True)
    )


# --- recognising a layout


def layout_of(root: Path, layout: str = "auto") -> str:
    """The layout of a folder, one of ``LAYOUTS``: the one that is asked for, or the one it shows.

    Raises:
        UserError: no such folder or layout, or two layouts that match.
    """
    if layout not in ("auto", *LAYOUTS):
        raise UserError(f"--layout {layout}: no such layout; choose from auto, {', '.join(LAYOUTS)}")
    _check_folder(root)
    return _recognised(root) if layout == "auto" else layout


def _found(root: Path, layout: str) -> Found:
    return _READERS[layout_of(root, layout)](root)


def _check_folder(root: Path) -> None:
    if not root.exists():
        raise UserError(f"{root} does not exist: give the folder that holds the images")
    if not root.is_dir():
        raise UserError(f"{root} is a file: give the folder that holds the images, here {root.parent}")


def _recognised(root: Path) -> str:
    evidence = _evidence(root)
    if len(evidence) > 1:
        because = "; ".join(f"{layout}, because {name} is there" for layout, name in evidence.items())
        choices = " or ".join(f"--layout {layout}" for layout in evidence)
        raise UserError(f"{root} matches {len(evidence)} layouts: {because}: choose with {choices}")
    if evidence:
        return next(iter(evidence))
    return "classes" if len(class_folders(root)) > 1 else "folder"


def _evidence(root: Path) -> dict[str, str]:
    """Layouts that a file gives away, and its name."""
    files = {
        "catalogue": root / "data.csv",
        "celeba": root / CELEBA_LIST,
        "styles": root / "styles.csv",
        "idx": idx_file(root, "train-images-idx3-ubyte"),
    }
    return {layout: path.name for layout, path in files.items() if path is not None and path.is_file()}


# --- folders as domains


def _are_folders(root: Path, *names: str) -> bool:
    return all(not re.search(LEAVES, name) and name.strip("/. ") and (root / name).is_dir() for name in names)


def _of_two_roots(a: Path, b: Path, where: Sequence[str]) -> tuple[ImageSet, ImageSet]:
    if where:
        raise UserError(f"--where {where[0]}: two folders of images have no attributes: leave it out")
    for root in (a, b):
        _check_folder(root)
    names = (a.name, b.name) if a.name != b.name else (str(a), str(b))
    found = [read_folder(root) for root in (a, b)]
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
    )


def _images(count: int) -> str:
    return f"{count:,} image{'' if count == 1 else 's'}"
