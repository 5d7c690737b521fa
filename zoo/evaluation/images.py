"""Real images and generated ones, as metrics and the attribute evaluator take them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import cover, fit, to_float, to_uint8

if TYPE_CHECKING:
    from zoo.data.sets.image_set import ImageSet
    from zoo.engine.signature import Signature

BATCH = 32  # images generated at a time


def real_images(
    images: "ImageSet", size: tuple[int, int], how: str = "pad", most: int | None = None, channels: int = 3
) -> np.ndarray:
    """Images of a set, ``most`` of them evenly spaced: uint8 (N, *size, channels).

    Args:
        images: the set.
        size: (height, width).
        how: how images of another aspect are fitted: "pad" for white margins, "crop" for their middle.
        most: how many at most; all by default.
        channels: 1 or 3.

    Raises:
        UnreadableImage: one of them.
    """
    fitted = {"pad": fit, "crop": cover}[how]
    indices = evenly_spaced(len(images), len(images) if most is None else most)
    return np.stack([fitted(images.load(i, channels), size) for i in indices])


def as_rgb(images: Any) -> np.ndarray:
    """Generated images, floats (N, H, W, 1 or 3) in [-1, 1], as uint8 RGB."""
    levels = to_uint8(np.asarray(images))
    return np.repeat(levels, 3, axis=-1) if levels.shape[-1] == 1 else levels


def translate_images(
    signature: "Signature", images: np.ndarray, channels: int = 3, **conditions: np.ndarray
) -> np.ndarray:
    """Images as a signature translates them, batch by batch: uint8 (N, H, W, 3).

    Args:
        signature: takes ``image`` and the conditions.
        images: uint8 (N, H, W, 3).
        channels: that the signature takes: 1 for grey images.
        conditions: its other inputs by name, a row an image.
    """
    batches = []
    for start in range(0, len(images), BATCH):
        rows = slice(start, start + BATCH)
        image = to_float(images[rows])
        image = image.mean(axis=-1, keepdims=True) if channels == 1 else image
        others = {name: values[rows].astype(np.float32) for name, values in conditions.items()}
        batches.append(as_rgb(signature.call(image=image, **others)))
    return np.concatenate(batches)


def draw_images(
    signature: "Signature", count: int, noise: int, seed: int, **conditions: np.ndarray
) -> np.ndarray:
    """Images that a signature draws from noise: uint8 (count, H, W, 3); the same from the same seed.

    Args:
        signature: takes ``noise`` and the conditions.
        count: how many.
        noise: numbers that each is drawn from.
        seed: of those numbers.
        conditions: the signature's other inputs by name, a row an image.
    """
    numbers = np.random.default_rng(seed).normal(size=(count, noise)).astype(np.float32)
    batches = []
    for start in range(0, count, BATCH):
        rows = slice(start, start + BATCH)
        others = {name: values[rows] for name, values in conditions.items()}
        batches.append(as_rgb(signature.call(noise=numbers[rows], **others)))
    return np.concatenate(batches)
