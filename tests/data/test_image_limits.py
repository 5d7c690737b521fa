"""A small file cannot make its reader work without end, and no reader waits for another's file."""

import io
import os
import struct
import threading
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from zoo.data import image_opening
from zoo.data.image_opening import heif
from zoo.data.images import UnreadableImage, image_size, read_image
from zoo.reports.elements.pictures import open_picture


def encoded(kind, size=(16, 16), **options):
    content = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    Image.fromarray(noise).save(content, kind, **options)
    return content.getvalue()


def refused(path, content=None):
    """Why a file is refused, and the peak of memory in bytes."""
    if content is not None:
        path.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableImage) as caught:
            read_image(path)
        return caught.value.reason, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def tags(entries, data=b"", order="<"):
    """A TIFF block with one directory of (tag, type, count, value), and then ``data``."""
    block = struct.pack(order + "H", len(entries))
    block += b"".join(struct.pack(order + "HHII", *entry) for entry in entries)
    return {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", 8) + block + bytes(4) + data


def greedy_tags(size):
    """Tags that each hold the same bytes: together much more than the block itself has."""
    count = size // 24
    return tags([(1000 + i, 7, size // 2, 14 + 12 * count) for i in range(count)], bytes(size // 2))


def segments(marker, prefix, content):
    """Segments of a JPEG file that hold ``content`` in parts."""
    step = 65_533 - len(prefix)
    parts = [prefix + content[at : at + step] for at in range(0, len(content), step)]
    return b"".join(b"\xff" + bytes([marker]) + struct.pack(">H", 2 + len(part)) + part for part in parts)


def test_a_file_that_never_comes_to_its_pixels(tmp_path, monkeypatch):
    monkeypatch.setattr(image_opening, "IMAGE_READS", 10_000)
    for name, start in (("a.gif", b"GIF89a"), ("a.ppm", b"P6\n#"), ("a.jpg", b"\xff\xd8\xff")):
        with (tmp_path / name).open("wb") as file:
            file.write(start)
            file.truncate(100 << 20)
        assert "more than 10,000 parts" in refused(tmp_path / name)[0]


def test_pixels_may_be_read_one_by_one(tmp_path, monkeypatch):
    """As Pillow reads those of 16 bits in a PPM file, and runs in a BMP file."""
    monkeypatch.setattr(image_opening, "IMAGE_READS", 50)
    (tmp_path / "a.ppm").write_bytes(b"P6 20 20 65535\n" + bytes(20 * 20 * 6))
    assert read_image(tmp_path / "a.ppm").shape == (20, 20, 3)


def test_a_file_that_is_too_large(tmp_path):
    with (tmp_path / "a.gif").open("wb") as file:
        file.write(b"GIF89a")
        file.truncate(1 << 30)
    assert "has 1,073,741,824 bytes, and the limit is" in refused(tmp_path / "a.gif")[0]


def test_comments_are_bounded(tmp_path):
    """Pillow joins a GIF's comment part by part: 30 MB took minutes."""
    content = encoded("GIF")
    head, rest = content[:-1], content[-1:]
    at = 13 + 3 * (2 << (head[10] & 7))  # after the palette
    comment = b"\x21\xfe" + (b"\xff" + b"a" * 255) * 5000 + b"\0"
    said, _ = refused(tmp_path / "a.gif", head[:at] + comment + head[at:] + rest)
    assert "more than 1 MiB before its pixels" in said
    jpeg = encoded("JPEG")
    content = jpeg[:2] + segments(0xFE, b"", bytes(40 << 20)) + jpeg[2:]
    assert "more than 32 MiB before its pixels" in refused(tmp_path / "a.jpg", content)[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_tags_take_no_more_memory_than_they_have(tmp_path, kind):
    """A photo of 1 MB whose tags each name the same 500 KB took 20 GB."""
    exif = b"Exif\0\0" + greedy_tags(1 << 20 if kind != "JPEG" else 200_000)
    content = encoded(kind, exif=exif) if kind != "JPEG" else encoded(kind)
    if kind == "JPEG":
        content = content[:2] + segments(0xE1, b"Exif\0\0", exif[6:]) + content[2:]
    path = tmp_path / "a"
    path.write_bytes(content)
    tracemalloc.start()
    assert read_image(path).shape == (16, 16, 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 << 20


def test_tags_of_an_avif_file_are_bounded(tmp_path):
    said, peak = refused(tmp_path / "a.avif", encoded("AVIF", exif=tags([], bytes(1 << 20))))
    assert "bytes of tags, and the limit is 65,536" in said
    assert peak < 20 << 20


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_orientation_is_read_in_either_byte_order(tmp_path, kind, order):
    value = 6 << 16 if order == ">" else 6
    path = tmp_path / "a"
    path.write_bytes(encoded(kind, (8, 24), exif=b"Exif\0\0" + tags([(0x0112, 3, 1, value)], order=order)))
    assert image_size(path) == (24, 8)
    assert read_image(path).shape == (24, 8, 3)


def test_an_orientation_that_xmp_alone_names(tmp_path):
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" tiff:Orientation="8"/>'
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded("JPEG", (8, 24), xmp=xmp))
    assert image_size(path) == (24, 8)


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([(256, 3, 1, 16), (257, 3, 1, 16), (273, 4, 2**31 - 1, 8)], "values in a tag"),
        (
            [(256, 3, 1, 16), (257, 3, 1, 16), (322, 4, 1, 60_000), (323, 4, 1, 60_000)],
            "60,000×60,000 pixels",
        ),
        ([(256, 4, 1, 60_000), (257, 4, 1, 60_000), (273, 4, 1, 8), (279, 4, 1, 9)], "60,000×60,000 pixels"),
        ([(1000 + i, 3, 1, 1) for i in range(5000)], "5,000 tags"),
        ([(256, 3, 1, 16), *((1000 + i, 7, 1 << 20, 0) for i in range(100))], "32 MiB before its pixels"),
    ],
)
def test_tags_of_a_tiff_file_are_bounded(tmp_path, entries, says):
    said, peak = refused(tmp_path / "a.tif", tags(entries, bytes(1 << 21)))
    assert says in said
    assert peak < 100 << 20


def test_a_canvas_is_checked_before_there_is_room_for_it(tmp_path):
    content = bytearray(encoded("WEBP", exif=tags([(0x0112, 3, 1, 1)])))
    assert content[12:16] == b"VP8X"
    content[24:30] = b"\xff\xff\0" * 2
    assert "65,536×65,536 pixels" in refused(tmp_path / "a.webp", bytes(content))[0]


@pytest.mark.parametrize("name", ["a.jp2", "a.j2k"])
def test_a_code_stream_larger_than_its_container_says(tmp_path, name):
    content = io.BytesIO()
    content.name = name
    Image.new("RGB", (16, 16)).save(content, "JPEG2000", no_jp2=name.endswith("k"))
    content = content.getvalue()
    (tmp_path / name).write_bytes(content)
    assert read_image(tmp_path / name).shape == (16, 16, 3)
    at = content.index(b"\xff\x4f\xff\x51") + 8
    large = content[:at] + struct.pack(">II", 60_000, 60_000) + content[at + 8 :]
    assert "60,000×60,000 pixels" in refused(tmp_path / name, large)[0]


def test_scans_of_a_jpeg_file_are_bounded(tmp_path):
    """Each scan of a progressive file goes over the whole image: 100 KB took minutes."""
    content = encoded("JPEG", (64, 64), progressive=True)
    path = tmp_path / "a.jpg"
    path.write_bytes(content + content * 200)  # what follows the image does not count
    assert read_image(path).shape == (64, 64, 3)
    last = content.rindex(b"\xff\xda")
    assert "more than 100 scans" in refused(path, content[:-2] + content[last:-2] * 200 + b"\xff\xd9")[0]


def test_no_reader_waits_for_another(tmp_path):
    """One slow file, as on a network drive, held every thread that read images."""
    (tmp_path / "a.png").write_bytes(encoded("PNG"))
    os.mkfifo(tmp_path / "slow")
    slow, done = threading.Event(), threading.Event()
    read = image_opening._Bounded.read

    def blocked(bounded, size=-1):
        if threading.current_thread().name == "slow":
            slow.set()
            done.wait()
        return read(bounded, size)

    image_opening._Bounded.read = blocked
    try:
        thread = threading.Thread(target=read_image, args=(tmp_path / "a.png",), name="slow")
        thread.start()
        slow.wait()
        assert read_image(tmp_path / "a.png").shape == (16, 16, 3)
    finally:
        image_opening._Bounded.read = read
        done.set()
        thread.join()


# --- HEIC


def test_heic_photos_are_read_where_their_reader_is_there(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    photo = Image.new("RGB", (48, 32), (200, 30, 30))
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "a.heic"
    pillow_heif.from_pillow(photo).save(path, exif=exif.tobytes())
    assert image_size(path) == read_image(path).shape[:2]
    assert np.abs(read_image(path)[8, 8].astype(int) - (200, 30, 30)).max() < 12


def test_heic_photos_name_their_reader_where_it_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(image_opening, "heif", lambda: None)
    said, _ = refused(tmp_path / "a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99))
    assert said == "is a HEIC photo: to read it, pip install pillow-heif; or save it as JPEG or PNG"


@pytest.mark.skipif(heif() is None, reason="pillow-heif is not installed")
def test_a_huge_heic_photo_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    import pillow_heif

    pillow_heif.from_pillow(Image.new("RGB", (64, 64))).save(tmp_path / "a.heic")
    monkeypatch.setattr(image_opening, "IMAGE_PIXELS", 64 * 64 - 1)
    assert "64×64 pixels" in refused(tmp_path / "a.heic")[0]


def test_a_container_with_avif_inside_is_read_as_avif(tmp_path):
    content = encoded("AVIF")
    (tmp_path / "a.avif").write_bytes(content.replace(b"ftypavif", b"ftypmif1", 1))
    assert read_image(tmp_path / "a.avif").shape == (16, 16, 3)


def test_a_runs_pictures_are_read_as_all_others(tmp_path, monkeypatch):
    """A sample of a received run that was PostScript was given to Ghostscript, which runs it."""
    from PIL import EpsImagePlugin

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *_, **__: pytest.fail("it was run"))
    warnings = []
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    assert open_picture(tmp_path / "a.png", warnings) is None
    assert warnings[0].startswith("a.png could not be shown: it is a vector drawing or a document")
    (tmp_path / "a.png").write_bytes(encoded("PNG"))
    assert open_picture(tmp_path / "a.png", warnings)[0].size == (16, 16)
