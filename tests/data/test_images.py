"""What a person sees is what training gets, and a file that cannot be used is named."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFile

from zoo.data import image_opening, images
from zoo.data.images import (
    UnreadableImage,
    fit,
    image_size,
    placement,
    read_image,
    save_png,
    to_float,
    to_uint8,
    unfit,
)
from zoo.errors import UserError

RED, WHITE, GREEN = (255, 0, 0), (255, 255, 255), (0, 128, 0)


def saved(folder, image, name="a.png", **options):
    path = folder / name
    image.save(path, **options)
    return path


def colour(path, row=0, column=0):
    return tuple(int(value) for value in read_image(path)[row, column])


# --- modes: each must show the colours that a viewer shows


def test_rgb_is_exact(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    read = read_image(saved(tmp_path, Image.fromarray(pixels)))
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, pixels)


@pytest.mark.parametrize(
    ("alpha", "expected"), [(255, RED), (0, WHITE), (128, (255, 127, 127))], ids=["opaque", "clear", "half"]
)
def test_transparent_pixels_lie_over_white(tmp_path, alpha, expected):
    assert colour(saved(tmp_path, Image.new("RGBA", (2, 2), (255, 0, 0, alpha)))) == expected


def test_grey_with_alpha_lies_over_white(tmp_path):
    path = saved(tmp_path, Image.new("LA", (2, 2), (10, 0)))
    assert colour(path) == WHITE
    assert read_image(path, channels=1)[0, 0, 0] == 255


def palette_image():
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, *GREEN])
    image.putpixel((1, 0), 1)
    return image


def test_palette_gives_its_colours(tmp_path):
    path = saved(tmp_path, palette_image())
    assert (colour(path), colour(path, column=1)) == (RED, GREEN)


@pytest.mark.parametrize("transparency", [0, bytes([0, 255])], ids=["one colour", "a table"])
def test_palette_with_transparency_lies_over_white(tmp_path, transparency):
    path = saved(tmp_path, palette_image(), transparency=transparency)
    assert (colour(path), colour(path, column=1)) == (WHITE, GREEN)


def test_gif_with_transparency_lies_over_white(tmp_path):
    path = saved(tmp_path, palette_image(), "a.gif", transparency=0)
    assert (colour(path), colour(path, column=1)) == (WHITE, GREEN)


def test_rgb_png_with_a_transparent_colour_lies_over_white(tmp_path):
    image = Image.new("RGB", (2, 1), RED)
    image.putpixel((1, 0), GREEN)
    path = saved(tmp_path, image, transparency=RED)
    assert (colour(path), colour(path, column=1)) == (WHITE, GREEN)


def test_cmyk_jpeg_is_not_inverted(tmp_path):
    path = saved(tmp_path, Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "a.jpg", quality=100)
    red, green, blue = colour(path)
    assert red > 240
    assert max(green, blue) < 15


def test_cmyk_tiff(tmp_path):
    assert colour(saved(tmp_path, Image.new("CMYK", (4, 4), (0, 0, 0, 255)), "a.tif")) == (0, 0, 0)


def test_one_bit_image_is_black_and_white(tmp_path):
    image = Image.new("1", (2, 1))
    image.putpixel((1, 0), 1)
    path = saved(tmp_path, image)
    assert (colour(path), colour(path, column=1)) == ((0, 0, 0), WHITE)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path, name):
    values = np.array([[0, 257, 32896, 65535]], np.uint16)
    read = read_image(saved(tmp_path, Image.fromarray(values), name), channels=1)
    np.testing.assert_array_equal(read[0, :, 0], [0, 1, 128, 255])


def test_sixteen_bit_values_in_a_thirty_two_bit_image_are_scaled(tmp_path):
    path = saved(tmp_path, Image.fromarray(np.array([[0, 65535]], np.int32)), "a.tif")
    np.testing.assert_array_equal(read_image(path)[0, :, 0], [0, 255])


@pytest.mark.parametrize("values", [np.array([[0.5]], np.float32), np.array([[-1]], np.int32)])
def test_measurements_are_refused_rather_than_guessed(tmp_path, values):
    path = saved(tmp_path, Image.fromarray(values), "a.tif")
    with pytest.raises(UnreadableImage, match=r"a\.tif holds measurements.*8 or 16 bits"):
        read_image(path)


def test_grey_in_three_channels_and_colour_in_one(tmp_path):
    assert colour(saved(tmp_path, Image.new("L", (2, 2), 77))) == (77, 77, 77)
    read = read_image(saved(tmp_path, Image.new("RGB", (3, 2), RED)), channels=1)
    assert read.shape == (2, 3, 1)
    assert read[0, 0, 0] == 76  # 0.299 × 255, ITU-R 601


def test_other_numbers_of_channels_are_a_bug_of_the_caller(tmp_path):
    with pytest.raises(ValueError, match="1 or 3"):
        read_image(tmp_path / "a.png", channels=4)


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.bmp", "a.tif", "a.gif", "a.ppm"])
def test_usual_formats(tmp_path, name):
    red, green, blue = colour(saved(tmp_path, Image.new("RGB", (16, 16), RED), name))
    assert red > 240
    assert max(green, blue) < 15


def wide_gamut_profile():
    """sRGB with its red and green primaries exchanged: a viewer that obeys it shows red as green."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    tags = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    for name in (b"rXYZ", b"gXYZ"):
        assert name in tags
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    offset, size = struct.unpack(">II", profile[tags[b"desc"] + 4 : tags[b"desc"] + 12])
    text = bytes(profile[offset : offset + size])
    renamed = text.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be")).replace(b"sRGB", b"swap")
    profile[offset : offset + size] = renamed
    return bytes(profile)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_embedded_profile_is_obeyed(tmp_path, mode):
    fill = RED if mode == "RGB" else (*RED, 255)
    path = saved(tmp_path, Image.new(mode, (4, 4), fill), icc_profile=wide_gamut_profile())
    red, green, blue = colour(path)
    assert green > 250
    assert max(red, blue) < 5


