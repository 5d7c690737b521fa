"""StarGAN, for the battery."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from case import Case

from zoo.attributes import UNKNOWN, Attribute
from zoo.engine.gan import GAN
from zoo.models.stargan.model import StarGAN, StarGANConfig

STARGAN = StarGANConfig(
    size=(64, 64),
    attributes=(
        Attribute("patterned", ("no", "yes")),
        Attribute("length", ("short", "knee", "long")),
        Attribute("color", ("red", "green", "blue", "white")),
    ),
    blocks=1,
    generator_width=4,
    discriminator_width=4,
    repeat_num=3,
    n_critic=2,
)

# Whatever of the engine the plain one does not use.
SPARING = replace(
    STARGAN,
    size=(16, 32),
    channels=1,
    repeat_num=2,
    unchanged_rate=0.3,
    weight_identity=5.0,
    save_memory=True,
    diffaugment=("color", "translation", "cutout"),
)


def stargan(config: StarGANConfig) -> Callable[[str], GAN]:
    return lambda precision: StarGAN(config, precision)


def labelled(config: StarGANConfig) -> Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]:
    """An image in [-1, 1] and its labels, some of them unknown."""

    def example(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        labels = [random.integers(UNKNOWN, len(attribute.values)) for attribute in config.attributes]
        return random.uniform(-1, 1, (*config.size, config.channels)), np.array(labels)

    return example


CASES = [
    Case("stargan", stargan(STARGAN), labelled(STARGAN), batches_per_step=2),
    Case("stargan-sparing", stargan(SPARING), labelled(SPARING), batches_per_step=2, variant=True),
]
