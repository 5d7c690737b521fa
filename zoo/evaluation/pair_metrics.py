"""Means of the metrics that compare a generated image with the real one."""

from typing import Any

import numpy as np

from zoo.evaluation.metrics.checks import check_pair
from zoo.evaluation.metrics.registry import measured_by

MEANS = "Each figure is the mean over images."


class PairMetrics:
    """Means over batches of pairs of all that the protocol "pairs" measures; no split need be in memory.

    Attributes:
        n: pairs compared.
    """

    def __init__(self) -> None:
        self.n = 0
        self._size: tuple[int, int] | None = None
        self._metrics = {name: each for name, each in measured_by("pairs").items() if each.of_pairs}
        self._sums = dict.fromkeys(self._metrics, 0.0)

    def update(self, generated: Any, real: Any) -> None:
        """Count a batch: two (N, H, W, C) float arrays in [-1, 1], of one size throughout.

        Raises:
            ValueError: for other shapes.
        """
        generated, real = check_pair(generated, real)
        if self._size not in (None, generated.shape[1:3]):
            raise ValueError(f"batches of one size are compared, not {self._size} and {generated.shape[1:3]}")
        self._size = generated.shape[1:3]
        for name, each in self._metrics.items():
            self._sums[name] += np.asarray(each.of_pairs(generated, real), np.float64).sum()
        self.n += len(generated)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the images compared."""
        return self._size

    @property
    def definitions(self) -> str:
        """How each metric is computed, in sentences."""
        return " ".join([MEANS, *filter(None, (each.definition for each in self._metrics.values()))])

    def result(self) -> dict[str, float]:
        """The means, by name: ``l1``, ``psnr`` (dB), ``ssim``, …

        Raises:
            ValueError: no pair was compared.
        """
        if not self.n:
            raise ValueError("no pair was compared")
        return {name: float(total / self.n) for name, total in self._sums.items()}


def compare_pairs(generated: Any, real: Any) -> dict[str, float]:
    """The result of ``PairMetrics`` for two arrays (N, H, W, C) in [-1, 1]."""
    metrics = PairMetrics()
    metrics.update(generated, real)
    return metrics.result()
