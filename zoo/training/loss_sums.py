"""Losses added up for a row of metrics, so that a checkpoint does not grow with the steps between rows."""

from collections.abc import Mapping, Sequence
from typing import Any


class Sums:
    """Losses of training steps, added up for their means.

    Attributes:
        steps: how many steps.
    """

    def __init__(self) -> None:
        self.steps = 0
        self._sums: dict[str, float] = {}

    @classmethod
    def restored(cls, state: Mapping[str, Any] | Sequence[Mapping[str, float]]) -> "Sums":
        """From ``state``, or from a list of the steps' losses, which former versions kept."""
        sums = cls()
        if isinstance(state, Mapping):
            sums.steps, sums._sums = state["steps"], dict(state["sums"])
        else:
            for losses in state:
                sums.add(losses)
        return sums

    def add(self, losses: Mapping[str, float]) -> None:
        """Add the losses of one step, the same each time."""
        self.steps += 1
        self._sums = {name: self._sums.get(name, 0.0) + value for name, value in losses.items()}

    def means(self) -> dict[str, float]:
        """Means over the steps, by name."""
        return {name: total / self.steps for name, total in self._sums.items()}

    def state(self) -> dict[str, Any]:
        """What ``restored`` needs, as JSON values."""
        return {"steps": self.steps, "sums": self._sums}
