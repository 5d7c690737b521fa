"""Structural similarity of a generated image and the real one."""

from typing import Any

import numpy as np

from zoo.evaluation.metrics.checks import check_pair
from zoo.evaluation.metrics.metric import Metric

WINDOW = 11  # pixels: the side of the Gaussian window
CHUNK = 32  # images at a time: SSIM keeps some twenty times its input


def ssim(generated: Any, real: Any) -> np.ndarray:
    """Structural similarity of each pair (Wang et al. 2004): (N,) float64, 1 for identical images.

    It is ``tf.image.ssim`` with its defaults on (x + 1) / 2: RGB and not luminance, the mean over
    channels; 11 × 11 Gaussian window, σ 1.5, no padding; k1 0.01, k2 0.03, range 1.

    Args:
        generated, real: (N, H, W, C) floats in [-1, 1], each side at least 11 pixels.

    Raises:
        ValueError: for other shapes.
    """
    from zoo.backend import tf

    a, b = check_pair(generated, real)
    if min(a.shape[1:3]) < WINDOW:
        raise ValueError(f"SSIM's window needs {WINDOW} pixels a side, not {a.shape[1]} × {a.shape[2]}")
    values = [
        tf.image.ssim((a[i : i + CHUNK] + 1) / 2, (b[i : i + CHUNK] + 1) / 2, max_val=1.0).numpy()
        for i in range(0, len(a), CHUNK)
    ]
    return np.concatenate([np.zeros(0), *values])


SSIM = Metric(
    title="SSIM",
    better="more",
    protocols=("pairs",),
    of_pairs=ssim,
    definition=(
        "SSIM: tf.image.ssim on (x + 1) / 2, all channels, 11 × 11 Gaussian window, σ 1.5, k1 0.01, k2 0.03."
    ),
)
