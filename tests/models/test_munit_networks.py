"""MUNIT's networks have the reference's size and take any allowed image."""

import numpy as np
import pytest

from zoo.backend import keras, tf
from zoo.models.munit.networks import (
    content_encoder,
    decoder,
    multiscale_discriminator,
    smallest_side,
    style_encoder,
)

RANDOM = np.random.default_rng(0)
SMALL = {"width": 4, "blocks": 1}


def trainable(network: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.mark.parametrize(
    ("build", "parameters"),
    [
        (content_encoder, 5_385_856),
        (style_encoder, 2_764_936),
        (decoder, 5_754_627 + 1_120_768),  # with its MLP
        (multiscale_discriminator, 8_271_171),
    ],
)
def test_parameter_counts_are_the_reference_s(build, parameters: int) -> None:
    assert trainable(build()) == parameters


@pytest.mark.parametrize("size", [None, (20, 36)])
@pytest.mark.parametrize("channels", [1, 3])
def test_generators_take_non_square_images_and_other_channels(channels: int, size) -> None:
    images = RANDOM.uniform(-1, 1, (2, 20, 36, channels)).astype("float32")
    content = content_encoder(channels, size=size, **SMALL)(images)
    style = style_encoder(channels, width=4, style_size=3, size=size)(images)
    back = decoder(channels, style_size=3, mlp_width=8, size=size, **SMALL)
    assert (content.shape, style.shape) == ((2, 5, 9, 16), (2, 3))
    assert back([content, style]).shape == images.shape
    if size:
        assert back.output_shape == (None, *size, channels)


@pytest.mark.parametrize("channels", [1, 3])
def test_discriminator_judges_each_scale(channels: int) -> None:
    scores = multiscale_discriminator(channels, width=2)(np.zeros((2, 64, 100, channels), "float32"))
    assert [tuple(each.shape) for each in scores] == [(2, 4, 6, 1), (2, 2, 3, 1), (2, 1, 1, 1)]


def test_scales_of_the_discriminator_share_nothing_and_see_the_image_halved() -> None:
    """The second scale is the first one's network on means of 3×3 pixels."""
    both = multiscale_discriminator(1, width=2, layers=1, scales=2, dtype="float64")
    for weight in both.weights:
        if weight.name.startswith("scale2"):
            weight.assign(next(w for w in both.weights if w.name == weight.name.replace("scale2", "scale1")))
    column = np.arange(8.0)
    image = np.broadcast_to(column, (1, 8, 8))[..., None]
    halved = np.array([0.5, 2, 4, 6])
    _, second = both(image)
    first, _ = both(np.broadcast_to(halved, (1, 4, 4))[..., None])
    np.testing.assert_allclose(second, first, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("layers", "scales"), [(4, 3), (2, 2), (1, 1)])
def test_the_smallest_side_is_enough_and_half_of_it_is_not(layers: int, scales: int) -> None:
    side = smallest_side(2, layers, scales)
    judge, style = multiscale_discriminator(1, 1, layers, scales), style_encoder(1, 1)
    content = content_encoder(1, 1, blocks=1)

    def run(side: int) -> None:
        image = np.zeros((1, side, side, 1), "float32")
        for network in (judge, style, content):
            network(image)

    run(side)
    with pytest.raises(tf.errors.InvalidArgumentError, match="paddings must be less"):
        run(side // 2)


def test_upsampling_repeats_pixels_and_borders_are_reflected() -> None:
    """With kernels that copy the middle pixel, the decoder only enlarges and squashes."""
    network = decoder(1, width=1, blocks=1, downsamplings=1, style_size=1, mlp_width=1, dtype="float64")
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            kernel = np.zeros(layer.kernel.shape)
            kernel[kernel.shape[0] // 2, kernel.shape[1] // 2, 0, 0] = 1
            layer.kernel.assign(kernel)
    for name in ("mlp1", "mlp2", "mlp3"):  # scales and offsets of 0: the block is an identity
        network.get_layer(name).kernel.assign(tf.zeros_like(network.get_layer(name).kernel))
    network.get_layer("up1_norm").gamma.assign([1.0])
    content = RANDOM.uniform(size=(1, 4, 4, 2))
    large = content[..., :1].repeat(2, axis=1).repeat(2, axis=2)
    normal = (large - large.mean()) / (large.std(ddof=1) + 1e-5)
    expected = np.tanh(np.maximum(normal, 0))
    np.testing.assert_allclose(network([content, np.ones((1, 1))]), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("build", [content_encoder, decoder])
def test_they_are_rebuilt_from_their_configuration(build) -> None:
    """As the moving average of the weights clones them."""
    network = build(save_memory=True, dtype="float64", **SMALL)
    rebuilt = keras.Model.from_config(network.get_config())
    rebuilt.set_weights(network.get_weights())
    images = RANDOM.uniform(-1, 1, (1, 16, 16, 3))
    given = images if build is content_encoder else [RANDOM.uniform(size=(1, 4, 4, 16)), np.ones((1, 8))]
    np.testing.assert_array_equal(rebuilt(given), network(given))
    assert rebuilt.get_layer("block1").save_memory


def test_initial_weights_are_the_reference_s() -> None:
    """He's for the generators, not truncated; N(0, 0.02) for the discriminators; U(0, 1) for the scales."""
    network = decoder()
    kernel = network.get_layer("mlp3").kernel.numpy()
    assert abs(kernel.std() / np.sqrt(2 / 256) - 1) < 0.01
    assert np.abs(kernel).max() > 4 * kernel.std()  # Keras' HeNormal ends at about 2.3
    assert not network.get_layer("mlp3").bias.numpy().any()
    gamma = network.get_layer("up2_norm").gamma.numpy()
    assert gamma.min() > 0
    assert gamma.max() < 1
    assert abs(gamma.mean() - 0.5) < 0.1
    kernel = multiscale_discriminator().get_layer("scale2_conv3").kernel.numpy()
    assert abs(kernel.std() / 0.02 - 1) < 0.01
