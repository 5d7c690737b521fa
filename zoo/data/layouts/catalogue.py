"""A catalogue, ``data.csv``: as labelled images, or as pairs with the model shots of ``pairs.csv``."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.labelled_images import NO_ATTRIBUTES, LabelledImages, text_column
from zoo.data.layouts.shared.pair_list import PairList
from zoo.data.layouts.shared.pair_texts import existing, unreadable_notes
from zoo.data.named_files import NamedFiles
from zoo.data.sets.pair_set import PairSet
from zoo.data.text import Table, read_table
from zoo.errors import UserError
from zoo.io.text import csv_value

DATA_CSV, PAIRS_CSV = "data.csv", "pairs.csv"


def pairs_evidence(folder: DataFolder) -> str | None:
    """Which of ``data.csv`` and ``pairs.csv`` are there."""
    return (
        _why(folder.path) if any((folder.path / name).is_file() for name in (DATA_CSV, PAIRS_CSV)) else None
    )


def read_pairs(folder: DataFolder) -> PairSet:
    """The pairs in ``pairs.csv``; raises as ``pairs_of``."""
    return pairs_of(folder.path)


def pairs_of(root: Path, chosen: Table | None = None) -> PairSet:
    """The pairs in ``pairs.csv``, or those that were chosen and are nowhere yet.

    Raises:
        UserError: neither is there, or what is there is malformed.
    """
    if chosen is None:
        path = root / PAIRS_CSV
        if not path.is_file():
            if not (root / "data.csv").is_file():
                raise UserError(f"{root} has no data.csv: give a catalogue's folder, or another `layout`")
            raise UserError(
                f"{path} does not exist: choose the model shots first with "
                f"`python -m recipes.select_model_shots {root}`"
            )
        chosen = read_table(path)
    rows = list(_cells(chosen, root))
    names = [(row, cells["product"], cells["model_shot"]) for row, cells in rows]
    listed = PairList(ids=[csv_value(cells.get("id") or "") for _, cells in rows])
    files = NamedFiles(root)
    listed.add(existing(chosen.path, "row", files, names, ("", ""), links=False))
    listed.notes += unreadable_notes(files, listed)  # rejected.csv lists products, see model_shots
    return listed.pair_set("catalogue", root, _why(root), ("product photo", "model shot"))


def images_evidence(folder: DataFolder) -> str | None:
    """Whether ``data.csv`` is there."""
    return f"{DATA_CSV} is there" if (folder.path / DATA_CSV).is_file() else None


def read_images(folder: DataFolder) -> LabelledImages:
    """Product images, the columns of ``data.csv`` as attributes; an empty cell is unknown.

    Raises:
        UserError: the catalogue is missing or malformed.
    """
    from zoo.data.catalogue.reading import read_catalogue  # late: pandas takes a while to import

    catalogue = read_catalogue(folder.path)
    rows = catalogue.rows
    columns = {name: partial(text_column, rows[name]) for name in rows if name not in NO_ATTRIBUTES}
    return LabelledImages(
        "catalogue", folder.path, rows["img_path"].to_numpy(object), columns, f"{DATA_CSV} is there",
        list(catalogue.notes), rejected=catalogue.rejected,
    )  # fmt: skip


def _why(root: Path) -> str:
    """What shows that a folder holds a catalogue."""
    names = [name for name in (DATA_CSV, PAIRS_CSV) if (root / name).is_file()]
    return f"{' and '.join(names)} {'are' if len(names) == 2 else 'is'} there"


def _cells(table: Table, root: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a table of pairs: number, and column → cell."""
    path = table.path
    for name in ("product", "model_shot"):
        if name not in table.columns:
            columns = ", ".join(table.columns)[:120] or "nothing"
            raise UserError(
                f"{path}: row 1 has no column {name!r} (it has {columns}): "
                f"make it again with `python -m recipes.select_model_shots {root}`"
            )
    for number, cells in table.rows:
        if len(cells) != len(table.columns):
            raise UserError(
                f"{path}: row {number} has {len(cells)} cells and the header {len(table.columns)}: "
                f"fix the row, or put cells that hold {table.separator!r} in double quotes"
            )
        yield number, dict(zip(table.columns, (cell.strip() for cell in cells), strict=True))


LAYOUT = Layout(
    "catalogue",
    "`data.csv`: product images, with its columns as attributes; or, with the model shots that `pairs.csv` "
    "names, pairs (product → model shot)",
    pairs=Reader(pairs_evidence, read_pairs, expects="data.csv and pairs.csv"),
    images=Reader(images_evidence, read_images),
)
