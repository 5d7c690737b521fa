"""Writes ``rejected.csv``: what was left out of a run's data and why, one reason a row."""

import csv
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from zoo.data.sets.rejections import Rejection
from zoo.io.files import whole_file
from zoo.io.text import csv_cell

REJECTED = "rejected.csv"
MOST_ROWS = 5_000_000
"""Rows at most, some gigabyte; a last row says that there are more."""


def write_rejections(rejections: Iterable[Rejection], path: Path) -> int:
    """Write the rows as they come, whole or not at all; nothing where there are none.

    Columns ``file,partner_or_product,reason,stage``, UTF-8; cells as ``zoo.io.text.csv_cell`` writes
    them, so that no spreadsheet runs one.

    Returns:
        The number of rows.

    Raises:
        UserError: the file cannot be written.
    """
    rows = iter(rejections)
    first = next(rows, None)
    if first is None:
        return 0
    count = 1
    with whole_file(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Rejection._fields)
        writer.writerow(map(csv_cell, first))
        for row in islice(rows, MOST_ROWS - 1):
            writer.writerow(map(csv_cell, row))
            count += 1
        if next(rows, None) is not None:
            writer.writerow(("…", "", f"more than {MOST_ROWS:,} files were left out", ""))
    return count
