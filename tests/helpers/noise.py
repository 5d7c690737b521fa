"""Labelled images of noise, of several sizes."""

from pathlib import Path

import numpy as np
from PIL import Image

from zoo.attributes import Attribute
from zoo.data.sets.image_set import ImageSet


def noise(root: Path, count: int, attributes: int = 2, seed: int = 0) -> ImageSet:
    """Images whose labels are (place, place + 100, …)."""
    root.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    names = [f"{i:03}.png" for i in range(count)]
    for i, name in enumerate(names):
        Image.fromarray(random.integers(0, 256, (20 + i % 3, 16, 3), dtype=np.uint8)).save(root / name)
    labels = np.arange(count, dtype=np.int32)[:, None] + 100 * np.arange(attributes, dtype=np.int32)
    named = tuple(Attribute(f"a{i}", ("x", "y")) for i in range(attributes))
    return ImageSet("folder", root, names, labels, named, "")
