"""Reads, fits and writes images as uint8 arrays (H, W, C); needs Pillow and numpy only."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from zoo.data.image_opening import Refused, check_scans, open_header, readable_suffixes
from zoo.data.image_tags import orientation
from zoo.errors import UserError
from zoo.io.files import write_whole
from zoo.io.limits import IMAGE_BYTES, IMAGE_METADATA_BYTES

try:
    from PIL import ImageCms
except ImportError:  # a Pillow built without LittleCMS: colours stay as they are stored
    ImageCms = None

SUFFIXES = readable_suffixes()
"""Endings (lower case) that mark a file as an image when a folder is listed."""

_TURNS = {  # by orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)  # orientations that exchange height and width
_HEADER = 1 << 16  # bytes that hold nearly every header
_PROFILE_BYTES = 64 * IMAGE_METADATA_BYTES  # of a colour profile; those of printing presses have 3 MiB


class UnreadableImage(UserError):
    """An image file that cannot be used: ``path`` and ``reason`` say which and why."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path} {reason}")
        self.path = str(path)
        self.reason = reason

    def bare(self) -> "UnreadableImage":
        """The same fault without its traceback, which keeps some 150 KB of the image alive."""
        return UnreadableImage(self.path, self.reason)


def read_image(path: Path | str, channels: int = 3) -> np.ndarray:
    """Decode an image as a person would see it: turned upright, over white, in sRGB.

    Args:
        path: a file in one of ``zoo.data.image_opening.FORMATS``; of an animation the first frame is read.
        channels: 3 for RGB, 1 for grey (ITU-R 601 luma).

    Returns:
        uint8 array (H, W, channels).

    Raises:
        UnreadableImage: missing, empty, cut short, no image, or more than ``zoo.io.limits`` allow.
    """
    if channels not in (1, 3):
        raise ValueError(f"channels is {channels}; it must be 1 or 3")
    with opened(path, decode=True) as image:
        image.load()
        return pixels_of(image, channels, path)


def pixels_of(image: Image.Image, channels: int = 3, name: Path | str = "the image") -> np.ndarray:
    """The pixels of a Pillow image as a person would see it: turned upright, over white, in sRGB.

    Args:
        image: an open image.
        channels: 3 for RGB, 1 for grey.
        name: of the image in an error.

    Returns:
        uint8 array (H, W, channels).

    Raises:
        UnreadableImage: it holds measurements rather than grey values.
    """
    pixels = np.array(_as_seen(image, name, "RGB" if channels == 3 else "L"))
    return pixels[..., None] if channels == 1 else pixels


def image_size(path: Path | str) -> tuple[int, int]:
    """Height and width of an image as ``read_image`` gives it, from its header alone.

    Raises:
        UnreadableImage: as ``read_image``, for what the header shows.
    """
    with opened(path) as image:
        width, height = image.size
        sideways = orientation(image) in _SIDEWAYS
    return (width, height) if sideways else (height, width)