@pytest.mark.parametrize(
    "profile",
    [b"nonsense", ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()],
    ids=["broken", "sRGB"],
)
def test_broken_and_srgb_profiles_change_nothing(tmp_path, profile):
    assert colour(saved(tmp_path, Image.new("RGB", (4, 4), (3, 70, 200)), icc_profile=profile)) == (
        3,
        70,
        200,
    )


# --- orientation


TURNS = {  # what the stored pixels must undergo to be upright (EXIF 2.3, tag 0x0112)
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.jpg", "a.webp"])
@pytest.mark.parametrize("orientation", TURNS)
def test_photos_are_upright(tmp_path, name, orientation):
    stored = np.kron(
        np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[0, 0, 0], [255, 255, 255], [90, 90, 90]]]),
        np.ones((16, 16, 1)),
    ).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path, Image.fromarray(stored), name, exif=exif, quality=100)
    expected = TURNS[orientation](stored)
    assert image_size(path) == expected.shape[:2]
    read = read_image(path)
    assert read.shape == expected.shape
    centre = np.s_[8::16, 8::16]
    assert np.abs(read[centre].astype(int) - expected[centre]).max() < 30


def test_broken_metadata_do_not_lose_the_picture(tmp_path):
    path = saved(tmp_path, Image.new("RGB", (8, 8), RED), "a.png", exif=b"Exif\0\0MM\0*\0\0\xff\xff")
    assert read_image(path).shape == (8, 8, 3)
    assert image_size(path) == (8, 8)


# --- files that cannot be used: each is named, with what to do


def broken(folder, kind):
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, "PNG" if kind == "cut png" else "JPEG")
    path = folder / "a.jpg"
    content = {
        "cut jpeg": buffer.getvalue()[:-2000],
        "cut png": buffer.getvalue()[:-2000],
        "zero": b"",
        "text": b"hello, I am no image\n",
        "html": b"\n<!DOCTYPE html><html>404</html>",
        "bytes": b"\0\1\2\3" * 10,
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    }
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(folder / "nowhere")
    elif kind != "missing":
        path.write_bytes(content[kind])
    return path


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("missing", "does not exist"),
        ("link", "is a link to a file that does not exist"),
        ("folder", "is a folder"),
        ("zero", r"is empty \(0 bytes\)"),
        ("text", "is text, not an image"),
        ("html", "is a web page"),
        ("bytes", "is not an image of a supported kind"),
        ("postscript", "is a vector drawing or a document"),
        ("cut jpeg", "is damaged or cut short"),
        ("cut png", "is damaged or cut short"),
    ],
)
def test_unusable_files_are_named_with_a_remedy(tmp_path, kind, says):
    path = broken(tmp_path, kind)
    with pytest.raises(UnreadableImage, match=rf"a\.jpg {says}.*: ") as caught:
        read_image(path)
    assert caught.value.path == str(path)
    assert "\n" not in str(caught.value)
    if not kind.startswith("cut"):
        with pytest.raises(UserError, match=says):
            image_size(path)


