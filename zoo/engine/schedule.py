"""How a learning rate changes over a training, as plain values; ``zoo.engine.schedules`` computes it."""

import dataclasses
import math
from dataclasses import dataclass

from zoo.errors import UserError

KINDS = ("constant", "linear", "step", "cosine")


@dataclass(frozen=True)
class Schedule:
    """A schedule, counted in steps from 0; plain values, so that JSON holds it.

    Attributes:
        kind: one of ``KINDS``.
        decay_from: "linear" and "cosine": step from which it falls.
        decay_to: "linear" and "cosine": step at which it is 0, where it stays.
        epoch_steps: "linear": steps of a stair, over which the rate stays; 1 lets it fall every step.
        every: "step": steps between two falls.
        factor: "step": what the rate is multiplied by.

    Raises:
        UserError: for an unknown kind, or values that it cannot have.
    """

    kind: str = "constant"
    decay_from: int = 0
    decay_to: int = 0
    epoch_steps: int = 1
    every: int = 0
    factor: float = 0.5

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UserError(f"`schedule` {self.kind!r}: unknown; choose from {', '.join(KINDS)}")
        if self.kind == "step" and self.every <= 0:
            raise UserError(f"`every` {self.every}: must be an integer ≥ 1 for a step schedule")
        if self.kind == "step" and not 0 < self.factor < math.inf:
            raise UserError(f"`factor` {self.factor}: must be a number > 0 for a step schedule")
        if self.kind in ("linear", "cosine") and not 0 <= self.decay_from < self.decay_to:
            raise UserError(
                f"`decay_from` {self.decay_from}, `decay_to` {self.decay_to}: a {self.kind} schedule ends "
                "after it begins, which is at step 0 or later; give a later end or an earlier beginning"
            )
        if self.kind == "linear" and self.epoch_steps <= 0:
            raise UserError(f"`epoch_steps` {self.epoch_steps}: must be an integer ≥ 1")

    def stretched(self, times: int) -> "Schedule":
        """The same schedule for an optimiser that counts ``times`` updates a training step."""
        return dataclasses.replace(
            self,
            decay_from=self.decay_from * times,
            decay_to=self.decay_to * times,
            epoch_steps=self.epoch_steps * times,
            every=self.every * times,
        )


CONSTANT = Schedule()
