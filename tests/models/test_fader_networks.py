"""The networks of Fader Networks have the reference's size and take any allowed image."""

import numpy as np
import pytest

from zoo.backend import keras
from zoo.errors import UserError
from zoo.layers import BatchNormalization
from zoo.models.fader.networks import (
    attribute_classifier,
    fader_decoder,
    fader_encoder,
    fader_latent_discriminator,
)

TINY = {"layers": 3, "width": 4, "max_width": 8}


def trainable(network: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.mark.parametrize(
    ("build", "options", "parameters"),
    [
        (fader_encoder, {}, 6_985_568),
        (fader_decoder, {"columns": 2}, 7_014_944),
        (fader_latent_discriminator, {"columns": 2}, 8_655_362),
        (attribute_classifier, {"columns": 80}, 15_680_944),
    ],
)
def test_parameter_counts_are_the_reference_s(build, options: dict, parameters: int) -> None:
    assert trainable(build(**options)) == parameters


@pytest.mark.parametrize("upsampling", ["transposed", "nearest"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [None, (32, 48)])
def test_non_square_images_of_one_or_three_channels(
    upsampling: str, channels: int, size: tuple[int, int] | None
) -> None:
    encoder = fader_encoder(channels, size=size, **TINY)
    decoder = fader_decoder(3, channels, upsampling=upsampling, size=size, **TINY)
    image = np.zeros((2, 32, 48, channels), "float32")
    latent = encoder(image)
    assert latent.shape == (2, 4, 6, 8)
    assert decoder([latent, np.zeros((2, 3), "float32")]).shape == image.shape
    if size is not None:
        assert decoder.output_shape == (None, 32, 48, channels)


@pytest.mark.parametrize(
    ("size", "maps"), [((64, 64), [4, 2, 1]), ((40, 40), [2, 1]), ((24, 40), [1]), ((8, 8), [])]
)
def test_latent_discriminator_halves_until_the_shorter_side_is_one(
    size: tuple[int, int], maps: list[int]
) -> None:
    """An odd side as PyTorch halves it, 5 to 2: padding="same" would make 3 of it."""
    network = fader_latent_discriminator(5, size, hidden_width=4, **TINY)
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [layer.output_shape[1] for layer in convolutions] == maps
    assert network(np.zeros((2, *network.input_shape[1:]), "float32")).shape == (2, 5)


def test_classifier_takes_images_of_any_size() -> None:
    network = attribute_classifier(4, (28, 37), channels=1, width=4, max_width=8, hidden_width=4)
    assert network(np.zeros((2, 28, 37, 1), "float32")).shape == (2, 4)


def test_every_layer_of_the_decoder_receives_the_attributes() -> None:
    """And its convolutions have no bias, whose place the normalisation's offset takes."""
    decoder = fader_decoder(5, **TINY)
    layers = [decoder.get_layer(f"up{level}") for level in (3, 2, 1)]
    assert [layer.kernel.shape.as_list() for layer in layers] == [
        [4, 4, 8, 8 + 5],
        [4, 4, 4, 8 + 5],
        [4, 4, 3, 4 + 5],
    ]
    assert not any(layer.use_bias for layer in layers)


def test_norms_and_slopes_are_pytorch_s() -> None:
    """Keras has another epsilon, another momentum and a slope of 0.3. The first layer has no norm."""
    encoder, discriminator = fader_encoder(**TINY), fader_latent_discriminator(2, (32, 32), **TINY)
    assert "conv1_norm" not in [layer.name for layer in encoder.layers]
    layers = [*encoder.layers, *discriminator.layers]
    norms = [layer for layer in layers if isinstance(layer, BatchNormalization)]
    assert {(norm.epsilon, norm.momentum) for norm in norms} == {(1e-5, 0.9)}
    slopes = [float(layer.alpha) for layer in layers if isinstance(layer, keras.layers.LeakyReLU)]
    np.testing.assert_allclose(slopes, [0.2] * 6, rtol=1e-7)


def test_initial_weights_are_pytorch_s() -> None:
    """U(±1/√fan_in), for biases too, where a transposed convolution counts the channels *out*."""
    drawn = [
        (fader_encoder().get_layer("conv3").kernel, 64 * 16),
        (fader_encoder().get_layer("conv6").bias, 512 * 16),
        (fader_decoder(2).get_layer("up4").kernel, 128 * 16),
        (fader_decoder(2, upsampling="nearest").get_layer("up4").kernel, (256 + 2) * 9),
        (fader_latent_discriminator(2).get_layer("hidden").bias, 512),
    ]
    for weight, fan_in in drawn:
        assert np.abs(weight).max() * fan_in**0.5 == pytest.approx(1, abs=0.02)
        assert np.std(weight) * fan_in**0.5 == pytest.approx(3**-0.5, rel=0.1)


def test_a_copy_from_the_configuration_computes_the_same() -> None:
    """The moving average of the weights is kept in such a copy."""
    latent, columns = np.ones((1, 4, 4, 8), "float32"), np.ones((1, 2), "float32")
    for upsampling in ("transposed", "nearest"):
        network = fader_decoder(2, upsampling=upsampling, **TINY)
        copy = type(network).from_config(network.get_config())
        copy.set_weights(network.get_weights())
        np.testing.assert_array_equal(copy([latent, columns]), network([latent, columns]))


def test_what_is_not_allowed_is_named() -> None:
    with pytest.raises(UserError, match=r"100x64.*multiples of 8"):
        fader_encoder(size=(100, 64), layers=3)
    with pytest.raises(UserError, match="1 or more"):
        fader_encoder(size=(64, 64), layers=0)
    with pytest.raises(UserError, match=r"'pixel_shuffle'.*transposed, nearest"):
        fader_decoder(2, upsampling="pixel_shuffle")
