"""Images in the forms a program has them in, and results in the form of what went in."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from zoo.data.images import as_float, pixels_of, read_image, to_uint8
from zoo.errors import UserError

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""ITU-R 601, as of grey images that are read from files."""


@dataclass(frozen=True)
class Unpacked:
    """Images of what went in.

    Attributes:
        images: uint8, or float32 in [-1, 1], (H, W, channels) each.
        pack: results of the images, of the same dtypes and sizes, in the form of what went in.
    """

    images: list[np.ndarray]
    pack: Callable[[Sequence[np.ndarray]], Any]


def unpack(given: Any, channels: int, name: str = "image") -> Unpacked:
    """The images in ``given``, with as many channels as a model takes.

    Args:
        given: an array (H, W), (H, W, C) or (N, H, W, C), C 1 or 3, uint8 or float in [-1, 1]; a Pillow
            image; the path of an image file; or a list of any of these. Results of a path are Pillow
            images, those of (H, W) are (H, W, C).
        channels: 1 or 3; grey is repeated, RGB becomes ITU-R 601 luma.
        name: of the parameter, for errors.

    Raises:
        UserError: it is none of these, has another shape or dtype, or has values outside the range.
        UnreadableImage: a file is not a readable image.
    """
    if isinstance(given, str | os.PathLike):
        return Unpacked([read_image(Path(given), channels)], lambda results: to_pillow(results[0]))
    if isinstance(given, Image.Image):
        return Unpacked([_pixels(given, channels, name)], lambda results: to_pillow(results[0]))
    if isinstance(given, list | tuple):
        return _unpack_each(given, channels, name)
    array = np.asarray(given)
    if array.dtype == np.uint8:
        dtype = array.dtype
    elif np.issubdtype(array.dtype, np.floating):
        dtype = array.dtype
        if array.size and not np.abs(array).max() <= 1:  # NaN compares as false
            raise UserError(
                f"`{name}`: floats must be finite and in [-1, 1], and these are from {array.min():g} to "
                f"{array.max():g}; scale them, or give uint8"
            )
    else:
        raise UserError(
            f"`{name}` {type(given).__name__} of {array.dtype}: must be uint8, floats in [-1, 1], a Pillow "
            "image, a path, or a list of these"
        )
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim not in (3, 4) or array.shape[-1] not in (1, 3) or 0 in array.shape:
        raise UserError(f"`{name}` {list(array.shape)}: must be (H, W, C) or (N, H, W, C), C 1 or 3")
    images = [_with_channels(each, channels) for each in (array if array.ndim == 4 else array[None])]
    if array.ndim == 3:
        return Unpacked(images, lambda results: results[0].astype(dtype))
    return Unpacked(images, lambda results: np.stack(results).astype(dtype))


def _pixels(image: Image.Image, channels: int, name: str) -> np.ndarray:
    if 0 in image.size:
        raise UserError(f"`{name}` {image.width}x{image.height}: has no pixels")
    try:
        return pixels_of(image, channels, f"`{name}`")
    except (OSError, ValueError) as error:  # cut short, or of a mode that Pillow does not convert
        raise UserError(
            f"`{name}`: a Pillow image of mode {image.mode} that cannot be used ({error})"
        ) from None


def to_pillow(image: np.ndarray) -> Image.Image:
    """A uint8 image (H, W, 1 or 3) as a Pillow image of mode L or RGB."""
    return Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)


def _unpack_each(given: Sequence[Any], channels: int, name: str) -> Unpacked:
    parts = [unpack(each, channels, f"{name}[{i}]") for i, each in enumerate(given)]

    def pack(results: Sequence[np.ndarray]) -> list[Any]:
        rest = iter(results)
        return [part.pack([next(rest) for _ in part.images]) for part in parts]

    return Unpacked([image for part in parts for image in part.images], pack)


def _with_channels(image: np.ndarray, channels: int) -> np.ndarray:
    """uint8 or float32, with ``channels``."""
    if image.dtype != np.uint8:
        image = image.astype(np.float32)
    if image.shape[2] == channels:
        return image
    if channels == 3:
        return np.repeat(image, 3, axis=2)
    grey = as_float(image) @ LUMA[:, None]
    return to_uint8(grey) if image.dtype == np.uint8 else grey
