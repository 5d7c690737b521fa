"""pix2pix learns, and is what its seed says; ``test_battery.py`` holds it to the engine."""

import numpy as np

from zoo import Pix2Pix, Pix2PixConfig
from zoo.backend import tf

SMALL = {"size": (32, 32), "generator_width": 4, "discriminator_width": 4, "discriminator_layers": 1}


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
