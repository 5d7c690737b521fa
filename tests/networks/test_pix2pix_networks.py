"""The U-Net and the PatchGAN have the reference's size and take any allowed image."""

import numpy as np
import pytest

from zoo.errors import UserError
from zoo.models.pix2pix.configuration import Pix2PixConfig
from zoo.models.pix2pix.model import size_multiple
from zoo.networks.patchgan import patchgan_discriminator
from zoo.networks.unet import unet_depth, unet_generator


def trainable(network) -> int:
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.mark.parametrize(
    ("build", "options", "parameters"),
    [
        (unet_generator, {"depth": 8}, 54_413_955),
        (unet_generator, {"depth": 7}, 41_828_995),
        (unet_generator, {"depth": 8, "norm": "instance"}, 54_409_603),
        (patchgan_discriminator, {"input_channels": 6}, 2_768_705),
        (patchgan_discriminator, {"input_channels": 3, "norm": "instance"}, 2_764_737),
        (patchgan_discriminator, {"input_channels": 6, "layers": 0}, 9_024),
    ],
)
def test_parameter_counts_are_the_reference_s(build, options: dict, parameters: int) -> None:
    assert trainable(build(**options)) == parameters


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_patchgan_judges_patches_of_its_receptive_field(layers: int) -> None:
    """16, 34 and 70 pixels: what lies farther away does not move the logit."""
    field = {1: 16, 2: 34, 3: 70}[layers]
    network = patchgan_discriminator(1, layers=layers, width=2, norm="instance")
    plain = patchgan_discriminator(1, layers=layers, width=2, norm="batch")  # inference: no statistics
    assert network.output_shape == plain.output_shape
    image = np.zeros((1, 128, 128, 1), "float32")
    middle = plain(image, training=False).shape[1] // 2
    moved = []
    for column in range(128):
        poked = image.copy()
        poked[:, :, column] = 1
        difference = plain(poked, training=False) - plain(image, training=False)
        moved.append(abs(float(difference[0, middle, middle, 0])) > 0)
    assert sum(moved) == field


@pytest.mark.parametrize("channels", [(3, 3), (1, 3), (3, 1)])
def test_unet_takes_non_square_images_and_other_channels(channels: tuple[int, int]) -> None:
    network = unet_generator(*channels, depth=5, width=4)
    output = network(np.zeros((2, 64, 96, channels[0]), "float32"))
    assert output.shape == (2, 64, 96, channels[1])


@pytest.mark.parametrize(
    ("size", "depth"), [((256, 256), 8), ((128, 128), 7), ((64, 64), 6), ((256, 192), 6)]
)
def test_depth_follows_the_size(size: tuple[int, int], depth: int) -> None:
    assert unet_depth(size) == depth


@pytest.mark.parametrize("size", [(100, 100), (256, 200), (16, 16), (0, 64)])
def test_a_size_that_cannot_be_halved_names_sizes_that_can(size: tuple[int, int]) -> None:
    with pytest.raises(UserError, match="multiples of 32"):
        unet_depth(size)


def test_a_crop_that_cannot_be_halved_is_named() -> None:
    with pytest.raises(UserError, match=r"^`crop` 30x30 "):
        size_multiple(Pix2PixConfig(size=(64, 64), crop=(30, 30)))


def test_image_statistics_equal_training_at_batch_one() -> None:
    """What is exported is what the reference runs: its own batch statistics at batch 1."""
    from zoo.inference.run_checkpoint import copy_weights

    trained = unet_generator(depth=5, width=4, dropout=0.0, dtype="float64")
    used = unet_generator(depth=5, width=4, norm="image", dropout=0.0, dtype="float64")
    copy_weights(trained, used)
    images = np.random.default_rng(0).uniform(-1, 1, (3, 32, 32, 3))
    one_by_one = np.concatenate([trained(image[None], training=True) for image in images])
    np.testing.assert_allclose(used(images), one_by_one, atol=1e-12)
