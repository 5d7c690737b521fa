"""The zoo's own layers against TensorFlow, TensorFlow Addons and their definitions."""

import importlib.util
import warnings

import numpy as np
import pytest

from zoo.backend import keras, tf
from zoo.layers import BatchNormalization, Dropout, InstanceNormalization

IMAGES = np.random.default_rng(0).normal(2, 3, (4, 5, 6, 7))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_batch_normalization_moves_the_unbiased_variance(dtype: str) -> None:
    """PyTorch's rule, in the fused kernel and without it; Keras' float64 path has the biased one."""
    layer = BatchNormalization(momentum=0.9, dtype=dtype)
    output = layer(IMAGES.astype(dtype), training=True)
    mean, variance = IMAGES.mean((0, 1, 2)), IMAGES.var((0, 1, 2))
    np.testing.assert_allclose(output, (IMAGES - mean) / np.sqrt(variance + 1e-5), atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean, 0.1 * mean, rtol=1e-5)
    unbiased = IMAGES.var((0, 1, 2), ddof=1)
    np.testing.assert_allclose(layer.moving_variance, 0.9 + 0.1 * unbiased, rtol=1e-5)
    moved = layer(IMAGES.astype(dtype), training=False)
    expected = (IMAGES - 0.1 * mean) / np.sqrt(0.9 + 0.1 * unbiased + 1e-5)
    np.testing.assert_allclose(moved, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow_addons") is None, reason="tensorflow-addons is not for this Python"
)
def test_instance_normalization_is_tensorflow_addons() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its end-of-life banner
        import tensorflow_addons as tfa
    images = IMAGES.astype("float32")
    theirs = tfa.layers.InstanceNormalization(epsilon=1e-5, center=False, scale=False)(images)
    np.testing.assert_allclose(InstanceNormalization()(images), theirs, atol=2e-6)


def test_instance_normalization_of_bfloat16_keeps_statistics_in_float32() -> None:
    """Means of thousands of bfloat16 values would lose all digits."""
    images = np.random.default_rng(1).normal(100, 1, (1, 64, 64, 2)).astype("float32")
    output = InstanceNormalization(dtype="mixed_bfloat16")(tf.cast(images, tf.bfloat16))
    rounded = tf.cast(tf.cast(images, tf.bfloat16), tf.float32).numpy()
    expected = (rounded - rounded.mean((1, 2), keepdims=True)) / rounded.std((1, 2), keepdims=True)
    np.testing.assert_allclose(tf.cast(output, tf.float32), expected, atol=0.02)


def test_instance_normalization_of_bfloat16_keeps_its_weights_in_float32() -> None:
    """A scale of 257 is 256 in bfloat16, and training could never move it by less than one."""
    layer = InstanceNormalization(affine=True, dtype="mixed_bfloat16")
    layer.build((None, 2, 2, 1))
    layer.set_weights([np.array([257.0]), np.array([-256.0])])
    output = layer(tf.constant([1, -1, -1, 1], tf.bfloat16, (1, 2, 2, 1)))
    np.testing.assert_allclose(tf.cast(output, tf.float32)[0, :, :, 0], [[1, -513], [-513, 1]], rtol=0.01)


def test_dropout_draws_are_a_function_of_seed_and_count() -> None:
    """What makes a resumed run equal to an undisturbed one."""
    ones = np.ones((8, 16, 16, 4), "float32")
    first, again, other = Dropout(0.5, seed=1), Dropout(0.5, seed=1), Dropout(0.5, seed=2)
    draws = [first(ones, training=True).numpy() for _ in range(3)]
    again.build(ones.shape)
    again.draws.assign(2)
    np.testing.assert_array_equal(again(ones, training=True), draws[2])
    assert not np.array_equal(draws[0], draws[1])
    assert not np.array_equal(other(ones, training=True), draws[0])
    assert set(np.unique(draws[0])) == {0.0, 2.0}
    assert abs(draws[0].mean() - 1) < 0.05
    np.testing.assert_array_equal(first(ones, training=False), ones)


@pytest.mark.parametrize(
    "layer", [BatchNormalization(momentum=0.8), InstanceNormalization(affine=True), Dropout(0.3, seed=7)]
)
def test_layers_are_rebuilt_from_their_configuration(layer: keras.layers.Layer) -> None:
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


def test_statistics_of_large_pictures_keep_their_digits() -> None:
    """In float32: one sum after the other over all pixels is ten times as far off."""
    x = np.random.default_rng(0).normal(3, 1, (1, 201, 333, 4)).astype("float32")
    exact = x.astype("float64")
    exact = (exact - exact.mean((1, 2), keepdims=True)) / np.sqrt(exact.var((1, 2), keepdims=True) + 1e-5)
    np.testing.assert_allclose(InstanceNormalization()(x), exact, rtol=0, atol=5e-6)
