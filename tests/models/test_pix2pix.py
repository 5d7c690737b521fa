"""pix2pix trains on one device or several, in every precision, and learns."""

import numpy as np
import pytest

from zoo import Pix2Pix, Pix2PixConfig
from zoo.backend import tf

SMALL = {"size": (32, 32), "generator_width": 4, "discriminator_width": 4, "discriminator_layers": 1}


def batches(size: int = 4, dtype: str = "float32", count: int = 3) -> list[np.ndarray]:
    images = np.random.default_rng(0).uniform(-1, 1, (count, 2, size, 32, 32, 3))
    return images.astype(dtype)


def train(model: Pix2Pix, data: np.ndarray, strategy: tf.distribute.Strategy | None = None) -> list[dict]:
    dataset = tf.data.Dataset.from_tensor_slices((data[:, 0], data[:, 1]))
    if strategy is not None:
        dataset = strategy.experimental_distribute_dataset(dataset)
    step, stream = model.make_train_function(), iter(dataset)
    return [{name: float(value) for name, value in step(stream).items()} for _ in range(len(data))]


@pytest.mark.parametrize("precision", ["float32", "float64", "mixed_bfloat16", "mixed_float16"])
def test_trains_in_every_precision(precision: str) -> None:
    model = Pix2Pix(Pix2PixConfig(**SMALL), precision=precision)
    model.compile()
    before = model.generator.trainable_weights[0].numpy()
    logs = train(model, batches(dtype="float64" if precision == "float64" else "float32"))
    assert all(np.isfinite(list(log.values())).all() for log in logs)
    assert not np.array_equal(before, model.generator.trainable_weights[0].numpy())


def test_two_replicas_train_as_one(two_devices: list[str]) -> None:
    """Losses are scaled by the global batch and dropout draws by example, so the weights agree.

    In float64 and with instance normalisation: batch statistics differ between replicas by nature.
    """
    data, weights, logs = batches(dtype="float64"), [], []
    for strategy in (None, tf.distribute.MirroredStrategy(two_devices)):
        with (strategy or tf.distribute.get_strategy()).scope():
            model = Pix2Pix(Pix2PixConfig(**SMALL, norm="instance"), precision="float64")
            model.compile()
        logs.append(train(model, data, strategy))
        weights.append([weight.numpy() for weight in model.trainable_weights])
    for one, two in zip(*weights, strict=True):
        np.testing.assert_allclose(two, one, rtol=0, atol=1e-9)
    for one, two in zip(*logs, strict=True):
        assert two == pytest.approx(one, rel=1e-9)


def test_fit_learns_a_simple_translation() -> None:
    """Keras' own ``fit`` works, and L1 falls when there is something to learn."""
    model = Pix2Pix(Pix2PixConfig(**SMALL, learning_rate=2e-3))
    model.compile()
    source = np.random.default_rng(0).uniform(-1, 1, (8, 1, 1, 3)).astype("float32") * np.ones(
        (8, 32, 32, 3), "float32"
    )
    dataset = tf.data.Dataset.from_tensor_slices((source, -source)).batch(4).repeat()
    history = model.fit(dataset, steps_per_epoch=20, epochs=4, verbose=0).history["g_l1"]
    assert history[-1] < 0.5 * history[0]


def test_one_seed_gives_the_same_weights() -> None:
    config = Pix2PixConfig(**SMALL, seed=3)
    first, second = (Pix2Pix(config).get_weights() for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    other = Pix2Pix(Pix2PixConfig(**SMALL, seed=4)).generator.get_layer("down1").kernel.numpy()
    assert not np.array_equal(other, first[0])
