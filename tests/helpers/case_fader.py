"""Fader Networks, for the battery."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from case import Case

from zoo.attributes import Attribute
from zoo.engine.gan import GAN
from zoo.models.fader.model import Fader, FaderConfig

SIZE = 32
COUNTS = (2, 3)
ATTRIBUTES = tuple(
    Attribute(f"attribute{place}", tuple(f"value{value}" for value in range(count)))
    for place, count in enumerate(COUNTS)
)

# The weight of the latent term is reached within the battery's five steps of 8 images, and is felt.
FADER = FaderConfig(
    attributes=ATTRIBUTES,
    size=(SIZE, SIZE),
    layers=4,
    width=4,
    max_width=16,
    hidden_width=8,
    weight_latent=0.5,
    ramp_images=24,
)


def fader(config: FaderConfig) -> Callable[[str], GAN]:
    return lambda precision: Fader(config, precision)


def labelled_image(random: np.random.Generator) -> tuple[Any, ...]:
    """An image (SIZE, SIZE, 3) in [-1, 1] and its labels."""
    return random.uniform(-1, 1, (SIZE, SIZE, 3)), random.integers(COUNTS)


CASES = [
    Case("fader", fader(FADER), labelled_image, batch_statistics=True, batches_per_step=2),
    Case(
        "fader-nearest",
        fader(replace(FADER, upsampling="nearest")),
        labelled_image,
        batch_statistics=True,
        batches_per_step=2,
        variant=True,
    ),
]
