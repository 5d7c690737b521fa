"""Writes a catalogue's attributes as ``img_attr.csv``: one row an image, one 0/1 column a value."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from zoo.data.catalogue.reading import Catalogue
from zoo.errors import UserError
from zoo.io.files import make_folder, write_text
from zoo.io.text import csv_cell

ATTRIBUTE_COLUMNS = ("category", "color", "length", "sleeve_length", "fit", "pattern", "neckline")


def write_image_attributes(
    catalogue: Catalogue, path: Path | str, columns: Iterable[str] | None = None
) -> list[str]:
    """Write ``img_attr.csv``: one row a product image, one 0/1 column a value.

    The first column is ``img_path``; the others are named ``<column>_<value>`` (``color_red``,
    ``sleeve_length_long``), by column and then by value. An empty cell is 0 in all of them.
    ``columns`` defaults to those of ``ATTRIBUTE_COLUMNS`` that the catalogue has. Separator ``;``.
    Returns the names of the value columns. Raises UserError for an unknown column or for two
    values that would share a name.
    """
    rows = catalogue.rows
    columns = [c for c in ATTRIBUTE_COLUMNS if c in rows] if columns is None else list(columns)
    for column in columns:
        if column not in rows:
            raise UserError(f"{catalogue.path}: no column {column!r}; it has {', '.join(rows.columns)}")
    names, blocks = [], []
    for column in columns:
        codes, values = pd.factorize(rows[column], sort=True)
        kept = [i for i, value in enumerate(values) if value != ""]
        names += [f"{column}_{values[i]}" for i in kept]
        blocks += [(codes == i).astype(np.uint8) for i in kept]
    double = {name for name in names if names.count(name) > 1}
    if double:
        raise UserError(
            f"{catalogue.path}: two values give the column {min(double)!r}; rename one of the columns"
        )
    table = pd.DataFrame(dict(zip(names, blocks, strict=True)), index=rows.index)
    table.insert(0, "img_path", rows["img_path"].map(csv_cell))
    table.columns = [csv_cell(name) for name in table.columns]
    path = Path(path)
    make_folder(path.parent)
    write_text(path, table.to_csv(sep=";", index=False, lineterminator="\n"))
    return names
