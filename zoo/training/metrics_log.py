"""``metrics.csv``: one row every so many steps, in step with the checkpoints."""

import csv
from pathlib import Path

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
            lines = path.read_text(encoding="utf-8").splitlines()
            rows = [
                line for line in lines[1:] if line.split(",")[0].isdigit() and int(line.split(",")[0]) <= step
            ]
            write_text(path, "".join(f"{line}\n" for line in [*lines[:1], *rows]))
            self._columns = lines[0].split(",") if lines else None

    def append(self, values: dict[str, float]) -> None:
        """Write one row; the first one decides the columns."""
        new = self._columns is None
        if new:
            self._columns = list(values)
        with self.path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self._columns, lineterminator="\n")
            if new:
                writer.writeheader()
            writer.writerow({name: _plain(value) for name, value in values.items()})


def _plain(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.9g}"
