"""The labelled images in a folder, in any layout, with the attributes that are asked for."""

import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from zoo.attributes import UNKNOWN, Attribute
from zoo.data.layouts.recognition import recognise
from zoo.data.layouts.shared.labelled_images import LabelledImages
from zoo.data.selection.attributes import asked, occurring
from zoo.data.sets.image_set import ImageSet
from zoo.data.sets.rejections import Rejection, Rejections
from zoo.errors import UserError


def read_images(root: Path | str, layout: str = "auto") -> LabelledImages:
    """The images in a folder with all that is known of them, whichever labels are asked for.

    Args:
        root: the folder, or one that holds that folder alone, as an unpacked archive does.
        layout: one of ``zoo.data.layouts.registry.names("images")``, or "auto" to recognise it.

    Raises:
        UserError: no such folder, no images, two layouts that match, or a file that is malformed.
    """
    return recognise(Path(root), "images", layout).read()


def find_images(
    root: Path | str, attributes: Sequence[str] = (), layout: str = "auto", complete: bool = False
) -> ImageSet:
    """Find the images in a folder, with the attributes asked for.

    An attribute is asked for as ``"NAME"``, with all its values that occur, sorted; or as
    ``"NAME:LOW:HIGH"``, with these two values in this order, images with another value being unknown
    in it. What a data set itself keeps for testing is held out and never trained on: ``test/``,
    ``val/`` and their like (above the folders of the classes, in them, or in one name, as ``testA/``
    and ``test_shirts/``), the partitions that CelebA and DeepFashion list, and the ``t10k`` files.

    Arguments and errors as in ``read_images`` and ``select_images``.
    """
    return select_images(read_images(root, layout), attributes, complete)


def select_images(images: LabelledImages, attributes: Sequence[str] = (), complete: bool = False) -> ImageSet:
    """The images of a folder, with the attributes asked for.

    Args:
        images: what the folder holds.
        attributes: each ``"NAME"`` or ``"NAME:LOW:HIGH"``; see ``find_images``.
        complete: leave out images in which one of the attributes is unknown, and then the values
            of ``"NAME"`` that no image is left with.

    Raises:
        UserError: no such attribute or value.
    """
    attributes = (attributes,) if isinstance(attributes, str) else attributes
    kinds = [asked(images, each) for each in attributes]
    names = [attribute.name for attribute, _ in kinds]
    if double := next((name for i, name in enumerate(names) if name in names[:i]), None):
        raise UserError(f"attribute {double} is asked for twice: name it once")
    kept, notes, rejected = np.ones(len(images.names), bool), [], ()
    if complete:
        for _, codes in kinds:
            kept &= codes != UNKNOWN
        if not kept.any():
            raise UserError(
                f"{images.root}: no image has a value in each of {', '.join(names)}: ask for fewer "
                "attributes, or do not leave out the incomplete"
            )
        if not kept.all():
            notes = [f"left out: {_images(int((~kept).sum()))} without a value in {' or '.join(names)}"]
            unknown = np.stack([codes == UNKNOWN for _, codes in kinds], axis=1)
            rejected = (partial(_incomplete, images, names, unknown),)
        kinds = [occurring(attribute, np.where(kept, codes, UNKNOWN)) for attribute, codes in kinds]
        for each, (attribute, _) in zip(attributes, kinds, strict=True):
            if each != attribute.name and len(attribute.values) < 2:
                raise UserError(
                    f"{images.root}: of {each} only {attribute.values[0]!r} is left among the images with a "
                    f"value in each of {', '.join(names)}: ask for other values or fewer attributes"
                )
    labels = np.empty((len(kept), len(kinds)), np.int32)
    for column, (_, codes) in enumerate(kinds):
        labels[:, column] = codes
    attributes = tuple(attribute for attribute, _ in kinds)
    return image_set(images, labels, attributes, np.flatnonzero(kept), notes, rejected)


def image_set(
    images: LabelledImages,
    labels: np.ndarray,
    attributes: tuple[Attribute, ...],
    chosen: np.ndarray,
    notes: Sequence[str] = (),
    rejected: tuple[Rejections, ...] = (),
) -> ImageSet:
    """The images at the indices ``chosen``, with labels int32 (N, A) of all of them."""
    everything = len(chosen) == len(images.names)
    return ImageSet(
        images.layout,
        images.root,
        images.names[chosen].tolist(),
        labels[chosen],
        attributes,
        images.why,
        (*images.notes, *notes),
        images.pixels if everything or images.pixels is None else images.pixels[chosen],
        None if images.own_test is None else images.own_test[chosen],
        (*images.rejected, *rejected),
    )


def _incomplete(images: LabelledImages, names: Sequence[str], unknown: np.ndarray) -> Iterator[Rejection]:
    """Images without a value of some attribute; ``unknown`` is bool (N, A)."""
    for i in np.flatnonzero(unknown.any(axis=1)):
        missing = " or ".join(name for name, lacks in zip(names, unknown[i], strict=True) if lacks)
        yield Rejection(
            os.path.join(images.root, images.names[i]), "", f"no value of {missing}", "attributes"
        )


def _images(count: int) -> str:
    return f"{count:,} image{'' if count == 1 else 's'}"
