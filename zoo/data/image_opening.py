"""Opens an image file up to its header, whatever the file announces.

A few bytes can announce, or hide, work without end: comments that never stop, tags that each hold
the whole file, thousands of scans. Pillow reads all it is given, so it is given a file that stops
it: see ``_Bounded``. What it keeps for the whole process (its own limit of pixels) is left alone, so
that one thread never waits for another's input.
"""

import os
import re
import struct
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError, features
from PIL.JpegImagePlugin import JpegImageFile

from zoo.data.image_tags import tags
from zoo.io.limits import (
    IMAGE_HEADER_BYTES,
    IMAGE_METADATA_BYTES,
    IMAGE_PIXELS,
    IMAGE_READS,
    IMAGE_SCANS,
    IMAGE_STRIPS,
    IMAGE_TAGS,
    MIB,
)

# Named one by one: Pillow would hand EPS files to Ghostscript, which executes them.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF", "JPEG2000", "HEIF")
AVIF_SUFFIXES = (".avif",)
HEIF_SUFFIXES = (".heic", ".heif", ".hif")
HEIF_REMEDY = "pip install pillow-heif"

_GIF_HEADER = MIB  # Pillow joins the parts of its comments one by one, in quadratic time
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
_WHOLE_READS = 4  # times that all of a file may be asked for


class Refused(Exception):
    """A file announces more work than an image may, or cannot be read here; the text says what of it.

    It is no OSError, which Pillow would take for a broken tag.
    """


def readable_suffixes() -> tuple[str, ...]:
    """Endings (lower case) of the images that can be read with what is installed."""
    return (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".gif", ".bmp"),
        *(".tif", ".tiff", ".pbm", ".pgm", ".ppm", ".jp2", ".j2k"),
        *(AVIF_SUFFIXES if features.check("avif") else ()),
        *(HEIF_SUFFIXES if find_spec("pillow_heif") else ()),
    )


def open_header(file: BinaryIO) -> Image.Image:
    """Open an image and read its header; ``IMAGE_PIXELS`` and other limits are checked by then.

    Args:
        file: a regular file, open for reading.

    Raises:
        Refused: it announces more than ``zoo.io.limits`` allow.
        UnidentifiedImageError: it is in none of ``FORMATS``.
        Exception: it is broken; Pillow raises almost anything.
    """
    start = file.read(64)
    kind = _kind(start)
    bounded = _Bounded(file, _GIF_HEADER if kind == "GIF" else IMAGE_HEADER_BYTES)
    try:
        if kind == "TIFF":
            _check_tags(file)
        elif kind == "AVIF":
            _check_avif(bounded)
        elif kind == "WEBP":
            _check_size(*_webp_size(start))
        elif kind == "JPEG2000":
            _check_codestreams(file)
        image = _opened(kind, bounded)
    except (SyntaxError, IndexError, TypeError, struct.error) as error:  # what Pillow takes for "is none"
        raise OSError(str(error) or "its header is not whole") from error
    finally:
        bounded.check()
    _check_size(*image.size)
    bounded.header_is_read(image.size[0] * image.size[1])
    return image


def check_scans(image: Image.Image, file: BinaryIO) -> None:
    """Check that a JPEG file's scans, each of which costs as much as a decoding, are few.

    Args:
        image: what ``open_header`` gave.
        file: what it was given.

    Raises:
        Refused: there are more than ``IMAGE_SCANS``.
    """
    if not isinstance(image, _Jpeg):
        return
    file.seek(image.first_scan)
    content = file.read()
    file.seek(image.first_scan)
    at, scans = 0, 1
    while match := _MARKER.search(content, at):
        marker, at = match[0][1], match.end()
        if marker == 0xD9:
            return
        if marker == 0xDA:
            scans += 1
            if scans > IMAGE_SCANS:
                raise Refused(f"has more than {IMAGE_SCANS} scans: save it again")
        at += int.from_bytes(content[at : at + 2], "big")


_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")  # but restarts, which have no length


# --- which format, and its plugin


def _kind(start: bytes) -> str | None:
    """Format of a file by its first bytes, one of ``FORMATS``."""
    for kind in FORMATS:
        if kind == "HEIF":
            accepted = start[4:8] == b"ftyp" and start[8:12] in _HEIF_BRANDS
        else:
            accept = _plugins()[kind][1]
            accepted = accept(start[:16]) is True
        # A container of images in general: which they are stands among the compatible brands.
        if accepted and kind == "AVIF" and start[8:12] in (b"mif1", b"msf1"):
            accepted = b"avif" in start[16 : max(16, int.from_bytes(start[:4], "big"))]
        if accepted:
            return kind
    return None


@cache
def _plugins() -> dict:
    Image.preinit()
    Image.init()
    return Image.OPEN


def _opened(kind: str | None, file: "_Bounded") -> Image.Image:
    """As ``PIL.Image.open`` does, without its limit of pixels, which is one for the whole process."""
    if kind is None:
        raise UnidentifiedImageError
    if kind == "HEIF":
        module = heif()
        if module is None:
            raise Refused(f"is a HEIC photo: to read it, {HEIF_REMEDY}; or save it as JPEG or PNG")
        factory = module.HeifImageFile
    else:
        factory = _Jpeg if kind == "JPEG" else _plugins()[kind][0]
    file.seek(0)
    return factory(file, "")