def test_cut_files_never_pass_as_whole():
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def huge_png(folder, width, height):
    """A PNG whose header claims this size; it is a few bytes long."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path = folder / "huge.png"
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


@pytest.mark.parametrize("side", [8_001, 10_000, 30_000])  # around Pillow's warning and its error
def test_huge_images_are_refused_before_decoding(tmp_path, side):
    limit = Image.MAX_IMAGE_PIXELS
    path = huge_png(tmp_path, side, side)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for read in (read_image, image_size):
            with pytest.raises(
                UnreadableImage, match=rf"{side:,}×{side:,} pixels.*limit is 64 million: scale"
            ):
                read(path)
    assert not caught
    assert limit == Image.MAX_IMAGE_PIXELS  # the host program's own guard stays


def test_limit_is_inclusive(tmp_path, monkeypatch):
    monkeypatch.setattr(image_opening, "IMAGE_PIXELS", 12)
    assert read_image(saved(tmp_path, Image.new("L", (4, 3)))).shape == (3, 4, 3)


# --- fitting


def test_fit_centres_on_white():
    fitted = fit(np.zeros((10, 20, 3), np.uint8), (40, 40))
    assert placement((10, 20), (40, 40)) == (10, 0, 20, 40)
    assert fitted.shape == (40, 40, 3)
    assert (fitted[:10] == 255).all()
    assert (fitted[10:30] == 0).all()
    assert (fitted[30:] == 255).all()


def test_fit_averages_when_it_shrinks():
    """Without antialiasing a fine chequerboard would turn black, white or striped."""
    board = (np.indices((256, 256)).sum(0) % 2 * 255).astype(np.uint8)[..., None]
    assert np.abs(fit(board, (20, 20)).astype(int) - 127).max() <= 3


def test_image_of_the_right_size_is_untouched():
    image = np.random.default_rng(0).integers(0, 256, (9, 5, 1), dtype=np.uint8)
    np.testing.assert_array_equal(fit(image, (9, 5)), image)


sides = st.integers(1, 90)


@settings(max_examples=150, deadline=None)
@given(sides, sides, sides, sides, st.sampled_from([1, 3]), st.integers(0, 255))
def test_unfit_undoes_fit_for_any_shape(height, width, to_height, to_width, channels, level):
    image = np.full((height, width, channels), level, np.uint8)
    fitted = fit(image, (to_height, to_width), fill=255 - level)
    assert fitted.shape == (to_height, to_width, channels)
    top, left, inner_height, inner_width = placement((height, width), (to_height, to_width))
    assert 0 <= top <= to_height - inner_height
    assert 0 <= left <= to_width - inner_width
    assert inner_height == to_height or inner_width == to_width
    np.testing.assert_array_equal(unfit(fitted, (height, width)), image)  # no margin bleeds in


def test_unfit_brings_the_picture_back_in_place():
    rows, columns = np.mgrid[0:96, 0:64]
    image = np.stack([rows * 2, columns * 3, rows + columns], -1).astype(np.uint8)
    back = unfit(fit(image, (128, 128)), (96, 64))
    assert np.abs(back.astype(int) - image).max() <= 4


# --- values and files


def test_float_and_uint8_are_inverse():
    levels = np.arange(256, dtype=np.uint8)
    floats = to_float(levels)
    assert floats.dtype == np.float32
    assert (floats[0], floats[-1]) == (-1, 1)
    np.testing.assert_array_equal(to_uint8(floats), levels)
    np.testing.assert_array_equal(to_uint8(np.array([-3.0, 3.0])), [0, 255])


@pytest.mark.parametrize("channels", [1, 3])
def test_saved_png_is_read_back(tmp_path, channels):
    image = np.random.default_rng(0).integers(0, 256, (6, 4, channels), dtype=np.uint8)
    save_png(image, tmp_path / "a.png")
    np.testing.assert_array_equal(read_image(tmp_path / "a.png", channels), image)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_saving_is_whole_or_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(images.os, "replace", full)
    with pytest.raises(UserError, match=r"a\.png cannot be written \(No space left"):
        save_png(np.zeros((2, 2, 3), np.uint8), tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_saving_into_a_missing_folder_names_it(tmp_path):
    with pytest.raises(UserError, match=r"none/a\.png cannot be written"):
        save_png(np.zeros((2, 2, 3), np.uint8), tmp_path / "none" / "a.png")


def test_saving_refuses_what_is_not_an_image(tmp_path):
    with pytest.raises(ValueError, match="uint8"):
        save_png(np.zeros((2, 2, 3), np.float32), tmp_path / "a.png")