def placement(image_size: tuple[int, int], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Box (top, left, height, width) that an image of ``image_size`` fills after ``fit``."""
    (image_height, image_width), (height, width) = image_size, size
    scale = min(height / image_height, width / image_width)
    inner_height = min(max(round(image_height * scale), 1), height)
    inner_width = min(max(round(image_width * scale), 1), width)
    return (height - inner_height) // 2, (width - inner_width) // 2, inner_height, inner_width


def fit(image: np.ndarray, size: tuple[int, int], fill: int = 255) -> np.ndarray:
    """Scale an image into ``size`` with its aspect kept, centred on ``fill``.

    Args:
        image: uint8, or float32 in [-1, 1], (H, W, C), C 1 or 3.
        size: (height, width) of the result.
        fill: grey level of the margins, 0 to 255.

    Returns:
        (height, width, C), of the image's dtype. Bicubic with antialiasing; an image that already has
        this size is returned as it is.
    """
    if image.shape[:2] == tuple(size):
        return image
    top, left, height, width = placement(image.shape[:2], size)
    content = _resize(image, (height, width))
    if (height, width) == tuple(size):
        return content
    level = fill if image.dtype == np.uint8 else fill / 127.5 - 1
    fitted = np.full((*size, image.shape[2]), level, image.dtype)
    fitted[top : top + height, left : left + width] = content
    return fitted


def cover(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Scale an image to fill ``size`` with its aspect kept; what is too much is cut off alike on both sides.

    Args:
        image: uint8 (H, W, C), C 1 or 3.
        size: (height, width) of the result.

    Returns:
        uint8 (height, width, C). Cut first, then resized as ``fit`` does.
    """
    height, width = image.shape[:2]
    scale = max(size[0] / height, size[1] / width)
    inner_height = min(max(round(size[0] / scale), 1), height)
    inner_width = min(max(round(size[1] / scale), 1), width)
    top, left = (height - inner_height) // 2, (width - inner_width) // 2
    return _resize(image[top : top + inner_height, left : left + inner_width], size)


def unfit(image: np.ndarray, original_size: tuple[int, int]) -> np.ndarray:
    """Undo ``fit``: crop the margins and scale the content back.

    Args:
        image: uint8, or float32 in [-1, 1], (H, W, C), made from or in place of a fitted image.
        original_size: (height, width) of the image before ``fit``.

    Returns:
        (*original_size, C), of the image's dtype.
    """
    top, left, height, width = placement(original_size, image.shape[:2])
    return _resize(image[top : top + height, left : left + width], original_size)


def to_float(image: np.ndarray) -> np.ndarray:
    """Map uint8 [0, 255] to float32 [-1, 1]; any shape."""
    return image.astype(np.float32) / np.float32(127.5) - np.float32(1)


def as_float(images: Any) -> np.ndarray:
    """Images as float32 in [-1, 1]: uint8 is mapped, floats are taken to be so already. Any shape."""
    images = np.asarray(images)
    return to_float(images) if images.dtype == np.uint8 else images.astype(np.float32)


def to_uint8(image: np.ndarray) -> np.ndarray:
    """Map float [-1, 1] to uint8 [0, 255], rounded; values outside are clipped. Any shape."""
    return np.rint(np.clip((np.asarray(image, np.float32) + 1) * 127.5, 0, 255)).astype(np.uint8)


def save_png(image: np.ndarray, path: Path | str) -> None:
    """Write a uint8 image (H, W, 1 or 3) as PNG, whole or not at all.

    Raises:
        UserError: the file cannot be written.
    """
    content = io.BytesIO()
    _picture(image).save(content, "PNG")
    write_whole(Path(path), content.getvalue())


@contextmanager
def opened(path: Path | str, decode: bool = False) -> Iterator[Image.Image]:
    """Open an image up to its header, with its limits checked, as Pillow has it; name the file in any fault.

    Args:
        path: the file.
        decode: it will be decoded, so that limits of that are checked as well.

    Raises:
        UnreadableImage: as ``read_image``, also for faults in the ``with`` block.
    """
    try:
        if not os.path.isfile(path):
            raise UnreadableImage(path, _why_no_file(path))
        with open(path, "rb", buffering=_HEADER) as file:
            size = os.fstat(file.fileno()).st_size
            if size > IMAGE_BYTES:
                raise Refused(f"has {size:,} bytes, and the limit is {IMAGE_BYTES:,}: save it smaller")
            start = file.peek(1)[:64]
            if not start:
                raise UnreadableImage(path, "is empty (0 bytes): fetch or copy it again")
            with open_header(file) as image:
                if decode:
                    check_scans(image, file)
                yield image
    except UserError:
        raise
    except Refused as error:
        raise UnreadableImage(path, str(error)) from error
    except UnidentifiedImageError as error:
        raise UnreadableImage(path, _why_no_image(start)) from error
    except OSError as error:
        if error.errno is not None:
            reason = f"cannot be read ({error.strerror}): check the file and its permissions"
        else:
            reason = f"is damaged or cut short ({_one_line(error)}): fetch or copy it again"
        raise UnreadableImage(path, reason) from error
    except Exception as error:  # broken files make Pillow raise almost anything
        reason = (
            f"cannot be decoded ({type(error).__name__}: {_one_line(error)}): save it again as JPEG or PNG"
        )
        raise UnreadableImage(path, reason) from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _why_no_file(path: Path | str) -> str:
    if os.path.isdir(path):
        return "is a folder, where an image was expected: name a file in it"
    if os.path.exists(path):
        return "is not a regular file: give an image file"
    if os.path.islink(path):
        return "is a link to a file that does not exist: fix or remove the link"
    return "does not exist: check the name and the folder"


def _why_no_image(start: bytes) -> str:
    kinds = "JPEG, PNG, WebP, AVIF, GIF, BMP or TIFF"
    if start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        return f"is a web page, not an image: fetch it again, or save it as {kinds}"
    if b"<svg" in start.lower() or start.startswith((b"%PDF", b"%!PS")):
        return f"is a vector drawing or a document, not a photo: save it as {kinds}"
    if all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in start):
        return f"is text, not an image: replace it with {kinds}"
    return f"is not an image of a supported kind: save it as {kinds}"


