"""What may be compared."""

from typing import Any

import numpy as np


def check_pair(generated: Any, real: Any) -> tuple[np.ndarray, np.ndarray]:
    """Both as float32 (N, H, W, C).

    Raises:
        ValueError: the shapes differ, or are not NHWC.
    """
    generated, real = np.asarray(generated, np.float32), np.asarray(real, np.float32)
    if generated.ndim != 4 or generated.shape != real.shape:
        raise ValueError(f"two NHWC arrays of one shape are compared, not {generated.shape} and {real.shape}")
    return generated, real
