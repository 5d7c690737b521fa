"""DCGAN and the conditional GAN, for the battery."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from case import Case

from zoo.attributes import Attribute
from zoo.engine.gan import GAN
from zoo.models.conditional_gan.model import ConditionalGAN, ConditionalGANConfig
from zoo.models.dcgan.model import DCGAN, DCGANConfig

SIZE = 32
SMALL = {"noise": 8, "generator_width": 4, "discriminator_width": 4}
CONFIG = DCGANConfig(size=(SIZE, SIZE), **SMALL)
MINIMAX = replace(CONFIG, channels=1, loss="minimax", diffaugment=("color", "translation", "cutout"))
CONDITIONAL = ConditionalGANConfig(
    size=(28, 28),
    channels=1,
    attributes=(Attribute("length", ("short", "knee", "long")),),
    **SMALL,
)


def dcgan(config: DCGANConfig) -> Callable[[str], GAN]:
    return lambda precision: DCGAN(config, precision)


def image(channels: int) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda random: random.uniform(-1, 1, (SIZE, SIZE, channels))


def labelled(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return random.uniform(-1, 1, (28, 28, 1)), random.integers(0, 3, 1)


CASES = [
    Case("dcgan", dcgan(CONFIG), image(3), batch_statistics=True),
    Case("dcgan-minimax", dcgan(MINIMAX), image(1), batch_statistics=True, variant=True),
    Case(
        "conditional_gan",
        lambda precision: ConditionalGAN(CONDITIONAL, precision),
        labelled,
        batch_statistics=True,
    ),
]
