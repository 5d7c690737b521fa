"""pix2pix, for the battery."""

from collections.abc import Callable
from dataclasses import replace

from case import Case, image_pair

from zoo.engine.gan import GAN
from zoo.models.pix2pix.model import Pix2Pix, Pix2PixConfig

SIZE = 64  # the least at which the U-Net has dropout
PIX2PIX = Pix2PixConfig(size=(SIZE, SIZE), generator_width=4, discriminator_width=4)

# Whatever of the engine the plain one does not use.
SPARING = replace(
    PIX2PIX,
    size=(32, 32),
    norm="instance",
    generator="resnet-2",
    save_memory=True,
    diffaugment=("color", "translation", "cutout"),
)


def pix2pix(config: Pix2PixConfig) -> Callable[[str], GAN]:
    return lambda precision: Pix2Pix(config, precision)


CASES = [
    Case("pix2pix", pix2pix(PIX2PIX), image_pair(SIZE), batch_statistics=True),
    Case("pix2pix-instance", pix2pix(replace(PIX2PIX, norm="instance")), image_pair(SIZE), variant=True),
    Case("pix2pix-sparing", pix2pix(SPARING), image_pair(32), variant=True),
]
