"""Reads the tags of EXIF and TIFF, and from them how an image must be turned."""

import re
import struct
from collections.abc import Iterator

from PIL import Image

_ORIENTATION = 0x0112  # the EXIF tag
_XMP_ORIENTATION = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')


def orientation(image: Image.Image) -> int:
    """How an image must be turned, as the EXIF tag says it: 1 to 8; 1 where nothing says.

    Pillow's own reading of the tags takes as much memory as they announce.
    """
    if image.format == "TIFF":
        return 1  # Pillow turns it itself
    exif = image.info.get("exif")
    if exif is None and isinstance(raw := image.info.get("Raw profile type exif"), str):
        try:
            exif = bytes.fromhex("".join(raw.split("\n")[3:]))
        except ValueError:
            exif = None
    value = _exif_orientation(exif) if isinstance(exif, bytes) else None
    if value is None:
        xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
        xmp = b"".join(xmp) if isinstance(xmp, tuple) else xmp
        text = _XMP_ORIENTATION.search(xmp.encode() if isinstance(xmp, str) else xmp)
        value = int(text[1]) if text else None
    return value if value in range(1, 9) else 1


def tags(data: bytes, order: str, big: bool = False) -> Iterator[tuple[int, int, int, int]]:
    """Of each tag of a directory: number, type, how many values, and the value if it is one number."""
    step, form = (20, "HHQ") if big else (12, "HHI")
    for at in range(0, len(data) - step + 1, step):
        tag, kind, count = struct.unpack_from(order + form, data, at)
        short = {1: "B", 3: "H"}.get(kind, "I")
        yield tag, kind, count, struct.unpack_from(order + short, data, at + step - (8 if big else 4))[0]


def _exif_orientation(exif: bytes) -> int | None:
    while exif.startswith(b"Exif\0\0"):
        exif = exif[6:]
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None or len(exif) < 10:
        return None
    (at,) = struct.unpack(f"{order}I", exif[4:8])
    (count,) = struct.unpack(f"{order}H", exif[at : at + 2].ljust(2, b"\0"))
    directory = tags(exif[at + 2 : at + 2 + 12 * count], order)
    return next((value for tag, _, _, value in directory if tag == _ORIENTATION), None)
