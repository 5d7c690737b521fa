"""Reads "Fashion Product Images": ``styles.csv``, its columns as attributes, and ``images/<id>.jpg``."""

from functools import partial
from pathlib import Path

import pandas as pd

from zoo.data.layouts.found import NO_ATTRIBUTES, Found, text_column
from zoo.data.layouts.listed_images import locate
from zoo.data.text import read_table
from zoo.errors import UserError

LIST = "styles.csv"


def read_styles(root: Path) -> Found:
    """The images of ``styles.csv``.

    Raises:
        UserError: it is missing or malformed, or there are no images.
    """
    path = root / LIST
    if not path.is_file():
        raise UserError(f"{root} has no {LIST}: put it there, or give another --layout")
    table = read_table(path)
    header, width = table.columns, len(table.columns)
    if "id" not in header or len(set(header)) < width:
        what = "names a column twice" if "id" in header else "has no column 'id'"
        raise UserError(f"{path}: row 1 {what} (it has {', '.join(header)[:120] or 'nothing'}): mend it")
    # Some names of products have commas without quotes. They come last, and are no attribute.
    rows = [row[:width] + [""] * (width - len(row)) for _, row in table.rows]
    cells = pd.DataFrame(rows, columns=header, dtype=object)
    located = locate(root, ("images", "."), (cells["id"].str.strip() + ".jpg").tolist(), path)
    kept = cells[located.there]
    return Found(
        "styles",
        root,
        located.names,
        {name: partial(text_column, kept[name]) for name in header if name not in NO_ATTRIBUTES},
        f"{LIST} is there",
        located.notes,
    )
