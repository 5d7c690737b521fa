"""Reads what a folder of labelled images holds, for each layout that ``image_layouts`` knows."""

import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from zoo.attributes import UNKNOWN
from zoo.data.catalogue import read_catalogue
from zoo.data.celeba import read_celeba_attributes
from zoo.data.idx import read_idx
from zoo.data.images import SUFFIXES
from zoo.data.text import read_text
from zoo.errors import UserError
from zoo.limits import IMAGE_PIXELS

CELEBA_LIST, CELEBA_IMAGES = "list_attr_celeba.txt", "img_align_celeba"
NO_YES = ("no", "yes")
CLASS = "class"
"""Name of the attribute where images have one only: that of folders, and of idx files."""

_NAMED = 4  # folders that are not used; of more the number is said

# Columns that name a product or where it is, and so have a value for each.
_NO_ATTRIBUTES = frozenset(
    {"id", "img_path", "img_url", "model_img_urls", "product_url", "name", "attributes", "productDisplayName"}
)


@dataclass(frozen=True)
class Column:
    """An attribute of all images: its values, and the place of each image's value, or ``UNKNOWN``."""

    values: tuple[str, ...]
    codes: np.ndarray


@dataclass(frozen=True)
class Found:
    """The images in a folder, and all that is known of them.

    Attributes:
        layout, root, why, notes, pixels: as in ``ImageSet``.
        names: object (N,) of str.
        columns: attribute → what gives its ``Column``, which takes a while for a million images.
    """

    layout: str
    root: Path
    names: np.ndarray
    columns: Mapping[str, Callable[[], Column]]
    why: str
    notes: list[str] = field(default_factory=list)
    pixels: np.ndarray | None = None


def read_catalogue_images(root: Path) -> Found:
    """Product images of a catalogue, its columns as attributes; an empty cell is unknown."""
    rows = read_catalogue(root).rows
    columns = {name: partial(_text_column, rows[name]) for name in rows if name not in _NO_ATTRIBUTES}
    return Found("catalogue", root, rows["img_path"].to_numpy(object), columns, "data.csv is there")


def read_celeba(root: Path) -> Found:
    """The images of CelebA's list of attributes."""
    path, folder = root / CELEBA_LIST, root / CELEBA_IMAGES
    if not path.is_file():
        raise UserError(f"{root} has no {CELEBA_LIST}: put it there, or give another --layout")
    if not folder.is_dir():
        raise UserError(f"{path} is there, but the folder {folder} is not: put the images there")
    images, has = read_celeba_attributes(path)
    if len(set(images)) < len(images):
        raise UserError(f"{path} names an image twice: fetch it again")
    there = np.isin(images, np.array(_files_in(folder), object))
    if not there.any():
        raise UserError(f"{folder} holds none of the {len(images):,} images of {path}: put them there")

    def column(attribute: str) -> Column:
        return Column(NO_YES, has[attribute][there].astype(np.int32))

    return Found(
        "celeba",
        root,
        np.array([f"{CELEBA_IMAGES}/{name}" for name in images[there]], object),
        {attribute: partial(column, attribute) for attribute in has},
        f"{CELEBA_LIST} is there",
        _skipped(path, len(images) - int(there.sum()), folder),
    )


def read_styles(root: Path) -> Found:
    """The images of "Fashion Product Images": ``styles.csv`` and ``images/<id>.jpg``."""
    path, folder = root / "styles.csv", root / "images"
    if not path.is_file():
        raise UserError(f"{root} has no styles.csv: put it there, or give another --layout")
    try:
        rows = [cells for cells in csv.reader(io.StringIO(read_text(path))) if cells]
    except csv.Error as error:
        raise UserError(f"{path} is no CSV ({error}): write it again") from error
    header = [name.strip() for name in rows[0]] if rows else []
    if "id" not in header or len(set(header)) < len(header):
        what = "names a column twice" if "id" in header else "has no column 'id'"
        raise UserError(f"{path}: row 1 {what} (it has {', '.join(header)[:120] or 'nothing'}): mend it")
    # Some names of products have commas without quotes. They come last, and are no attribute.
    width = len(header)
    cells = pd.DataFrame(
        [row[:width] + [""] * (width - len(row)) for row in rows[1:]], columns=header, dtype=object
    )
    files = cells["id"].str.strip() + ".jpg"
    there = files.isin(_files_in(folder) if folder.is_dir() else []).to_numpy(bool)
    if not there.any():
        raise UserError(f"{folder} holds none of the {len(cells):,} images of {path}: put them there")
    kept = cells[there]
    return Found(
        "styles",
        root,
        ("images/" + files[there]).to_numpy(object),
        {name: partial(_text_column, kept[name]) for name in header if name not in _NO_ATTRIBUTES},
        "styles.csv is there",
        _skipped(path, int((~there).sum()), folder),
    )


