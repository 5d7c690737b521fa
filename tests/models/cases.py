"""Every model of the zoo with a tiny configuration, for the battery of ``test_battery.py``.

To hold a new model to the battery, add a ``Case`` here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zoo.backend import keras, tf
from zoo.gan import GAN
from zoo.pix2pix import Pix2Pix, Pix2PixConfig

SIZE = 64  # the least at which the U-Net has dropout


@dataclass(frozen=True)
class Case:
    """One model to be tested.

    Attributes:
        name: shown in the test's name.
        make: precision → the model, not compiled.
        example: (random generator) → one example as ``train_step`` takes it, without batch axis.
        batch_statistics: whether examples of a batch depend on each other.
        variant: whether another case is the same to processes, in which each test takes a minute.
    """

    name: str
    make: Callable[[str], GAN]
    example: Callable[[np.random.Generator], Any]
    batch_statistics: bool = False
    variant: bool = False

    def data(self, steps: int, batch: int, precision: str = "float32", seed: int = 0) -> tf.data.Dataset:
        """``steps`` batches of examples that depend on the seed alone."""
        random = np.random.default_rng(seed)
        dtype = "float64" if precision == "float64" else "float32"
        examples = [self.example(random) for _ in range(steps * batch)]
        arrays = tf.nest.map_structure(lambda *parts: np.stack(parts).astype(dtype), *examples)
        return tf.data.Dataset.from_tensor_slices(arrays).batch(batch, drop_remainder=True)


def image_pair(size: int) -> Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]:
    """Source and target, (size, size, 3) in [-1, 1]."""
    return lambda random: tuple(random.uniform(-1, 1, (2, size, size, 3)))


PIX2PIX = Pix2PixConfig(size=(SIZE, SIZE), generator_width=4, discriminator_width=4)

# Whatever of the engine the plain one does not use.
SPARING = replace(
    PIX2PIX,
    size=(32, 32),
    norm="instance",
    generator="resnet-2",
    save_memory=True,
    diffaugment=("color", "translation", "cutout"),
)


def pix2pix(config: Pix2PixConfig) -> Callable[[str], GAN]:
    return lambda precision: Pix2Pix(config, precision)


CASES = [
    Case("pix2pix", pix2pix(PIX2PIX), image_pair(SIZE), batch_statistics=True),
    Case("pix2pix-instance", pix2pix(replace(PIX2PIX, norm="instance")), image_pair(SIZE), variant=True),
    Case("pix2pix-sparing", pix2pix(SPARING), image_pair(32)),
]


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
