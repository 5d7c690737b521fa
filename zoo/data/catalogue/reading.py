"""Reads a fashion catalogue: ``data.csv``, its product images and its model shots.

The layout is the thesis's::

    data.csv                      one row a product; separator ';' or ','; UTF-8
    <category>/<id>.jpg           product images, wherever img_path says (below data.csv)
    models/<id>@<n>.jpg           model shots of the product <id>

Everything in the file is text from outside: a cell can name no file outside the folder.
The whole catalogue is checked at once and by column, so that a million rows take seconds.
"""

import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from zoo.data.catalogue.table import read_rows, shorten
from zoo.data.file_kinds import is_image, skipped_notes, unreadable_pictures
from zoo.data.listing import Listing, check_source
from zoo.data.named_files import NamedFiles, composed
from zoo.data.sets.rejections import Rejections, files_left_out, passed_over
from zoo.errors import UserError
from zoo.io.paths import CONTROL, LEAVES, is_file

_NAMED = 3  # images that are not used and named
_BAD_ID = rf"[/\\:]|^\.{{1,2}}$|{CONTROL}"


@dataclass(frozen=True)
class Catalogue:
    """A catalogue that has been read and checked.

    Attributes:
        root: the folder of the CSV; every path below is relative to it, with ``/``.
        path: the CSV.
        rows: one row a product, all cells text, an absent value is ``""``; the index is 0, 1, 2, …
            ``img_path`` is relative to ``root``, and spelt as the file is there.
        model_shots: product id → its shots as paths relative to ``root``, sorted by number;
            only products with at least one shot, in the order of ``rows``.
        notes: what lies there and is not used, one line each.
        rejected: which files those are.
    """

    root: Path
    path: Path
    rows: pd.DataFrame
    model_shots: Mapping[str, list[str]]
    notes: tuple[str, ...] = ()
    rejected: tuple[Rejections, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


def read_catalogue(folder_or_csv: Path | str) -> Catalogue:
    """Read ``data.csv`` in a folder (or the CSV itself) and find its model shots.

    Raises UserError (file, row, column and remedy in one line) for a missing or empty file, a wrong
    separator, text that is not UTF-8, a needed column that is absent, an empty or double id, a path
    that leaves the folder, and an image that is not there. Rows are counted as a spreadsheet
    does: the header is row 1.
    """
    path = Path(folder_or_csv)
    check_source(path, "catalogue")
    if path.is_dir():
        path = path / "data.csv"
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a catalogue's data.csv, or the folder that holds it")
    rows = read_rows(path)
    root = path.parent.resolve()
    ids, places = rows["id"].str.strip(), rows["img_path"].str.strip().str.replace("\\", "/", regex=False)
    rows["id"], rows["img_path"] = ids, places
    _check_ids(path, ids)
    _check_places(path, places)
    files = NamedFiles(root)
    rows["img_path"] = _check_files(path, files, places)
    rows = rows.reset_index(drop=True)
    shots, unknown = _find_shots(root, rows["id"])
    notes, rejected = _unused(files, path, set(rows["img_path"]), unknown)
    return Catalogue(root, path, rows, shots, notes, rejected)


def _check_ids(path: Path, ids: pd.Series) -> None:
    _refuse(path, ids, ids == "", "id", "is empty", "give each product its own id")
    bad = ids.str.contains(_BAD_ID, regex=True)
    _refuse(
        path, ids, bad, "id", "cannot be part of a file name",
        "write it without slashes, colons and line breaks",
    )  # fmt: skip
    double = ids.duplicated()
    if double.any():
        value = ids[double].iloc[0]
        where = [index + 2 for index in ids.index[ids == value][:5]]
        raise UserError(
            f"{path}: rows {', '.join(map(str, where))}, column id: {shorten(value)!r} occurs more than once"
            f"{_more(int(double.sum()) - 1, 'double id')}; keep one row a product"
        )


def _check_places(path: Path, places: pd.Series) -> None:
    empty = places.str.strip("/. ") == ""
    _refuse(path, places, empty, "img_path", "is empty", "name the product's image, relative to the CSV")
    out = places.str.contains(LEAVES, regex=True)
    _refuse(
        path, places, out, "img_path", "leaves the catalogue's folder",
        f"put the image below {path.parent} and write its path relative to the CSV",
    )  # fmt: skip


def _check_files(path: Path, files: NamedFiles, places: pd.Series) -> list[str]:
    """The images as they are spelt there; each is a file below the root."""
    names = [files.find(place) for place in places]
    outside = [name is not None and files.leaves(name) for name in names]
    _refuse(
        path, places, outside, "img_path", "leaves the catalogue's folder through a symbolic link",
        f"copy the image below {path.parent}",
    )  # fmt: skip
    _refuse(
        path, places, [name is None for name in names], "img_path", "is not a file",
        f"put the image below {path.parent} or remove the row",
    )  # fmt: skip
    return names


def _within(root: Path, path: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _find_shots(root: Path, ids: pd.Series) -> tuple[dict[str, list[str]], list[str]]:
    """Shots of each product, from one look at ``models/``, and the names of images that are no product's."""
    folder = root / "models"
    if not folder.is_dir():
        return {}, []
    if not _within(root, folder):
        raise UserError(f"{folder}: leaves the catalogue's folder through a symbolic link; copy it there")
    known = {composed(product): product for product in ids} | dict(zip(ids, ids, strict=True))
    numbered: dict[str, list[tuple[int, str]]] = {}
    unknown = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not is_image(entry.name) or not is_file(entry):
                continue
            name, at, number = os.path.splitext(entry.name)[0].rpartition("@")
            product = known.get(name) or known.get(composed(name))
            if not at or product is None or not re.fullmatch("[0-9]{1,9}", number):
                unknown.append(f"models/{entry.name}")
                continue
            if entry.is_symlink() and not _within(root, folder / entry.name):
                raise UserError(
                    f"{folder / entry.name}: leaves the catalogue's folder through a symbolic link; "
                    "copy it there"
                )
            numbered.setdefault(product, []).append((int(number), f"models/{entry.name}"))
    shots = {
        product: [shot for _, shot in sorted(numbered[product])] for product in ids if product in numbered
    }
    return shots, sorted(unknown)


def _unused(
    files: NamedFiles, path: Path, used: set[str], unknown: list[str]
) -> tuple[tuple[str, ...], tuple[Rejections, ...]]:
    """What no row names, and the images that cannot be read: lines that count them, and which they are."""
    notes, rejected, others, unreadable = [], (), [], []
    for folder in sorted({name.rpartition("/")[0] for name in used} | {"models"}):
        names = files.files(folder)
        unreadable += unreadable_pictures(folder, names)
        if folder != "models":
            prefix = f"{folder}/" if folder else ""
            others += [prefix + name for name in names if prefix + name not in used and is_image(name)]
    of_no_row, of_no_product = f"that no row of {path.name} names", "of no product (<id>@<n>.jpg is of <id>)"
    for images, what in ((sorted(others), of_no_row), (unknown, of_no_product)):
        if images:
            shown = ", ".join(images[:_NAMED]) + (", …" if len(images) > _NAMED else "")
            notes.append(f"not used: {len(images):,} image{'s' if len(images) > 1 else ''} {what}: {shown}")
            rejected += files_left_out(path.parent, images, f"an image {what}", "list")
    skipped = Counter(kind for _, kind in unreadable)
    rejected += passed_over(path.parent, Listing([], skipped, unreadable))
    return (*notes, *skipped_notes(skipped)), rejected


def _refuse(path: Path, values: pd.Series, bad: object, column: str, what: str, remedy: str) -> None:
    """Raise UserError for the first of the bad cells, if there is one."""
    bad = np.asarray(bad, bool)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        value = values.iloc[first]
        problem = f"{shorten(value)!r} {what}" if value else what
        raise UserError(
            f"{path}: row {values.index[first] + 2}, column {column}: {problem}"
            f"{_more(int(bad.sum()) - 1, 'such row')}; {remedy}"
        )


def _more(count: int, noun: str) -> str:
    return f" (and {count:,} more {noun}{'s' if count > 1 else ''})" if count else ""
