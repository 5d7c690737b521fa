"""What the chief records while a model trains: rows, curves, sample grids, warnings."""

from collections.abc import Callable
from typing import Any

from zoo.backend import tf
from zoo.io.text import printable
from zoo.runs.run_directory import RunDirectory
from zoo.training.metrics_csv import MetricsLog
from zoo.training.samples import Sample
from zoo.training.tensorboard_log import event_errors, scalars_writer, summarise_grid
from zoo.training.warning_signs import WarningSigns


class Journal:
    """Writes ``metrics.csv``, ``held_out.csv``, ``warnings.json`` and ``logs/`` of a run.

    What an earlier training recorded after ``step`` is removed first.

    Args:
        run: where it is written.
        step: step that training starts from.
        discriminator_losses: see ``WarningSigns``.
        signs: ``state`` of the journal at that step, or None at the start.
        on_warning: called with each sign that training is going wrong.
    """

    def __init__(
        self,
        run: RunDirectory,
        step: int,
        discriminator_losses: tuple[str, ...],
        signs: dict[str, Any] | None,
        on_warning: Callable[[str], None],
    ) -> None:
        self._metrics = MetricsLog(run.path / "metrics.csv", step)
        self._held_out = MetricsLog(run.path / "held_out.csv", step)
        self._signs = WarningSigns(run.path / "warnings.json", discriminator_losses, step)
        if signs is not None:
            self._signs.restore(signs)
        self._logs = run.path / "logs"
        with event_errors(self._logs):
            self._events = scalars_writer(self._logs, step)
        self._on_warning = on_warning

    def row(self, row: dict[str, float], steps: int) -> None:
        """Record a row of metrics, the means of ``steps`` steps."""
        self._metrics.append(row)
        self._scalars("", row)
        self._warn(self._signs.after_row(row["step"], row, steps))

    def sample(self, step: int, sample: Sample) -> None:
        """Record a sample grid."""
        with event_errors(self._logs), self._events.as_default():
            summarise_grid(sample.picture, step)
        self._warn(self._signs.after_samples(step, sample.inputs, sample.outputs, sample.targets))

    def held_out(self, step: int, metrics: dict[str, float]) -> None:
        """Record metrics on held-out examples."""
        self._held_out.append({"step": step, **metrics})
        self._scalars("held_out/", {"step": step, **metrics})

    def state(self) -> dict[str, Any]:
        """What a checkpoint must hold for the journal to continue as if training had not stopped."""
        return self._signs.state()

    def flush(self) -> None:
        """Write out what is still in memory."""
        with event_errors(self._logs):
            self._events.flush()

    def _scalars(self, prefix: str, values: dict[str, float]) -> None:
        with event_errors(self._logs), self._events.as_default():
            for name, value in values.items():
                tf.summary.scalar(f"{prefix}{printable(name)}", value, values["step"])

    def _warn(self, warnings: list[str]) -> None:
        for text in warnings:
            self._on_warning(text)
