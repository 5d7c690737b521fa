"""How a learning rate changes over the steps of a training."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from zoo.backend import keras, tf
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
            raise UserError(f"schedule {self.kind!r}: unknown; choose from {', '.join(KINDS)}")
        if self.kind == "step" and self.every <= 0:
            raise UserError(f"every {self.every}: a step schedule falls every 1 step or more; give more")
        if self.kind == "step" and not 0 < self.factor < math.inf:
            raise UserError(f"factor {self.factor}: a step schedule multiplies by a number above 0; give one")
        if self.kind in ("linear", "cosine") and not 0 <= self.decay_from < self.decay_to:
            raise UserError(
                f"decay_from {self.decay_from}, decay_to {self.decay_to}: a {self.kind} schedule ends after "
                "it begins, which is at step 0 or later; give a later end or an earlier beginning"
            )
        if self.kind == "linear" and self.epoch_steps <= 0:
            raise UserError(f"epoch_steps {self.epoch_steps}: an epoch has 1 step or more; give more")

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


def make_schedule(
    learning_rate: float, schedule: Schedule
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """What a Keras optimiser takes as its learning rate: the number itself where it is constant."""
    if schedule.kind == "constant":
        return learning_rate
    return ScheduledRate(learning_rate, schedule)


@keras.saving.register_keras_serializable("zoo")
class ScheduledRate(keras.optimizers.schedules.LearningRateSchedule):
    """``learning_rate`` times what ``schedule`` leaves of it at a step.

    - "linear", as ``lr_policy='linear'`` of the pix2pix and CycleGAN reference:
      ``1 - max(0, epoch + 1 - n_epochs) / (n_epochs_decay + 1)`` in epoch 0, 1, …, of
      ``epoch_steps`` steps each, where n_epochs ends at ``decay_from`` and n_epochs_decay at
      ``decay_to``. Ends inside an epoch are taken as they are.
    - "step", as MUNIT's: ``factor ** (step // every)``.
    - "cosine": ``(1 + cos(π · share)) / 2`` of the share of the way from ``decay_from`` to
      ``decay_to`` (Loshchilov & Hutter 2017, eq. 5, without restarts).

    Call: step, an integer tensor () → float64 (), so that training in float64 is not held to
    float32's seven digits; optimisers cast it.
    """

    def __init__(self, learning_rate: float, schedule: Schedule) -> None:
        self.learning_rate = learning_rate
        self.schedule = schedule

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        step = tf.cast(step, tf.int64)
        shares = {"linear": self._linear, "step": self._step, "cosine": self._cosine}
        return tf.constant(self.learning_rate, tf.float64) * shares[self.schedule.kind](step)

    def _linear(self, step: tf.Tensor) -> tf.Tensor:
        stair = self.schedule.epoch_steps
        fallen = (step // stair + 1) * stair - self.schedule.decay_from
        length = self.schedule.decay_to - self.schedule.decay_from + stair
        return 1 - tf.cast(tf.clip_by_value(fallen, 0, length), tf.float64) / length

    def _step(self, step: tf.Tensor) -> tf.Tensor:
        falls = tf.cast(step // self.schedule.every, tf.float64)
        return tf.pow(tf.constant(self.schedule.factor, tf.float64), falls)

    def _cosine(self, step: tf.Tensor) -> tf.Tensor:
        length = self.schedule.decay_to - self.schedule.decay_from
        gone = tf.clip_by_value(step - self.schedule.decay_from, 0, length)
        return (1 + tf.cos(math.pi * tf.cast(gone, tf.float64) / length)) / 2

    def get_config(self) -> dict[str, Any]:
        return {"learning_rate": self.learning_rate, "schedule": dataclasses.asdict(self.schedule)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ScheduledRate":
        return cls(config["learning_rate"], Schedule(**config["schedule"]))
