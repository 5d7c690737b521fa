"""CycleGAN's networks are the reference's in size and in what Keras would do otherwise."""

import numpy as np
import pytest

from zoo.backend import keras
from zoo.layers import InstanceNormalization, Residual
from zoo.models.cyclegan.model import CycleGAN, CycleGANConfig, cyclegan_generator

SMALL = CycleGANConfig(size=(32, 48), blocks=1, generator_width=4, discriminator_width=4)


def trainable(network: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.mark.parametrize(("blocks", "parameters"), [(9, 11_378_179), (6, 7_837_699)])
def test_parameter_counts_of_the_generators_are_the_reference_s(blocks: int, parameters: int) -> None:
    assert trainable(cyclegan_generator(CycleGANConfig(blocks=blocks), "AtoB")) == parameters


def test_parameter_counts_of_the_discriminators_are_the_reference_s() -> None:
    model = CycleGAN(CycleGANConfig(blocks=1, generator_width=4))
    assert [trainable(network) for network in model.both_discriminators] == [2_764_737, 2_764_737]


def test_images_may_be_non_square_and_grey() -> None:
    model = CycleGAN(CycleGANConfig(**{**vars(SMALL), "channels_a": 1, "weight_identity": 0.0}))
    a, b = np.zeros((2, 32, 48, 1), "float32"), np.zeros((2, 32, 48, 3), "float32")
    fake_a, fake_b = model((a, b))
    assert (fake_a.shape, fake_b.shape) == (a.shape, b.shape)
    assert model.discriminator_a(fake_a).shape == model.discriminator_b(fake_b).shape == (2, 2, 4, 1)


def test_normalisations_have_no_weights_and_pytorch_s_epsilon() -> None:
    """Keras-like defaults would be an affine one with 1e-3."""
    model = CycleGAN(SMALL)
    for network in (*model.both_generators, *model.both_discriminators):
        inner = [layer for block in network.layers if isinstance(block, Residual) for layer in block.layers]
        norms = [each for each in (*network.layers, *inner) if isinstance(each, InstanceNormalization)]
        assert norms
        assert all(not norm.weights and norm.epsilon == 1e-5 for norm in norms)


def test_discriminators_leak_a_fifth() -> None:
    """Keras' own slope is 0.3."""
    rectifiers = [
        layer for layer in CycleGAN(SMALL).discriminator_a.layers if isinstance(layer, keras.layers.LeakyReLU)
    ]
    assert len(rectifiers) == 4
    for rectifier in rectifiers:
        np.testing.assert_allclose(rectifier(np.float32([-1, 1])), [-0.2, 1], rtol=1e-6)


def from_layer(network: keras.Model, name: str, end: str) -> keras.Model:
    """The part of a network after the layer ``name``, up to ``end``."""
    return keras.Model(network.get_layer(name).output, network.get_layer(end).output)


@pytest.mark.parametrize("side", [8, 12])
def test_strided_convolutions_are_centred_as_pytorch_s(side: int) -> None:
    """A kernel's middle falls on every other pixel from the first; padding="same" takes the second."""
    network = cyclegan_generator(SMALL, "AtoB")
    down = network.get_layer("down1")
    kernel = np.zeros(down.kernel.shape, "float32")
    kernel[1, 1, 0, 0] = 1
    down.kernel.assign(kernel)
    image = np.random.default_rng(0).uniform(0, 1, (1, side, side, 4)).astype("float32")
    rectified = next(layer.name for layer in network.layers if isinstance(layer, keras.layers.ReLU))
    output = from_layer(network, rectified, "down1")(image)
    np.testing.assert_array_equal(output[..., 0], image[:, ::2, ::2, 0])


def test_transposed_convolutions_are_cropped_as_pytorch_s() -> None:
    """Output padding 1 leaves a kernel's middle on the even pixels; padding="same" crops the other border."""
    network = cyclegan_generator(SMALL, "AtoB")
    up = network.get_layer("up2")
    kernel = np.zeros(up.kernel.shape, "float32")
    kernel[1, 1, 0, 0] = 1
    up.kernel.assign(kernel)
    image = np.random.default_rng(0).uniform(0, 1, (1, 8, 8, 16)).astype("float32")
    cropped = next(layer.name for layer in network.layers if isinstance(layer, keras.layers.Cropping2D))
    output = from_layer(network, "block1", cropped)(image)[..., 0].numpy()
    expected = np.zeros((1, 16, 16), "float32")
    expected[:, ::2, ::2] = image[..., 0]
    np.testing.assert_array_equal(output, expected)


def test_dropouts_of_the_two_generators_draw_differently() -> None:
    config = CycleGANConfig(**{**vars(SMALL), "blocks": 2, "dropout": 0.5})
    seeds = [
        layer.seed
        for signature in ("AtoB", "BtoA")
        for block in cyclegan_generator(config, signature).layers
        if isinstance(block, Residual)
        for layer in block.layers
        if layer.name == "dropout"
    ]
    assert len(set(seeds)) == 4
