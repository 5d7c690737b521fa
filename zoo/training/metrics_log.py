"""``metrics.csv``: one row every so many steps, in step with the checkpoints."""

import csv
from pathlib import Path

from zoo.errors import UserError
from zoo.files import write_text

FIXED_COLUMNS = ("step", "epoch", "seconds", "images_per_second")


class MetricsLog:
    """Appends rows; when a run goes on from a checkpoint, rows after it are taken back first.

    So every logged step has exactly one row, however often the run was stopped or killed.

    Args:
        path: ``metrics.csv`` of the run.
        step: step that training starts from; later rows are removed.
    """

    def __init__(self, path: Path, step: int) -> None:
        self.path = path
        self._columns: list[str] | None = None
        if path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
            columns = lines[0].strip().split(",") if lines else []
            if columns and columns[0] == FIXED_COLUMNS[0]:
                rows = [line for line in lines[1:] if _until(line, step, len(columns))]
                write_text(path, "".join([lines[0], *rows]))
                self._columns = columns
            else:  # nothing but a torn header
                path.unlink()

    def append(self, values: dict[str, float]) -> None:
        """Write one row; the first one decides the columns."""
        new = self._columns is None
        if new:
            self._columns = list(values)
        try:
            with self.path.open("a", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, self._columns, lineterminator="\n")
                if new:
                    writer.writeheader()
                writer.writerow({name: _plain(value) for name, value in values.items()})
        except OSError as error:
            raise UserError(
                f"{self.path}: cannot be written ({error.strerror}); the last checkpoint is intact. "
                "Free some space, then go on with --resume"
            ) from None


def _until(line: str, step: int, columns: int) -> bool:
    """Whether a line is a whole row (a crash may tear the last one) of ``step`` or before."""
    cells = line.split(",")
    return line.endswith("\n") and len(cells) == columns and cells[0].isdigit() and int(cells[0]) <= step


def _plain(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.9g}"
