"""Reads DeepFashion's category and attribute benchmark (Liu et al. 2016)."""

import re
from functools import partial
from pathlib import Path

import numpy as np

from zoo.data.layouts.attribute_lists import AttributeList, read_attribute_text, read_names
from zoo.data.layouts.celeba import PARTITION, partition_sides
from zoo.data.layouts.found import NO_YES, Column, Found
from zoo.data.layouts.listed_images import locate
from zoo.data.text import read_text
from zoo.errors import UserError

LIST = "list_attr_img.txt"
_ANNOTATIONS = ("Anno", "Anno_coarse", "Anno_fine", "Anno/Anno_coarse", "Anno/Anno_fine", ".")
_FOLDERS = (".", "Img", "img", "Img/img")


def deepfashion_list(root: Path) -> str | None:
    """Name of the list of attributes in a folder, relative to it; None if there is none."""
    folder = next((name for name in _ANNOTATIONS if (root / name / LIST).is_file()), None)
    return None if folder is None else (root / folder / LIST).relative_to(root).as_posix()


def read_deepfashion(root: Path) -> Found:
    """The images, their attributes as "no" and "yes", and their category where its list is there.

    What the list of partitions does not train on is for testing.

    Raises:
        UserError: a file or folder is missing or malformed.
    """
    name = deepfashion_list(root)
    if name is None:
        raise UserError(f"{root} has no Anno/{LIST}: put it there, or give another --layout")
    path = root / name
    cloth = path.with_name("list_attr_cloth.txt")
    if not cloth.is_file():
        raise UserError(f"{path} is there, but {cloth.name}, with their names, is not: put it there")
    listed = read_attribute_text(path, read_names(cloth))
    located = locate(root, _FOLDERS, listed.names, path, "img")
    columns = {each: partial(_column, listed, each, located.there) for each in listed.attributes}
    categories = path.with_name("list_category_img.txt"), path.with_name("list_category_cloth.txt")
    if all(each.is_file() for each in categories):
        columns = {"category": partial(_category, *categories, listed.names[located.there]), **columns}
    partition = root / "Eval" / f"{PARTITION}.txt"
    own_test, notes = None, []
    if partition.is_file():
        own_test, notes = partition_sides(partition, listed.names[located.there])
    return Found(
        "deepfashion",
        root,
        located.names,
        columns,
        f"{name} is there",
        [*listed.notes, *notes, *located.notes],
        own_test=own_test,
    )


def _column(listed: AttributeList, attribute: str, there: np.ndarray) -> Column:
    return Column(NO_YES, listed.codes(attribute)[there])


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
                "mend it"
            )
        numbers[words[0]] = number
    # Values are those that occur, as in every other column, in the order of their names.
    told = np.array([numbers.get(image, 0) for image in images], np.int32)
    occurring = sorted(set(told.tolist()) - {0}, key=lambda number: names[number - 1])
    codes = np.full(len(names) + 1, -1, np.int32)
    codes[occurring] = np.arange(len(occurring))
    return Column(tuple(names[number - 1] for number in occurring), codes[told])
