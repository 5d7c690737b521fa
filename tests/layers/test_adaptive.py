"""The normalisations and the pooling of MUNIT against their definitions."""

import numpy as np
import pytest

from zoo.backend import keras, tf
from zoo.layers import (
    AdaptiveInstanceNormalization,
    HalvingAverage2D,
    LayerNormalization,
    NearestUpsampling2D,
    ReflectionPadding2D,
    Residual,
)

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.normal(2, 3, (3, 5, 6, 7))


def test_adain_takes_its_offsets_first_and_its_scales_as_they_are() -> None:
    """Not 1 + scale; and the parameters of its own place among all layers'."""
    parameters = RANDOM.normal(size=(3, 4 * 7))
    got = AdaptiveInstanceNormalization(1, dtype="float64")([IMAGES, parameters])
    mean, variance = IMAGES.mean((1, 2), keepdims=True), IMAGES.var((1, 2), keepdims=True)
    offset, scale = parameters[:, None, None, 14:21], parameters[:, None, None, 21:]
    expected = (IMAGES - mean) / np.sqrt(variance + 1e-5) * scale + offset
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("batch", [1, 3])
def test_layer_normalization_is_munit_s(batch: int) -> None:
    """Unbiased deviation of the whole example, epsilon on it and not on the variance, one by one."""
    small = 1e-4 * IMAGES[:batch]  # so that epsilon matters
    layer = LayerNormalization(dtype="float64")
    layer.build(small.shape)
    gamma, beta = RANDOM.uniform(size=(2, 7))
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    axes = (1, 2, 3)
    mean, deviation = small.mean(axes, keepdims=True), small.std(axes, ddof=1, keepdims=True)
    expected = (small - mean) / (deviation + 1e-5) * gamma + beta
    np.testing.assert_allclose(layer(small), expected, rtol=0, atol=1e-12)


def test_layer_normalization_of_a_dead_layer_has_a_gradient() -> None:
    """Zeros everywhere, as behind ReLUs that are all off, would make every weight NaN."""
    zeros = tf.zeros((1, 4, 4, 2))
    with tf.GradientTape() as tape:
        tape.watch(zeros)
        output = LayerNormalization()(zeros)
    assert np.isfinite(tape.gradient(output, zeros)).all()


@pytest.mark.parametrize("kind", ["adain", "layer"])
def test_statistics_of_bfloat16_are_kept_in_float32(kind: str) -> None:
    """Means of thousands of bfloat16 values would lose all digits."""
    images = tf.cast(RANDOM.normal(100, 1, (1, 64, 64, 2)), tf.bfloat16)
    if kind == "adain":
        parameters = tf.constant([[0, 0, 1, 1]], tf.bfloat16)
        output = AdaptiveInstanceNormalization(dtype="mixed_bfloat16")([images, parameters])
    else:
        output = LayerNormalization(dtype="mixed_bfloat16")(images)
    assert output.dtype == tf.bfloat16
    rounded = tf.cast(images, tf.float64).numpy()
    axes = (1, 2) if kind == "adain" else (1, 2, 3)
    expected = (rounded - rounded.mean(axes, keepdims=True)) / rounded.std(axes, keepdims=True)
    np.testing.assert_allclose(tf.cast(output, tf.float64), expected, atol=0.02)


def test_layer_normalization_of_bfloat16_keeps_its_weights_in_float32() -> None:
    """A scale of 257 is 256 in bfloat16."""
    layer = LayerNormalization(dtype="mixed_bfloat16")
    layer.build((None, 1, 2, 1))
    layer.set_weights([np.array([257.0]), np.array([257 / np.sqrt(2)])])
    low, _ = layer(tf.constant([0, 2], tf.bfloat16, (1, 1, 2, 1)))[0, 0].numpy().ravel()
    assert abs(float(low)) < 0.1  # the mean less one deviation, and as much as that added again


@pytest.mark.parametrize(
    ("side", "expected"), [(4, [[2.5, 4], [8.5, 10]]), (3, [[2, 3], [5, 6]]), (2, [[1.5]])]
)
def test_halving_counts_the_pixels_inside(side: int, expected: list[list[float]]) -> None:
    """By hand, of 0, 1, 2, … row by row; Keras' "same" has 5, 6.5, 11, 12.5 for side 4."""
    image = np.arange(side * side, dtype="float64").reshape(1, side, side, 1)
    halved = HalvingAverage2D(dtype="float64")(np.concatenate([image, -image], axis=-1))
    np.testing.assert_allclose(halved[0, :, :, 0], expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(halved[0, :, :, 1], -np.array(expected), rtol=0, atol=1e-12)


@pytest.mark.parametrize("known", [False, True])
def test_upsampling_makes_a_pixel_four_and_its_gradient_their_sum(known: bool) -> None:
    """As UpSampling2D, whether or not the sides are known when it is traced."""
    weights = tf.constant(RANDOM.normal(size=(3, 10, 12, 7)))

    @tf.function(
        input_signature=[tf.TensorSpec((3, 5, 6, 7) if known else (None, None, None, 7), tf.float64)]
    )
    def upsampled(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            output = NearestUpsampling2D(dtype="float64")(images)
        return output, tape.gradient(output, images, weights)

    output, gradient = upsampled(tf.constant(IMAGES))
    np.testing.assert_array_equal(output, IMAGES.repeat(2, axis=1).repeat(2, axis=2))
    four = weights.numpy().reshape(3, 5, 2, 6, 2, 7).sum((2, 4))
    np.testing.assert_allclose(gradient, four, rtol=0, atol=1e-12)


def test_saving_memory_has_the_same_gradients_with_a_condition() -> None:
    """A block with AdaIN computed twice still tells the MLP, which makes its parameters, what to change."""
    convolution = {"padding": "same", "dtype": "float64", "kernel_initializer": "ones"}
    gradients = []
    for save_memory in (False, True):
        stack = [
            ReflectionPadding2D(name="pad", dtype="float64"),
            keras.layers.Conv2D(7, 3, name="conv", **{**convolution, "padding": "valid"}),
            AdaptiveInstanceNormalization(0, name="norm1", dtype="float64"),
            keras.layers.Conv2D(7, 1, name="conv2", **convolution),
            AdaptiveInstanceNormalization(1, name="norm2", dtype="float64"),
        ]
        block = Residual(stack, save_memory=save_memory, dtype="float64")
        x, parameters = tf.constant(IMAGES), tf.constant(np.linspace(-1, 2, 3 * 28).reshape(3, 28))
        with tf.GradientTape() as tape:
            tape.watch([x, parameters])
            loss = tf.reduce_sum(tf.sin(block([x, parameters], training=True)))
        gradients.append(tape.gradient(loss, [x, parameters, *block.trainable_variables]))
    for plain, saving in zip(*gradients, strict=True):
        assert np.linalg.norm(plain) > 0
        np.testing.assert_allclose(saving, plain, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "layer",
    [
        AdaptiveInstanceNormalization(3),
        LayerNormalization(gamma_initializer=keras.initializers.RandomUniform(0, 1, seed=1)),
        HalvingAverage2D(),
        NearestUpsampling2D(),
    ],
)
def test_layers_are_rebuilt_from_their_configuration(layer: keras.layers.Layer) -> None:
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()