def _as_seen(image: Image.Image, path: Path | str, mode: str) -> Image.Image:
    if (turn := _TURNS.get(orientation(image))) is not None:
        image = image.transpose(turn)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = _eight_bits(image, path)
    image = _in_srgb(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    return image if image.mode == mode else image.convert(mode)


def _eight_bits(image: Image.Image, path: Path | str) -> Image.Image:
    """Scale grey values of more than 8 bits, which Pillow's ``convert`` would clip."""
    values = np.asarray(image)
    if image.mode == "F" or values.min() < 0 or values.max() > 65535:
        raise UnreadableImage(
            path, f"holds measurements (mode {image.mode}) rather than grey values: save it with 8 or 16 bits"
        )
    return Image.fromarray(((values.astype(np.uint32) + 128) // 257).astype(np.uint8))


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or len(profile) > _PROFILE_BYTES or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    if ImageCms is None:
        return image
    transform = _to_srgb(profile, image.mode)
    return image if transform is None else ImageCms.applyTransform(image, transform)


@lru_cache(maxsize=32)
def _to_srgb(profile: bytes, mode: str) -> Any:
    """Colour transform of an embedded profile, or None where none is needed or it is broken."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        colours = source.profile.xcolor_space.strip()
        if colours != mode.removesuffix("A") or "srgb" in (source.profile.profile_description or "").lower():
            return None
        target = ImageCms.createProfile("sRGB")
        return ImageCms.buildTransform(source, target, mode, "RGB" if mode == "CMYK" else mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _picture(image: np.ndarray) -> Image.Image:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (1, 3):
        raise ValueError(f"an image is uint8 (H, W, 1 or 3); this is {image.dtype} {image.shape}")
    return Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)


def _resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if image.shape[:2] == tuple(size):
        return image
    if image.dtype == np.float32:
        planes = [_scaled(Image.fromarray(plane), size) for plane in np.moveaxis(image, 2, 0)]
        return np.stack(planes, axis=2).clip(-1, 1)  # bicubic overshoots
    pixels = _scaled(_picture(image), size)
    return pixels[..., None] if image.shape[2] == 1 else pixels


def _scaled(image: Image.Image, size: tuple[int, int]) -> np.ndarray:
    # Pillow's filters widen with the reduction, so this is antialiased; the gap of 3
    # lets a large photo be averaged down by a whole number first, with no visible change.
    return np.array(image.resize((size[1], size[0]), Image.Resampling.BICUBIC, reducing_gap=3.0))
