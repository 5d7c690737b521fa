"""Where the garment is in a product image, drawn or generated, and whether two garments have one shape."""

from typing import Any

import numpy as np
from scipy import ndimage

from zoo.data.images import as_float

_BLUR = 1 / 128  # of the picture's height: a generator's checkerboards and noise are no garment
_LEAST = 20 / 127.5  # difference from the background: more than JPEG's noise, less than most of a shadow
_NOISE = 3.0  # times what nine tenths of the border differ by: a generator's background is not even


def silhouettes(images: Any) -> np.ndarray:
    """Masks of the garments in pictures with a nearly even background: (N, H, W, C) → (N, H, W) bool.

    The background is the median colour of the picture's border. What differs from it in any
    channel, in a slightly blurred picture, by more than 20 of 255 levels and by more than three times
    the border's own unevenness is garment; gaps of a pixel are closed, holes filled,
    and the largest connected part is kept. A picture without any has an empty mask.

    Measured on 105 drawn products at 64 pixels against the outlines that they were drawn from: a mean
    intersection over union of 0.86, and of 0.81 for white ones, whose shadow is darker than their cloth.

    Args:
        images: uint8, or floats in [-1, 1].
    """
    return np.stack([_silhouette(image) for image in as_float(images)])


def silhouette_iou(a: Any, b: Any) -> np.ndarray:
    """Intersection over union of the silhouettes of two pictures each: (N,) in 0 to 1.

    Two empty silhouettes are equal: 1.

    Args:
        a, b: pictures (N, H, W, C) of one height and width, uint8 or floats in [-1, 1].

    Raises:
        ValueError: if number, height or width differ.
    """
    if np.shape(a)[:3] != np.shape(b)[:3] or np.ndim(a) != 4:
        raise ValueError(f"two NHWC arrays of one size are compared, not {np.shape(a)} and {np.shape(b)}")
    ours, theirs = silhouettes(a), silhouettes(b)
    shared, either = (ours & theirs).sum((1, 2)), (ours | theirs).sum((1, 2))
    return np.where(either > 0, shared / np.maximum(either, 1), 1.0)


def _silhouette(image: np.ndarray) -> np.ndarray:
    wide = max(2, image.shape[0] // 32)
    border = np.concatenate(
        [part.reshape(-1, image.shape[-1]) for part in _sides(image, wide)],
    )
    ground = np.median(border, axis=0)
    uneven = np.percentile(np.abs(border - ground).max(-1), 90)
    blur = image.shape[0] * _BLUR
    difference = np.abs(ndimage.gaussian_filter(image, (blur, blur, 0)) - ground).max(-1)
    mask = np.pad(difference > max(_LEAST, _NOISE * uneven), 2)  # closing must not reach the sides
    mask = ndimage.binary_fill_holes(ndimage.binary_closing(mask))[2:-2, 2:-2]
    parts, count = ndimage.label(mask)
    return parts == 1 + np.argmax(np.bincount(parts.ravel())[1:]) if count else mask


def _sides(image: np.ndarray, wide: int) -> tuple[np.ndarray, ...]:
    return image[:wide], image[-wide:], image[:, :wide], image[:, -wide:]
