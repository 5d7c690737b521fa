"""The reference implementations' recorded numbers, made ready for the zoo's models."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from zoo.backend import tf
from zoo.engine.random import RandomLayer

ADAM = {"learning_rate": 2**-17, "beta_1": 0.5, "beta_2": 1 - 2**-10, "adam_epsilon": 2**-26}
"""As ``meta.json`` says of every model: exact in float32."""


def nhwc(images: np.ndarray) -> np.ndarray:
    """Recorded images (N, C, H, W) float32 as (N, H, W, C) float64."""
    return images.transpose(0, 2, 3, 1).astype("float64")


def play_back(
    monkeypatch: pytest.MonkeyPatch,
    draws: Iterable[np.ndarray],
    kinds: tuple[str, ...] = ("uniform", "normal"),
) -> None:
    """Let the random layers draw these, one after the other, in float64; for steps run eagerly."""
    remaining = iter(draws)

    def recorded(self: RandomLayer, batch: Any, shape: Any) -> tf.Tensor:
        return tf.constant(next(remaining), tf.float64)

    for kind in kinds:
        monkeypatch.setattr(RandomLayer, kind, recorded)
