"""The images of MNIST and the like, in idx files, with their labels."""

from pathlib import Path

import numpy as np

from zoo.attributes import UNKNOWN
from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.idx_files import read_idx
from zoo.data.layouts.shared.labelled_images import CLASS, Column, LabelledImages, held_out_note
from zoo.data.sets.rejections import files_left_out
from zoo.errors import UserError
from zoo.io.limits import IMAGE_PIXELS

_IMAGES, _LABELS = "{}-images-idx3-ubyte", "{}-labels-idx1-ubyte"
_TRAINING, _TESTING = "train", "t10k"


def evidence(folder: DataFolder) -> str | None:
    """Whether the file of training images is there."""
    path = _file(folder.path, _IMAGES, _TRAINING)
    return None if path is None else f"{path.name} is there"


def read(folder: DataFolder) -> LabelledImages:
    """The training images, with their labels where there are any, and those of ``t10k`` for testing.

    Raises:
        UserError: a file is missing or malformed, or labels belong to other images.
    """
    root = folder.path
    path = _file(root, _IMAGES, _TRAINING)
    if path is None:
        name = _IMAGES.format(_TRAINING)
        raise UserError(f"{root} has no {name}: put it there, or give another `layout`")
    pixels, numbers = _read(root, path, _TRAINING)
    names, notes, own_test, rejected = _names(path, len(pixels)), [], None, ()
    if numbers is None:
        notes.append(f"no labels: {_LABELS.format(_TRAINING)} is not there")
    test_path = _file(root, _IMAGES, _TESTING)
    if test_path is not None:
        more, their_numbers = _read(root, test_path, _TESTING)
        if more.shape[1:] != pixels.shape[1:] or (numbers is None) != (their_numbers is None):
            notes.append(f"not used: {test_path.name}, which does not go with {path.name}")
            rejected = files_left_out(root, [test_path.name], f"does not go with {path.name}", "folder")
        else:
            own_test = np.arange(len(pixels) + len(more)) >= len(pixels)
            notes.append(held_out_note(test_path.name, own_test))
            pixels, names = (
                np.concatenate([pixels, more]),
                np.concatenate([names, _names(test_path, len(more))]),
            )
            numbers = None if numbers is None else np.concatenate([numbers, their_numbers])
    columns = {}
    if numbers is not None:
        values = np.unique(numbers if own_test is None else numbers[~own_test])
        codes = np.searchsorted(values, numbers).clip(0, len(values) - 1)
        codes = np.where(values[codes] == numbers, codes, UNKNOWN)  # a value that only test images have
        column = Column(tuple(map(str, values)), codes.astype(np.int32))
        columns[CLASS] = lambda: column
    return LabelledImages(
        "idx", root, names, columns, f"{path.name} is there", notes, pixels, own_test, rejected
    )


def _read(root: Path, path: Path, part: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Pixels of a part, and its labels, None if it has none."""
    pixels = read_idx(path, 3)
    count, height, width = pixels.shape
    if not pixels.size:
        raise UserError(f"{path} holds {count} images of {height}×{width}: fetch it again")
    if height * width > IMAGE_PIXELS:
        raise UserError(f"{path} holds images of {height}×{width}, over the limit of {IMAGE_PIXELS:,} pixels")
    labels = _file(root, _LABELS, part)
    if labels is None:
        return pixels, None
    numbers = read_idx(labels, 1)
    if len(numbers) != count:
        raise UserError(
            f"{labels} holds {len(numbers):,} labels, and {path.name} {count:,} images: "
            "fetch the two that belong together"
        )
    return pixels, numbers


def _names(path: Path, count: int) -> np.ndarray:
    return np.array([f"{path.name}/{i:08}" for i in range(count)], object)


def _file(root: Path, form: str, part: str) -> Path | None:
    """The file in a folder, also compressed or with its last hyphen-idx as ".idx"."""
    name = form.format(part)
    plain = name.replace("-idx", ".idx")
    candidates = (root / f"{stem}{ending}" for ending in ("", ".gz") for stem in (name, plain))
    return next((path for path in candidates if path.is_file()), None)


LAYOUT = Layout(
    "idx",
    "`train-images-idx3-ubyte` and `train-labels-idx1-ubyte` (MNIST and the like), plain or `.gz`: one "
    "attribute, `class`",
    images=Reader(evidence, read),
    attributes=(CLASS,),
)
