"""MUNIT, for the battery."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from case import Case, image_pair

from zoo.engine.gan import GAN
from zoo.models.munit.model import MUNIT, MUNITConfig

SIZE = 16  # the least of which the style encoder can reflect a border
TINY = MUNITConfig(
    size=(SIZE, SIZE),
    width=4,
    mlp_width=8,
    style_size=2,
    downsamplings=1,
    blocks=1,
    discriminator_width=4,
    discriminator_layers=1,
    scales=1,
)

# Whatever the plain one does not use: 2 steps into the schedule the rate falls.
SPARING = replace(
    TINY,
    channels_b=1,
    scales=2,
    weight_cycle=10.0,
    schedule=replace(TINY.schedule, every=2),
    save_memory=True,
    diffaugment=("color", "translation", "cutout"),
)


def munit(config: MUNITConfig) -> Callable[[str], GAN]:
    return lambda precision: MUNIT(config, precision)


def colour_and_grey(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return random.uniform(-1, 1, (SIZE, SIZE, 3)), random.uniform(-1, 1, (SIZE, SIZE, 1))


CASES = [
    Case("munit", munit(TINY), image_pair(SIZE)),
    Case("munit-sparing", munit(SPARING), colour_and_grey, variant=True),
]
