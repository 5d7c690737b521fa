"""What the battery of ``test_battery.py`` needs of a model: a tiny one, and examples for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zoo.backend import keras, tf
from zoo.engine.gan import GAN


@dataclass(frozen=True)
class Case:
    """One model to be tested.

    Attributes:
        name: shown in the test's name.
        make: precision → the model, not compiled.
        example: (random generator) → one example as ``train_step`` takes it, without batch axis.
        batch_statistics: whether examples of a batch depend on each other.
        batches_per_step: as the model's.
        variant: whether another case is the same to the tests that take long.
    """

    name: str
    make: Callable[[str], GAN]
    example: Callable[[np.random.Generator], Any]
    batch_statistics: bool = False
    batches_per_step: int = 1
    variant: bool = False

    def data(self, steps: int, batch: int, precision: str = "float32", seed: int = 0) -> tf.data.Dataset:
        """What ``steps`` steps take, of batches of ``batch`` examples that depend on the seed alone."""
        random = np.random.default_rng(seed)
        examples = [self.example(random) for _ in range(steps * batch * self.batches_per_step)]
        arrays = tf.nest.map_structure(lambda *parts: as_given(np.stack(parts), precision), *examples)
        dataset = tf.data.Dataset.from_tensor_slices(arrays)
        return dataset.batch(batch * self.batches_per_step, drop_remainder=True)


def as_given(values: np.ndarray, precision: str) -> np.ndarray:
    """Images in the dtype that a model of that precision is given; labels as they are, in int32."""
    if np.issubdtype(values.dtype, np.integer):
        return values.astype("int32")
    return values.astype("float64" if precision == "float64" else "float32")


def image_pair(size: int) -> Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]:
    """Source and target, (size, size, 3) in [-1, 1]."""
    return lambda random: tuple(random.uniform(-1, 1, (2, size, size, 3)))


def compiled(case: Case, precision: str = "float32", **options: Any) -> GAN:
    """The model of a case, compiled."""
    model = case.make(precision)
    model.compile(**options)
    return model


def trained_state(model: GAN) -> dict[str, np.ndarray]:
    """Everything that a checkpoint of the model holds, by name."""
    state = {}
    for name, item in model.checkpoint_items().items():
        variables = item.variables() if callable(getattr(item, "variables", None)) else item.variables
        for number, variable in enumerate(variables):
            if not isinstance(item, keras.optimizers.Optimizer) or "learning_rate" not in variable.name:
                state[f"{name}/{number}/{variable.name}"] = variable.numpy()
    return state
