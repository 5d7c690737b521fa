"""How a learning rate changes over the steps of a training."""

import dataclasses
import math
from typing import Any

from zoo.backend import keras, tf
from zoo.engine.schedule import Schedule


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
