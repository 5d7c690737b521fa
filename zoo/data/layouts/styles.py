"""Fashion Product Images: ``styles.csv``, its columns as attributes, and ``images/<id>.jpg``."""

from functools import partial

from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.labelled_images import NO_ATTRIBUTES, LabelledImages, text_column
from zoo.data.layouts.shared.listed_images import locate
from zoo.data.text import read_table
from zoo.errors import UserError

LIST = "styles.csv"


def evidence(folder: DataFolder) -> str | None:
    """Whether ``styles.csv`` is there."""
    return f"{LIST} is there" if (folder.path / LIST).is_file() else None


def read(folder: DataFolder) -> LabelledImages:
    """The images of ``styles.csv``.

    Raises:
        UserError: it is missing or malformed, or there are no images.
    """
    import pandas as pd  # late: it takes longer to import than all else here

    path = folder.path / LIST
    if not path.is_file():
        raise UserError(f"{folder.path} has no {LIST}: put it there, or give another `layout`")
    table = read_table(path)
    header, width = table.columns, len(table.columns)
    if "id" not in header or len(set(header)) < width:
        what = "names a column twice" if "id" in header else "has no column 'id'"
        raise UserError(f"{path}: row 1 {what} (it has {', '.join(header)[:120] or 'nothing'}): fix it")
    # Some names of products have commas without quotes. They come last, and are not an attribute.
    rows = [row[:width] + [""] * (width - len(row)) for _, row in table.rows]
    cells = pd.DataFrame(rows, columns=header, dtype=object)
    located = locate(folder.path, ("images", "."), (cells["id"].str.strip() + ".jpg").tolist(), path)
    kept = cells[located.present]
    return LabelledImages(
        "styles",
        folder.path,
        located.names,
        {name: partial(text_column, kept[name]) for name in header if name not in NO_ATTRIBUTES},
        f"{LIST} is there",
        located.notes,
        rejected=located.rejected,
    )


LAYOUT = Layout(
    "styles",
    "`styles.csv` and `images/<id>.jpg` (Fashion Product Images): its columns as attributes",
    images=Reader(evidence, read),
)
