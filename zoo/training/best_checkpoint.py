"""Which checkpoint of a training measured best, so that it stays on disk."""

from pathlib import Path
from typing import Any

from zoo.evaluation.metrics import metric
from zoo.runs.checkpoints import checkpoint_of


class BestCheckpoint:
    """The best checkpoint so far by one metric of held-out examples.

    Args:
        name: of the metric, see ``zoo.evaluation.metrics``; None for no such checkpoint.

    Attributes:
        state: its metric, step and value, as JSON; None before the first.
    """

    def __init__(self, name: str | None) -> None:
        self._name = name
        self.state: dict[str, Any] | None = None

    @property
    def step(self) -> int | None:
        """Its step, or None before the first."""
        return None if self.state is None else self.state["step"]

    def record(self, step: int, held_out: dict[str, float]) -> None:
        """Compare the metrics of a new checkpoint with the best."""
        if self._name is None:
            return
        value = held_out[self._name]
        if metric(self._name).improves(value, None if self.state is None else self.state["value"]):
            self.state = {"metric": self._name, "step": step, "value": value}

    def restore(self, state: dict[str, Any] | None, checkpoints: Path, newest: int) -> None:
        """Take over a former ``state``, unless the checkpoint is gone or was the best by another metric.

        Args:
            state: of a checkpoint.
            checkpoints: the run's folder of them.
            newest: step of one that is known to be whole.
        """
        if state is None or state["metric"] != self._name or state["value"] is None:
            return  # values of two metrics cannot be compared; the next one is the best again
        if state["step"] == newest or checkpoint_of(checkpoints, state["step"]) is not None:
            self.state = state