@cache
def heif() -> ModuleType | None:
    """The module that reads HEIC photos, or None where it is not installed."""
    try:
        import pillow_heif.as_plugin
    except ImportError:
        return None
    return pillow_heif.as_plugin


class _Jpeg(JpegImageFile):
    """A JPEG file of which the tags are not read, and the first image alone."""

    def _open(self) -> None:
        super()._open()
        self.first_scan = self.fp.tell()

    def _read_dpi_from_exif(self) -> None:
        """Left out: Pillow would take as much memory as the tags announce."""


# --- what a file may announce


class _Bounded:
    """A file of which only so much can be read.

    Args:
        file: what is read.
        header: bytes that may be read until ``header_is_read``; the whole file at once is not a header
            and may be read as well, since a file has ``IMAGE_BYTES`` at most.
    """

    def __init__(self, file: BinaryIO, header: int) -> None:
        self._file, self._size = file, os.fstat(file.fileno()).st_size
        self._header = self._left = header
        self._reads, self._whole = IMAGE_READS, _WHOLE_READS
        self._fault: Refused | None = None

    def header_is_read(self, pixels: int) -> None:
        """From now on the pixels are read: the file twice at most, some formats pixel by pixel."""
        self._left = 2 * self._size + IMAGE_HEADER_BYTES
        self._reads = IMAGE_READS + 4 * pixels

    def check(self) -> None:
        """Raise what was raised before, in case the reader caught it."""
        if self._fault is not None:
            raise self._fault

    def read(self, size: int | None = -1) -> bytes:
        self._reads -= 1
        rest = self._size - self._file.tell()
        if size is None or size < 0:
            self._whole -= 1
        else:
            self._left -= min(size, max(rest, 0))
        if self._left < 0 or self._whole < 0:
            self._stop(f"has more than {self._header / MIB:.0f} MiB before its pixels")
        if self._reads < 0:
            self._stop(f"has more than {IMAGE_READS:,} parts")
        # Python would make room for what is asked for, however little is there.
        return self._file.read(rest if size is None or size < 0 else min(size, rest)) if rest > 0 else b""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._file.tell(), os.SEEK_END: self._size}[whence]
        if not 0 <= start + offset < 1 << 62:
            raise ValueError(f"refers to byte {start + offset}")
        return self._file.seek(start + offset)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()

    def _stop(self, what: str) -> None:
        self._fault = Refused(f"{what}, and that is the limit: save it again as JPEG or PNG")
        raise self._fault


def _check_size(width: int, height: int) -> None:
    if width * height > IMAGE_PIXELS:
        raise Refused(
            f"has {width:,}×{height:,} pixels, {width * height / 1e6:,.0f} million, and the "
            f"limit is {IMAGE_PIXELS / 1e6:,.0f} million: scale it down first"
        )


def _webp_size(start: bytes) -> tuple[int, int]:
    """Size of a WebP file's canvas, for which its reader makes room at once; (0, 0) if it has none."""
    if start[12:16] != b"VP8X":
        return 0, 0
    width, height = (int.from_bytes(start[at : at + 3], "little") + 1 for at in (24, 27))
    return width, height


def _check_avif(file: _Bounded) -> None:
    """Check an AVIF file's metadata, which Pillow reads with the memory that they announce."""
    from PIL import AvifImagePlugin

    file.seek(0)
    decoder = AvifImagePlugin._avif.AvifDecoder(file.read(), AvifImagePlugin.DECODE_CODEC_CHOICE, 1)
    exif = decoder.get_info()[4]
    if exif and len(exif) > IMAGE_METADATA_BYTES:
        raise Refused(
            f"has {len(exif):,} bytes of tags, and the limit is {IMAGE_METADATA_BYTES:,}: save it again"
        )


def _check_tags(file: BinaryIO) -> None:
    """Check that a TIFF file's first directory is of a sane size."""
    file.seek(0)
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"\x2b\0", b"\0\x2b")
    at = struct.unpack(f"{order}Q", head[8:16])[0] if big else struct.unpack(f"{order}I", head[4:8])[0]
    if at >= 1 << 62:
        raise Refused("has no directory: fetch or copy it again")
    file.seek(at)
    (count,) = struct.unpack(f"{order}{'Q' if big else 'H'}", file.read(8 if big else 2))
    if count > IMAGE_TAGS:
        raise Refused(f"has {count:,} tags, and the limit is {IMAGE_TAGS:,}: save it again")
    tile = {322: 0, 323: 0}
    for tag, kind, values, value in tags(file.read(count * (20 if big else 12)), order, big):
        if values > IMAGE_STRIPS and kind in _NUMBERS:
            raise Refused(f"has {values:,} values in a tag, and the limit is {IMAGE_STRIPS:,}: save it again")
        if tag in tile:
            tile[tag] = max(tile[tag], value)
    _check_size(*tile.values())


_NUMBERS = (*range(3, 7), *range(8, 19))  # types of values that are numbers rather than bytes


_SIZ = re.compile(rb"\xff\x4f\xff\x51(.{38})", re.DOTALL)


def _check_codestreams(file: BinaryIO) -> None:
    """Check the sizes in a JPEG 2000 file's code streams, which its container may contradict."""
    file.seek(0)
    for match in _SIZ.finditer(file.read()):
        length, _, width, height, left, top, *_, parts = struct.unpack(">HHIIIIIIIIH", match[1])
        if length == 38 + 3 * parts:
            _check_size(max(width - left, 0), max(height - top, 0))
