"""What the references' generators may have and the zoo's own trainings do not: norms, depths, dropout."""

import numpy as np
import pytest

from zoo.backend import keras, tf
from zoo.errors import UserError
from zoo.layers import GroupNormalization
from zoo.models.pix2pix.model import Pix2PixConfig, pix2pix_generator, size_multiple
from zoo.networks.resnet import resnet_generator
from zoo.networks.unet import unet_generator


def test_normalises_groups_of_each_image() -> None:
    random = np.random.default_rng(0)
    x = random.normal(3, 2, (2, 5, 4, 6))
    layer = GroupNormalization(3, dtype="float64")
    layer.build(x.shape)
    gamma, beta = random.normal(size=6), random.normal(size=6)
    layer.set_weights([gamma, beta])
    groups = x.reshape(2, 5, 4, 3, 2)
    mean = groups.mean(axis=(1, 2, 4), keepdims=True)
    variance = groups.var(axis=(1, 2, 4), keepdims=True)
    expected = ((groups - mean) / np.sqrt(variance + 1e-5)).reshape(x.shape) * gamma + beta
    np.testing.assert_allclose(layer(tf.constant(x)).numpy(), expected, rtol=0, atol=1e-12)
    again = GroupNormalization.from_config(layer.get_config())
    assert again.groups == 3


@pytest.mark.parametrize("norm", ["affine", "group:2"])
def test_generators_may_have_it(norm: str) -> None:
    for network in (
        unet_generator(depth=3, width=2, norm=norm, dropout=0),
        resnet_generator(blocks=1, width=2, norm=norm),
    ):
        assert isinstance(network, keras.Model)
        scales = [weight for weight in network.weights if "gamma" in weight.name]
        first = next(layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D))
        assert len(scales) > 2
        assert first.use_bias


def test_a_unet_may_say_how_often_it_halves() -> None:
    config = Pix2PixConfig(size=(512, 512), generator="unet-9", generator_width=1)
    assert size_multiple(config) == 512
    names = [layer.name for layer in pix2pix_generator(config, statistics="image").layers]
    assert "up9" in names
    assert "up10" not in names
    assert not any("dropout" in name for name in names)
    for generator in ("unet-1", "unet-11", "unet-x"):
        with pytest.raises(UserError, match="halves 2 to 10 times"):
            size_multiple(Pix2PixConfig(generator=generator))


@pytest.mark.parametrize(("generator", "levels"), [("unet", {6, 7, 8}), ("unet-8", {5, 6, 7})])
def test_dropout_is_where_the_paper_or_the_reference_has_it(generator: str, levels: set[int]) -> None:
    """The paper drops what the three innermost decoder layers make; PyTorch's reference not the first's."""
    network = pix2pix_generator(Pix2PixConfig(generator=generator, generator_width=1))
    dropouts = {layer.name for layer in network.layers if "dropout" in layer.name}
    assert dropouts == {f"up{level}_dropout" for level in levels}
