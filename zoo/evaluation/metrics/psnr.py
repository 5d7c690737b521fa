"""Peak signal-to-noise ratio of a generated image against the real one."""

from typing import Any

import numpy as np

from zoo.evaluation.metrics.checks import check_pair
from zoo.evaluation.metrics.metric import Metric

RANGE = 2.0  # white minus black, in the project's [-1, 1]
IDENTICAL_DB = 100.0  # what an identical pair counts as in a mean (an 8-bit step gives 48 dB)


def psnr(generated: Any, real: Any) -> np.ndarray:
    """10 log10(2² / mean squared error) of each pair: (N,) float64 in dB, infinite for identical images.

    Args:
        generated, real: (N, H, W, C) floats in [-1, 1].

    Raises:
        ValueError: for other shapes.
    """
    generated, real = check_pair(generated, real)
    error = np.square(generated - real).mean(axis=(1, 2, 3), dtype=np.float64)
    with np.errstate(divide="ignore"):
        return 10 * np.log10(RANGE**2 / error)


def finite_psnr(generated: Any, real: Any) -> np.ndarray:
    """``psnr``, 100 dB at most, so that identical pairs leave a mean finite."""
    return np.minimum(psnr(generated, real), IDENTICAL_DB)


PSNR = Metric(
    title="PSNR",
    unit="dB",
    better="more",
    digits=2,
    protocols=("pairs",),
    of_pairs=finite_psnr,
    definition="PSNR: over all pixels and channels, range 2; identical pairs count as 100 dB.",
)
