"""Reads CelebA, as its authors, Kaggle and StarGAN's repository lay it out."""

from functools import partial
from pathlib import Path

import numpy as np

from zoo.data.layouts.attribute_lists import (
    AttributeList,
    read_attribute_table,
    read_attribute_text,
    read_partition,
)
from zoo.data.layouts.found import NO_YES, Column, Found, held_out_note
from zoo.data.layouts.listed_images import locate
from zoo.errors import UserError

LIST = "list_attr_celeba"
PARTITION = "list_eval_partition"
IMAGES = "img_align_celeba"
_FOLDERS = (
    *(IMAGES, f"{IMAGES}/{IMAGES}", f"Img/{IMAGES}", f"{IMAGES}_png", f"Img/{IMAGES}_png"),
    *("img_celeba", "Img/img_celeba", "images", "."),
)


def celeba_list(root: Path) -> str | None:
    """Name of CelebA's list of attributes in a folder, relative to it; None if there is none."""
    return _first(root, LIST, "Anno")


def read_celeba(root: Path) -> Found:
    """The images of CelebA's list of attributes.

    What its list of partitions does not train on is for testing.

    Raises:
        UserError: a file or folder is missing or malformed.
    """
    name = celeba_list(root)
    if name is None:
        raise UserError(f"{root} has no {LIST}.txt: put it there, or give another --layout")
    path = root / name
    listed = (read_attribute_table if path.suffix == ".csv" else read_attribute_text)(path)
    located = locate(root, _FOLDERS, listed.names, path)
    own_test, notes = _own_test(root, listed, located.there)
    return Found(
        "celeba",
        root,
        located.names,
        {each: partial(_column, listed, each, located.there) for each in listed.attributes},
        f"{name} is there",
        [*listed.notes, *notes, *located.notes],
        own_test=own_test,
    )


def _first(root: Path, stem: str, folder: str) -> str | None:
    names = (f"{where}{stem}.{ending}" for where in ("", f"{folder}/") for ending in ("txt", "csv"))
    return next((name for name in names if (root / name).is_file()), None)


def _column(listed: AttributeList, attribute: str, there: np.ndarray) -> Column:
    return Column(NO_YES, listed.codes(attribute)[there])


def _own_test(root: Path, listed: AttributeList, there: np.ndarray) -> tuple[np.ndarray | None, list[str]]:
    name = _first(root, PARTITION, "Eval")
    if name is None:
        return None, []
    return partition_sides(root / name, listed.names[there])


def partition_sides(path: Path, names: np.ndarray) -> tuple[np.ndarray | None, list[str]]:
    """Which of the images a list of partitions keeps for testing, bool (N,), and a line that says so.

    None where it keeps none of them, or all: then they are parted as others are.
    """
    for_testing = read_partition(path)
    test = np.array([for_testing.get(name, False) for name in names], bool)
    if not test.any() or test.all():
        side = "for testing" if test.any() else "to train on"
        return None, [f"{path.name}: all of these images are {side}, so some of them are held out at random"]
    return test, [held_out_note(f"val and test in {path.name}", test)]
