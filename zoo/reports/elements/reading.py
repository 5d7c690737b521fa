"""Reads what a run directory holds; nothing here raises for what a file says."""

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import UserError
from zoo.runs.run_directory import upgraded_configuration
from zoo.runs.run_files import read_run_file


def read_json_or_none(path: Path, schema: str, warnings: list[str]) -> Any:
    """What the JSON file holds, or None where it is absent or, with a warning, damaged."""
    if not path.exists():
        return None
    try:
        return read_run_file(path, schema)
    except UserError as error:
        what = str(error).removeprefix(f"{path}: ").rpartition("; ")[0] or str(error)
        warnings.append(f"{path.name} could not be read and is left out ({what}).")
        return None


def reason(error: Exception) -> str:
    """What went wrong, in one line."""
    return str(getattr(error, "strerror", None) or error or type(error).__name__).splitlines()[0]


def as_mapping(value: Any) -> dict[str, Any]:
    """``value`` if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_lines(value: Any) -> list[str]:
    """Lines of a text, or the items of a list as texts; none of anything else."""
    if isinstance(value, str):
        return value.splitlines()
    return [as_text(line) for line in value] if isinstance(value, list) else []


def as_number(value: Any) -> float | None:
    """``value`` as a finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        value = float(value)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def as_text(value: Any) -> str:
    """A value of a JSON file in the words of the page."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}"
    if isinstance(value, list):
        sizes = all(isinstance(item, int) for item in value) and len(value) == 2
        return (" × " if sizes else ", ").join(map(as_text, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{key} {as_text(item)}" for key, item in value.items()) or "–"
    return str(value)


def label(key: str) -> str:
    """A name of a file's as the page writes it."""
    return str(key).replace("_", " ")


class Metrics:
    """The rows of ``metrics.csv``: sorted steps and, for each other column, values with NaN for gaps."""

    def __init__(self, steps: np.ndarray, columns: dict[str, np.ndarray]) -> None:
        self.steps = steps
        self.columns = columns

    def last(self, name: str) -> float | None:
        """The last recorded value of a column, or None."""
        values = self.columns.get(name, np.zeros(0))
        values = values[np.isfinite(values)]
        return float(values[-1]) if len(values) else None


def _cell(text: str | None) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return math.nan


def read_metrics(path: Path, warnings: list[str]) -> Metrics:
    """Rows of the CSV; a row being written is passed over, and of repeated steps the last counts."""
    rows: dict[float, list[float]] = {}
    names: list[str] = []
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            reader = csv.reader(line.replace("\0", "") for line in file)
            names = next(reader, [])
            step = names.index("step") if "step" in names else None
            if names and step is None:
                warnings.append(f"{path.name} has no column “step”, so no curve is drawn.")
                names = []
            for row in reader if names else ():
                cells = [_cell(cell) for cell in row]
                if len(row) == len(names) and math.isfinite(cells[step]):
                    rows[cells[step]] = cells
    except FileNotFoundError:
        pass
    except (OSError, csv.Error) as error:
        warnings.append(f"{path.name} could not be read to its end ({reason(error)}).")
    table = np.array([rows[step] for step in sorted(rows)]).reshape(len(rows), len(names))
    columns = {name: table[:, i] for i, name in enumerate(names)}
    steps = columns.pop("step", np.zeros(0))
    broken = {
        name: steps[~np.isfinite(values)][0]
        for name, values in columns.items()
        if np.isfinite(values).any() and not np.isfinite(values).all()
    }
    if broken:
        first = min(broken, key=broken.get)
        others = f" ({len(broken)} columns in all)" if len(broken) > 1 else ""
        warnings.append(f"{first} is not a finite number at step {broken[first]:,.0f}{others}.")
    return Metrics(steps, columns)


class RunFiles:
    """What the files of a run say, as far as they exist and are whole.

    Attributes:
        run: the run directory.
        config, evaluation, verification, best, noted: of ``config.json``, ``evaluation.json``, the
            bundle's ``verification.json``, ``checkpoints/best.json`` and ``warnings.json``; empty where
            there is none.
        metrics: of ``metrics.csv``.
        warnings: what could not be read; sections add to it.
    """

    def __init__(self, run: Path) -> None:
        self.run = run
        self.warnings: list[str] = []
        self.config = self._json("config.json", "run") or {}
        if self.config:
            self.config["configuration"] = upgraded_configuration(self.config)
        self.evaluation = self._json("evaluation.json", "evaluation") or {}
        self.verification = self._json("bundle/verification.json", "verification") or {}
        self.best = self._json("checkpoints/best.json", "best") or {}
        self.noted = self._json("warnings.json", "warnings") or []
        self.metrics = read_metrics(run / "metrics.csv", self.warnings)

    @property
    def name(self) -> str:
        """Of the run directory."""
        return self.run.resolve().name

    @property
    def data(self) -> dict[str, Any]:
        """What ``config.json`` says of the data."""
        return self.config.get("data", {})

    @property
    def unit(self) -> str:
        """What the model learns from: "pairs", or "images" where it has no pairs."""
        names = {"images", "training_images", "held_out_images", "domains"}
        return "images" if names & set(self.data) else "pairs"

    def _json(self, name: str, schema: str) -> Any:
        return read_json_or_none(self.run / name, schema, self.warnings)
