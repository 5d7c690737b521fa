"""CycleGAN, for the battery."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from case import Case, image_pair

from zoo.engine.gan import GAN
from zoo.models.cyclegan.model import CycleGAN, CycleGANConfig

# The pool is filled and swapped from within one batch. On smaller images the first gradients
# overflow float16 (each pixel's is greater), and loss scaling would skip all of a short test's steps.
CYCLEGAN = CycleGANConfig(
    size=(32, 32), blocks=1, generator_width=4, discriminator_width=4, discriminator_layers=1, pool_size=5
)

# Whatever else there is, and images of other shapes.
SPARING = replace(
    CYCLEGAN,
    size=(32, 48),
    crop=(16, 24),
    channels_a=1,
    dropout=0.5,
    pool_size=3,
    weight_identity=0.0,
    diffaugment=("translation",),
    save_memory=True,
)


def cyclegan(config: CycleGANConfig) -> Callable[[str], GAN]:
    return lambda precision: CycleGAN(config, precision)


def grey_and_coloured(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return random.uniform(-1, 1, (16, 24, 1)), random.uniform(-1, 1, (16, 24, 3))


CASES = [
    Case("cyclegan", cyclegan(CYCLEGAN), image_pair(32)),
    Case("cyclegan-sparing", cyclegan(SPARING), grey_and_coloured, variant=True),
]
