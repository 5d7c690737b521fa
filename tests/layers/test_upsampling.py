"""Nearest neighbours, with the zoo's own gradient."""

import numpy as np
import pytest

from zoo.backend import keras, tf
from zoo.layers import NearestUpsampling2D


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_repeats_pixels_and_has_keras_own_gradient(dtype: str) -> None:
    pixels = tf.random.stateless_normal((2, 3, 5, 4), seed=[0, 1], dtype=dtype)
    results = []
    for layer in (NearestUpsampling2D(dtype=dtype), keras.layers.UpSampling2D(dtype=dtype)):
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            repeated = layer(pixels)
            total = tf.reduce_sum(repeated**3)
        results.append((repeated, tape.gradient(total, pixels)))
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-5)


def test_keeps_static_sizes() -> None:
    """As an export with fixed sizes needs them."""
    assert NearestUpsampling2D()(keras.Input((4, 6, 3))).shape.as_list() == [None, 8, 12, 3]
