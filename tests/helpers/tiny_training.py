"""A model whose losses are the numbers that the data hold, and how it is trained for a few steps."""

import csv
from collections.abc import Iterator
from typing import Any

import numpy as np

from zoo.backend import keras, tf
from zoo.data.pipeline.shards import Shard
from zoo.engine.gan import GAN
from zoo.runs.run_directory import RunDirectory
from zoo.training.configuration import TrainingConfig
from zoo.training.loop import Trainer

WORST = 1e30  # its square is beyond float32
OVERFLOW = 1e5  # a loss after which the update is infinite


class Tiny(GAN):
    """Its losses are the number that the data hold, so a test decides them."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = keras.Sequential(
            [keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")]
        )

    def train_step(self, data: tf.Tensor) -> dict[str, tf.Tensor]:
        value = tf.reduce_mean(data)
        weight = self.generator.trainable_variables[0]
        weight.assign_add(tf.where(value == OVERFLOW, np.inf, 1.0) * tf.ones_like(weight))
        return {"g_l1": value, "d_real": value * value}

    def parts(self) -> dict[str, keras.Model]:
        return {"generator": self.generator}


def tiny_trainer(run: RunDirectory, steps: int, **options: int) -> Trainer:
    model = Tiny()
    model.compile()
    config = TrainingConfig(**{"steps": steps, "log_every": 3, "checkpoint_every": 4, **options})
    return Trainer(model, run, config, tf.distribute.get_strategy(), epoch_size=10)


def train(
    trainer: Trainer, values: dict[int, float] | None = None, on_row=lambda row: None, **options: Any
) -> bool:
    """The loss of step k is k, or what ``values`` says."""

    def numbers(start: int, shard: Shard) -> tf.data.Dataset:
        def generate() -> Iterator[np.ndarray]:
            for step in range(start + 1, 10_000):
                yield np.full((1, 1), (values or {}).get(step, step), np.float32)

        return tf.data.Dataset.from_generator(generate, output_signature=tf.TensorSpec((1, 1)))

    return trainer.train(numbers, on_row, lambda step: None, **options)


def rows(run: RunDirectory) -> list[tuple[int, float, float]]:
    with (run.path / "metrics.csv").open() as file:
        return [(int(row["step"]), float(row["g_l1"]), float(row["epoch"])) for row in csv.DictReader(file)]


def saved(run: RunDirectory) -> list[str]:
    return sorted(path.name for path in run.checkpoints.iterdir())
