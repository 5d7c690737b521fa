"""DCGAN's networks have the reference's size, PyTorch's arithmetic, and every size they allow."""

import numpy as np
import pytest

from zoo.backend import keras
from zoo.errors import UserError
from zoo.layers import BatchNormalization
from zoo.models.dcgan.networks import dcgan_discriminator, dcgan_generator, doublings

SMALL = {"size": (32, 32), "width": 4}


@pytest.mark.parametrize(
    ("build", "parameters"), [(dcgan_generator, 3_576_704), (dcgan_discriminator, 2_765_568)]
)
def test_parameter_counts_are_the_reference_s(build, parameters: int) -> None:
    assert sum(int(np.prod(weight.shape)) for weight in build().trainable_weights) == parameters


@pytest.mark.parametrize(
    ("size", "count", "base"),
    [
        ((64, 64), 4, (4, 4)),
        ((32, 32), 3, (4, 4)),
        ((28, 28), 2, (7, 7)),
        ((8, 8), 1, (4, 4)),
        ((64, 96), 4, (4, 6)),
        ((256, 192), 5, (8, 6)),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_size_has_its_base(
    size: tuple[int, int], count: int, base: tuple[int, int], channels: int
) -> None:
    """The first and the last kernel are of the base's size; images and logits of the right shape."""
    assert doublings(size) == count
    generator = dcgan_generator(10, channels, size, width=2)
    discriminator = dcgan_discriminator(channels, size, width=2)
    assert generator.get_layer("base").kernel_size == base
    assert discriminator.get_layer("logits").kernel_size == base
    images = generator(np.zeros((2, 10), "float32"))
    assert images.shape == (2, *size, channels)
    assert discriminator(images).shape == (2, 1)


@pytest.mark.parametrize(
    ("size", "remedy"),
    [((100, 100), "96x96"), ((60, 72), "56x72"), ((27, 27), "24x24"), ((4, 64), "8x64"), ((0, 0), "8x8")],
)
def test_another_size_names_one_that_fits(size: tuple[int, int], remedy: str) -> None:
    with pytest.raises(UserError, match=f"{remedy}; use that"):
        doublings(size)
    assert doublings(tuple(int(side) for side in remedy.split("x")))


def test_widths_stop_at_eight_times_the_first() -> None:
    generator, discriminator = (
        build(size=(256, 256), width=2) for build in (dcgan_generator, dcgan_discriminator)
    )
    layers = ["base", *(f"up{level}" for level in range(1, 7))]
    assert [generator.get_layer(name).filters for name in layers] == [16, 16, 16, 8, 4, 2, 3]
    assert [discriminator.get_layer(f"down{n}").filters for n in range(1, 7)] == [2, 4, 8, 16, 16, 16]


def test_conditions_lie_beside_the_noise_and_upon_the_image() -> None:
    """The discriminator sees each condition as a constant channel after the image's own."""
    plain, conditioned = (dcgan_generator(10, **SMALL, conditions=count) for count in (0, 3))
    assert conditioned.get_layer("base").kernel.shape[-1] == plain.get_layer("base").kernel.shape[-1] + 3
    random = np.random.default_rng(0)
    image, conditions = random.uniform(-1, 1, (2, 32, 32, 3)), random.uniform(size=(2, 3))
    conditioned = dcgan_discriminator(**SMALL, conditions=3, dtype="float64")
    wide = dcgan_discriminator(6, **SMALL, dtype="float64")
    wide.set_weights(conditioned.get_weights())
    constant = np.broadcast_to(conditions[:, None, None], (2, 32, 32, 3))
    np.testing.assert_allclose(
        conditioned([image, conditions]), wide(np.concatenate([image, constant], axis=-1)), atol=1e-12
    )


def test_strided_convolutions_are_padded_as_pytorch_s() -> None:
    """Kernel 4, stride 2, padding 1: output i is the sum of input 2i - 1 + k times kernel k."""
    layer = dcgan_discriminator(1, (8, 8), width=1).get_layer("down1")
    layer.kernel.assign(np.outer([1, 2, 3, 4], [1, 0, 0, 0])[:, :, None, None])
    image = np.zeros((1, 8, 8, 1), "float32")
    image[0, 2, 3] = 1
    seen = layer(image)[0, ..., 0].numpy()  # row 2 = 2 · 1 - 1 + 1 = 2 · 0 - 1 + 3; column 3 = 2 · 2 - 1
    assert {(i, j): seen[i, j] for i, j in np.argwhere(seen)} == {(0, 2): 4, (1, 2): 2}


def test_transposed_convolutions_are_padded_as_pytorch_s() -> None:
    """Kernel 4, stride 2, padding 1: input i goes to output 2i - 1 + k with kernel k."""
    layer = dcgan_generator(10, 1, (8, 8), width=1).get_layer("up1")
    layer.kernel.assign(np.outer([1, 2, 3, 4], [1, 0, 0, 0])[:, :, None, None])
    image = np.zeros((1, 4, 4, 1), "float32")
    image[0, 0, 2] = 1
    output = layer(image)[0, ..., 0].numpy()  # row -1 is cut off
    assert {(i, j): output[i, j] for i, j in np.argwhere(output)} == {(0, 3): 2, (1, 3): 3, (2, 3): 4}


@pytest.mark.parametrize("build", [dcgan_generator, dcgan_discriminator])
def test_what_keras_has_otherwise_is_pytorch_s(build) -> None:
    """No biases, slope 0.2, batch normalisation's 0.9 and 1e-5; weights N(0, 0.02), scales N(1, 0.02)."""
    layers = build().layers
    convolutions = [layer for layer in layers if hasattr(layer, "kernel")]
    norms = [layer for layer in layers if isinstance(layer, BatchNormalization)]
    assert (len(convolutions), len(norms)) == (5, 4 if build is dcgan_generator else 3)
    assert not any(layer.use_bias for layer in convolutions)
    slopes = [float(layer.alpha) for layer in layers if isinstance(layer, keras.layers.LeakyReLU)]
    np.testing.assert_allclose(slopes, [] if build is dcgan_generator else [0.2] * 4, rtol=1e-6)
    assert {(layer.momentum, layer.epsilon) for layer in norms} == {(0.9, 1e-5)}
    for layers, mean in ((convolutions, 0), (norms, 1)):
        weights = np.concatenate([layer.trainable_weights[0].numpy().ravel() for layer in layers])
        error = 5 * 0.02 / np.sqrt(weights.size)
        assert abs(weights.mean() - mean) < error
        assert abs(weights.std() - 0.02) < error


@pytest.mark.parametrize("conditions", [0, 3])
def test_they_are_rebuilt_from_their_configuration(conditions: int) -> None:
    random = np.random.default_rng(0)
    conditioned = [random.uniform(size=(2, conditions))] if conditions else []
    for build, given in ((dcgan_generator, (2, 100)), (dcgan_discriminator, (2, 32, 32, 3))):
        network = build(**SMALL, conditions=conditions, dtype="float64")
        rebuilt = keras.Model.from_config(network.get_config())
        rebuilt.set_weights(network.get_weights())
        inputs = [random.uniform(-1, 1, given), *conditioned]
        np.testing.assert_array_equal(rebuilt(inputs), network(inputs))
