"""Whatever bytes an image file has, it is read or refused in one line."""

import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from zoo.data import image_opening
from zoo.data.image_opening import heif
from zoo.data.images import UnreadableImage, image_size, read_image


def encoded(kind, mode="RGB", **options):
    content = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (24, 16, 3), dtype=np.uint8)
    image = Image.fromarray(noise).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a description"
    if kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        options["exif"] = exif
    image.save(content, kind, **options)
    return content.getvalue()


FILES = [
    *(encoded(kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF", "JPEG2000")),
    encoded("JPEG", progressive=True),
    encoded("JPEG", "CMYK"),
    encoded("PNG", "P", transparency=0),
    encoded("WEBP", lossless=True),
    encoded("TIFF", compression="tiff_lzw"),
    encoded("TIFF", big_tiff=True),
    encoded("GIF", save_all=True, append_images=[Image.new("RGB", (16, 24))]),
]
if heif() is not None:
    import pillow_heif

    photo = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (16, 24), "red")).save(photo)
    FILES.append(photo.getvalue())
EXTREME = (b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\xff" * 4, b"\xff" * 8, b"\0\0\0\1", b"\1\0\0\0", bytes(4))
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["replace", "replace", "replace", "insert", "delete", "repeat"]),
        st.integers(0, 1 << 12),
        st.sampled_from(EXTREME) | st.binary(min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=6,
)


def changed(content, changes, near):
    """``content`` with bytes replaced, inserted, deleted or repeated, in its first ``near`` bytes."""
    content = bytearray(content)
    for change, place, value in changes:
        at = place % max(1, min(near, len(content)))
        if change == "replace":
            content[at : at + len(value)] = value
        elif change == "insert":
            content[at:at] = value
        elif change == "delete":
            del content[at : at + 8 * len(value)]
        else:
            content[at:at] = content[at : at + 64] * len(value) ** 3
    return bytes(content)


def refusal(read, path):
    """Why a file is refused; nothing where it is read."""
    try:
        read(path)
    except UnreadableImage as error:
        return error.reason
    return ""


@pytest.mark.fuzz
@settings(settings.get_profile("fuzz"))
@given(content=st.sampled_from(FILES), changes=CHANGES, near=st.sampled_from([40, 200, 1 << 12]))
def test_any_header_is_read_or_refused(tmp_path_factory, content, changes, near):
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    path.write_bytes(changed(content, changes, near))
    limit, image_opening.IMAGE_PIXELS = image_opening.IMAGE_PIXELS, 1_000_000
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, about broken tags
            for read in (image_size, read_image):
                assert "\n" not in refusal(read, path)
    finally:
        image_opening.IMAGE_PIXELS = limit
