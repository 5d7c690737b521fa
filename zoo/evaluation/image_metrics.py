"""Figures that compare a generated image with the real one, pixel by pixel: L1, PSNR, SSIM.

Everything here takes NHWC float arrays in [-1, 1] (NumPy arrays or eager tensors) and
returns NumPy arrays of one value an image.
"""

from typing import Any

import numpy as np

RANGE = 2.0  # white minus black, in the project's [-1, 1]
SMALLEST = 11  # pixels: the side of SSIM's Gaussian window
IDENTICAL_DB = (
    100.0  # what a pair without any difference counts as in a mean PSNR (an 8-bit step gives 48 dB)
)
CHUNK = 32  # images at a time: SSIM keeps some twenty times its input

PROTOCOL = (
    "Each figure is the mean over images. "
    "L1: mean absolute difference, images in [-1, 1]. "
    "PSNR: over all pixels and channels, range 2; identical pairs count as 100 dB. "
    "SSIM: tf.image.ssim on (x + 1) / 2, all channels, 11 × 11 Gaussian window, σ 1.5, k1 0.01, k2 0.03."
)


def _pair(a: Any, b: Any) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    if a.ndim != 4 or a.shape != b.shape:
        raise ValueError(f"two NHWC arrays of one shape are compared, not {a.shape} and {b.shape}")
    return a, b


def l1(a: Any, b: Any) -> np.ndarray:
    """Mean absolute difference of each pair: (N,) float64 in [0, 2].

    ``a`` and ``b`` are (N, H, W, C) floats in [-1, 1]; other shapes raise ``ValueError``.
    """
    a, b = _pair(a, b)
    return np.abs(a - b).mean(axis=(1, 2, 3), dtype=np.float64)


def psnr(a: Any, b: Any) -> np.ndarray:
    """Peak signal-to-noise ratio of each pair, 10 log10(2² / mean squared error): (N,) float64 in dB.

    ``a`` and ``b`` are (N, H, W, C) floats in [-1, 1]; other shapes raise ``ValueError``.
    A pair without any difference gives infinity.
    """
    a, b = _pair(a, b)
    error = np.square(a - b).mean(axis=(1, 2, 3), dtype=np.float64)
    with np.errstate(divide="ignore"):
        return 10 * np.log10(RANGE**2 / error)


def ssim(a: Any, b: Any) -> np.ndarray:
    """Structural similarity of each pair (Wang et al. 2004): (N,) float64, 1 where the two are equal.

    It is ``tf.image.ssim`` with its defaults on (x + 1) / 2: RGB and not luminance, the mean
    over channels; 11 × 11 Gaussian window, σ 1.5, no padding; k1 0.01, k2 0.03, range 1.
    ``a`` and ``b`` are (N, H, W, C) floats in [-1, 1], each side at least 11 pixels;
    other shapes raise ``ValueError``.
    """
    from zoo.backend import tf

    a, b = _pair(a, b)
    if min(a.shape[1:3]) < SMALLEST:
        raise ValueError(f"SSIM's window needs {SMALLEST} pixels a side, not {a.shape[1]} × {a.shape[2]}")
    values = [
        tf.image.ssim((a[i : i + CHUNK] + 1) / 2, (b[i : i + CHUNK] + 1) / 2, max_val=1.0).numpy()
        for i in range(0, len(a), CHUNK)
    ]
    return np.concatenate([np.zeros(0), *values])


class ImageFigures:
    """Means of L1, PSNR and SSIM over batches, so that no split need be in memory."""

    def __init__(self) -> None:
        self.n = 0
        self._size: tuple[int, int] | None = None
        self._sums = np.zeros(3)

    def update(self, generated: Any, real: Any) -> None:
        """Count a batch: two (N, H, W, C) float arrays in [-1, 1], of one size throughout."""
        generated, real = _pair(generated, real)
        if self._size not in (None, generated.shape[1:3]):
            raise ValueError(f"batches of one size are compared, not {self._size} and {generated.shape[1:3]}")
        self._size = generated.shape[1:3]
        decibels = np.minimum(psnr(generated, real), IDENTICAL_DB)
        self._sums += [l1(generated, real).sum(), decibels.sum(), ssim(generated, real).sum()]
        self.n += len(generated)

    def result(self) -> dict[str, Any]:
        """``l1``, ``psnr`` (dB), ``ssim``: means; ``n``, ``size`` [h, w], ``protocol`` (text).

        Raises ``ValueError`` if no pair was counted.
        """
        if not self.n:
            raise ValueError("no pair was compared")
        height, width = self._size
        means = {
            name: float(total / self.n)
            for name, total in zip(("l1", "psnr", "ssim"), self._sums, strict=True)
        }
        return means | {"n": self.n, "size": [height, width], "protocol": PROTOCOL}


def image_figures(generated: Any, real: Any) -> dict[str, Any]:
    """The result of ``ImageFigures`` for two arrays (N, H, W, C) in [-1, 1]."""
    figures = ImageFigures()
    figures.update(generated, real)
    return figures.result()
