"""DeepFashion's category and attribute benchmark (Liu et al. 2016)."""

import re
from functools import partial
from pathlib import Path

import numpy as np

from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.attribute_lists import read_attribute_text, read_names
from zoo.data.layouts.shared.attributed_images import PARTITION, Columns, attributed_images
from zoo.data.layouts.shared.labelled_images import Column, LabelledImages
from zoo.data.text import read_text
from zoo.errors import UserError

LIST = "list_attr_img.txt"
_ANNOTATIONS = ("Anno", "Anno_coarse", "Anno_fine", "Anno/Anno_coarse", "Anno/Anno_fine", ".")
_FOLDERS = (".", "Img", "img", "Img/img")


def evidence(folder: DataFolder) -> str | None:
    """Whether the list of attributes is there."""
    path = _list(folder.path)
    return None if path is None else f"{path.relative_to(folder.path).as_posix()} is there"


def read(folder: DataFolder) -> LabelledImages:
    """The images, their attributes as "no" and "yes", and their category where its list is there.

    What the list of partitions does not train on is for testing.

    Raises:
        UserError: a file or folder is missing or malformed.
    """
    root = folder.path
    path = _list(root)
    if path is None:
        raise UserError(f"{root} has no Anno/{LIST}: put it there, or give another `layout`")
    cloth = path.with_name("list_attr_cloth.txt")
    if not cloth.is_file():
        raise UserError(f"{path} is there, but {cloth.name}, with their names, is not: put it there")
    listed = read_attribute_text(path, read_names(cloth))
    categories = path.with_name("list_category_img.txt"), path.with_name("list_category_cloth.txt")

    def category(names: np.ndarray) -> Columns:
        known = all(each.is_file() for each in categories)
        return {"category": partial(_category, *categories, names)} if known else {}

    partition = root / "Eval" / f"{PARTITION}.txt"
    return attributed_images(
        "deepfashion", root, listed, _FOLDERS, partition if partition.is_file() else None, "img", category
    )


def _list(root: Path) -> Path | None:
    return next((path for name in _ANNOTATIONS if (path := root / name / LIST).is_file()), None)


def _category(path: Path, names_path: Path, images: np.ndarray) -> Column:
    names = read_names(names_path)
    numbers: dict[str, int] = {}
    for line, text in enumerate(read_text(path).splitlines()[2:], 3):
        words = text.split()
        if not words:
            continue
        number = int(words[-1]) if re.fullmatch("[0-9]{1,9}", words[-1]) else 0
        if len(words) != 2 or not 0 < number <= len(names):
            raise UserError(
                f"{path}: line {line} is {text[:80]!r}, and not a name and a number from 1 to {len(names)}: "
                "fix it"
            )
        numbers[words[0]] = number
    # Values are those that occur, as in every other column, in the order of their names.
    listed = np.array([numbers.get(image, 0) for image in images], np.int32)
    occurring = sorted(set(listed.tolist()) - {0}, key=lambda number: names[number - 1])
    codes = np.full(len(names) + 1, -1, np.int32)
    codes[occurring] = np.arange(len(occurring))
    return Column(tuple(names[number - 1] for number in occurring), codes[listed])


LAYOUT = Layout(
    "deepfashion",
    "`Anno/list_attr_img.txt`, `Anno/list_attr_cloth.txt` and `img/`: yes-or-no attributes, and `category`",
    images=Reader(evidence, read),
)
