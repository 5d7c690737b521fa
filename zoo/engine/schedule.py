"""How a learning rate changes over a training, as plain values; ``zoo.engine.schedules`` computes it."""

import dataclasses
from dataclasses import dataclass

from zoo.engine.configuration import check, option
from zoo.errors import UserError

MOST = 2**63 - 1  # updates of an optimiser may be several a training step
KINDS = ("constant", "linear", "step", "cosine")


@dataclass(frozen=True)
class Schedule:
    """A schedule, counted in steps from 0; plain values, so that JSON holds it.

    Raises:
        UserError: for a value out of its field's range, or that this kind of schedule cannot have.
    """

    kind: str = option("constant", "how the rate changes", choices=KINDS)
    decay_from: int = option(0, "linear, cosine: step from which it falls", at_least=0, at_most=MOST)
    decay_to: int = option(0, "linear, cosine: step from which it is 0", at_least=0, at_most=MOST)
    epoch_steps: int = option(
        1, "linear: steps over which it stays the same; with 1 it falls every step", at_least=1, at_most=MOST
    )
    every: int = option(0, "step: steps between two falls", at_least=0, at_most=MOST)
    factor: float = option(0.5, "step: what it is multiplied by", above=0)

    def __post_init__(self) -> None:
        check(self)
        if self.kind == "step" and self.every == 0:
            raise UserError("`every` 0: must be an integer ≥ 1 for a step schedule")
        if self.kind in ("linear", "cosine") and self.decay_from >= self.decay_to:
            raise UserError(
                f"`decay_from` {self.decay_from}, `decay_to` {self.decay_to}: a {self.kind} schedule must "
                "end after it begins; give a later end or an earlier beginning"
            )

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
