"""The image pool against the reference's rule, written out plainly, given the same draws."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.backend import tf
from zoo.engine.image_pool import ImagePool
from zoo.errors import UserError

fractions = st.integers(0, 2**23 - 1).map(lambda whole: whole * 2**-23)  # what float32 generators draw
batches = st.lists(st.lists(st.tuples(fractions, fractions), min_size=1, max_size=6), max_size=6)


class Given(ImagePool):
    """Draws what it is given."""

    def uniform(self, batch: Any, shape: Any) -> tf.Tensor:
        return self.given


def plain_pool(held: list[float], capacity: int, image: float, swap: float, which: float) -> float:
    """The reference's rule for one image; changes ``held``."""
    if len(held) < capacity:
        held.append(image)
        return image
    if capacity and swap >= 0.5:
        place = int(which * capacity)
        image, held[place] = held[place], image
    return image


@settings(max_examples=150, deadline=None)
@given(capacity=st.integers(0, 4), steps=batches)
def test_it_is_the_reference_s_pool(capacity: int, steps: list[list[tuple[float, float]]]) -> None:
    """Filling within a batch, several swaps of one place in one batch, no pool at all."""
    pool = Given(capacity)
    pool.build((None, 1, 1, 1))
    held: list[float] = []
    number = 0
    for draws in steps:
        images = np.arange(number + 1, number + 1 + len(draws), dtype="float32")
        number += len(draws)
        pool.given = tf.constant(draws, tf.float32)
        expected = [plain_pool(held, capacity, x, *d) for x, d in zip(images, draws, strict=True)]
        np.testing.assert_array_equal(pool(images.reshape(-1, 1, 1, 1)).numpy().ravel(), expected)
    if capacity:
        assert pool.count.numpy() == len(held)
        np.testing.assert_array_equal(pool.images.numpy().ravel()[: len(held)], held)


def test_half_are_swapped_and_every_place_is_drawn() -> None:
    """With its own draws: 2,000 images, expected swaps 1,000 ± 22."""
    pool = ImagePool(4, seed=1)
    pool.build((None, 1, 1, 1))
    pool(np.full((4, 1, 1, 1), -1.0))
    images = np.arange(2000, dtype="float32").reshape(-1, 1, 1, 1)
    out = pool(images).numpy()
    assert abs((out != images).sum() - 1000) < 5 * 22
    assert (out == -1).sum() == 4


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_images_are_kept_to_the_last_bit(dtype: str) -> None:
    pool = ImagePool(3, dtype=dtype)
    pool.build((None, 4, 6, 1))
    images = np.random.default_rng(0).uniform(-1, 1, (3, 4, 6, 1)).astype(dtype)
    np.testing.assert_array_equal(pool(images), images)
    assert pool.images.dtype == dtype
    np.testing.assert_array_equal(pool.images.numpy(), images)


def test_no_pool_holds_no_images() -> None:
    pool = ImagePool(0)
    pool.build((None, 256, 256, 3))
    assert [weight.shape.rank for weight in pool.weights] == [0]


def test_another_size_names_the_remedy() -> None:
    pool = ImagePool(2)
    pool.build((None, 32, 48, 3))
    with pytest.raises(UserError, match=r"16x16.*32x48: give the model's size or crop"):
        pool(np.zeros((1, 16, 16, 3), "float32"))


def test_it_is_rebuilt_from_its_configuration() -> None:
    pool = ImagePool(7, seed=5, dtype="float64")
    assert ImagePool.from_config(pool.get_config()).get_config() == pool.get_config()
