"""``metrics.csv``: one row every few steps, aligned with the checkpoints."""

import csv
import io
from pathlib import Path

from zoo.errors import UserError
from zoo.io.files import write_text
from zoo.io.text import csv_cell, printable

FIXED_COLUMNS = ("step", "epoch", "seconds", "images_per_second")


class MetricsLog:
    """Appends rows; when a run resumes from a checkpoint, rows after it are removed first.

    So every logged step has exactly one row, however often the run was stopped or killed.

    Args:
        path: ``metrics.csv`` of the run.
        step: step that training starts from; later rows are removed.
    """

    def __init__(self, path: Path, step: int) -> None:
        self.path = path
        self._columns: list[str] | None = None
        if path.is_file():
            columns, rows = _read(path)
            rows = [row for row in rows if int(row[0]) <= step]
            if rows:
                self._columns = columns
                write_text(path, _text([columns, *rows]))
            else:
                path.unlink()

    def append(self, values: dict[str, float]) -> None:
        """Write one row; the first one decides the columns.

        Raises:
            UserError: if it cannot be written, or the file has other columns.
        """
        columns = [csv_cell(printable(name)) for name in values]
        rows = [[_plain(value) for value in values.values()]]
        if self._columns is None:
            self._columns = columns
            rows.insert(0, columns)
        if columns != self._columns:
            raise UserError(
                f"{self.path}: has the columns {', '.join(map(printable, self._columns))}, but this training "
                f"writes {', '.join(columns)}; move the file away"
            )
        try:
            with self.path.open("a", newline="", encoding="utf-8") as file:
                file.write(_text(rows))
        except OSError as error:
            raise UserError(
                f"{self.path}: cannot be written ({error.strerror}); the last checkpoint is intact. "
                "Free some space, then `resume` it"
            ) from None


def last_step(path: Path) -> int:
    """The greatest step that a table has a row of; 0 for none."""
    return max((int(row[0]) for row in _read(path)[1]), default=0) if path.is_file() else 0


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    """Columns and whole rows; a crash may have torn the last one, or the header."""
    text = path.read_text(encoding="utf-8", errors="replace")
    whole = text[: text.rfind("\n") + 1].replace("\0", "")
    try:
        columns, *rows = list(csv.reader(io.StringIO(whole, newline=""))) or [[]]
    except csv.Error:
        return [], []
    if columns[:1] != [FIXED_COLUMNS[0]]:
        return [], []
    return columns, [row for row in rows if len(row) == len(columns) and _is_step(row[0])]


def _is_step(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and len(cell) < 20


def _text(rows: list[list[str]]) -> str:
    content = io.StringIO()
    csv.writer(content, lineterminator="\n").writerows(rows)
    return content.getvalue()


def _plain(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.9g}"