def read_classes(root: Path, classes: Sequence[str] | None = None) -> Found:
    """Images in a folder each class: all folders in ``root``, or these of them, in this order."""
    folders = _folders_in(root) if classes is None else list(classes)
    names = [[f"{folder}/{name}" for name in _below(root / folder)] for folder in folders]
    if not folders:
        raise UserError(f"{root} has no folders in it, one a class: make them, or give another --layout")
    for folder, images in zip(folders, names, strict=True):
        if not images:
            raise UserError(
                f"{root / folder} has no images: put some there, or remove the folder"
                f"{'' if classes else ' or give --layout folder'}"
            )
    codes = np.repeat(np.arange(len(folders), dtype=np.int32), [len(images) for images in names])
    others = [f"{name}/" for name in _folders_in(root) if name not in folders]
    unused = others if len(others) <= _NAMED else [f"{len(others):,} other folders"]
    if classes is None and (beside := len(_images_in(root))):
        unused.append(f"{beside:,} images beside the folders")
    return Found(
        "classes",
        root,
        np.array([name for images in names for name in images], object),
        {CLASS: lambda: Column(tuple(folders), codes)},
        "there is a folder for each class" if classes is None else f"{' and '.join(folders)} are folders",
        [f"not used: {', '.join(unused)}"] if unused else [],
    )


def read_folder(root: Path) -> Found:
    """All images in a folder and in those below it."""
    names = _below(root)
    if not names:
        raise UserError(f"{root} has no images, nor have the folders in it: give a folder of images")
    return Found("folder", root, np.array(names, object), {}, "it holds images and no labels")


def read_idx_images(root: Path) -> Found:
    """The training images of MNIST and its kin, with their labels where there are any."""
    images, labels = (idx_file(root, f"train-{part}") for part in ("images-idx3-ubyte", "labels-idx1-ubyte"))
    if images is None:
        raise UserError(f"{root} has no train-images-idx3-ubyte: put it there, or give another --layout")
    pixels = read_idx(images, 3)
    count, height, width = pixels.shape
    if not pixels.size:
        raise UserError(f"{images} holds {count} images of {height}×{width}: fetch it again")
    if height * width > IMAGE_PIXELS:
        raise UserError(
            f"{images} holds images of {height}×{width}, over the limit of {IMAGE_PIXELS:,} pixels"
        )
    notes = [f"not used: {other.name}" for other in [idx_file(root, "t10k-images-idx3-ubyte")] if other]
    columns = {}
    if labels is None:
        notes.append("no labels: train-labels-idx1-ubyte is not there")
    else:
        numbers = read_idx(labels, 1)
        if len(numbers) != count:
            raise UserError(
                f"{labels} holds {len(numbers):,} labels, and {images.name} {count:,} images: "
                "fetch the two that belong together"
            )
        values, codes = np.unique(numbers, return_inverse=True)
        column = Column(tuple(map(str, values)), codes.astype(np.int32))
        columns[CLASS] = lambda: column
    names = np.array([f"{images.name}/{i:08}" for i in range(count)], object)
    return Found("idx", root, names, columns, f"{images.name} is there", notes, pixels)


def idx_file(root: Path, name: str) -> Path | None:
    """File of this name in a folder, also compressed or with its last hyphen-idx as ".idx"."""
    plain = name.replace("-idx", ".idx")
    candidates = (root / f"{stem}{ending}" for ending in ("", ".gz") for stem in (name, plain))
    return next((path for path in candidates if path.is_file()), None)


def class_folders(root: Path) -> list[str]:
    """Folders in ``root`` that hold images, if there are no images beside them."""
    return [] if _images_in(root) else [name for name in _folders_in(root) if any(_walk(root / name))]


def _text_column(cells: pd.Series) -> Column:
    codes, values = pd.factorize(cells.str.strip(), sort=True)
    if len(values) and values[0] == "":  # sorted, so the empty one is the first
        codes, values = codes - 1, values[1:]
    return Column(tuple(values), np.where(codes < 0, UNKNOWN, codes).astype(np.int32))


def _skipped(path: Path, missing: int, folder: Path) -> list[str]:
    return [f"left out: {missing:,} of {path.name} whose image is not in {folder.name}/"] if missing else []


def _is_image(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def _files_in(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.is_file()]


def _images_in(folder: Path) -> list[str]:
    return sorted(filter(_is_image, _files_in(folder)))


def _folders_in(root: Path) -> list[str]:
    with os.scandir(root) as entries:
        return sorted(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith("."))


def _below(root: Path) -> list[str]:
    """Images in a folder and in those below it, folder by folder, sorted."""
    return [name for names in _walk(root) for name in names]


def _walk(root: Path) -> Iterator[list[str]]:
    """Images of each folder that has some; links to folders are not followed, lest they lead in a circle."""
    for folder, inner, files in os.walk(root):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        prefix = re.sub(r"^\.$", "", os.path.relpath(folder, root)).replace(os.sep, "/")
        if images := sorted(filter(_is_image, files)):
            yield [f"{prefix}/{name}" if prefix else name for name in images]
