"""What goes in comes back in its own form and size; what cannot be set is named with what can."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from stand_in import SIZE, StandInConfig, stand_in_signature

from zoo.data.images import to_float
from zoo.errors import UserError
from zoo.inference.translator import Info, Translator

RGB = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), np.uint8)


def inverting(name: str = "restyle", channels: int = 3) -> tuple[Translator, list[dict[str, np.ndarray]]]:
    """A translator that inverts its image, or draws black, and what it was run with."""
    inputs = stand_in_signature(StandInConfig(channels=channels), name).inputs
    calls: list[dict[str, np.ndarray]] = []

    def run(arrays: dict[str, np.ndarray]) -> np.ndarray:
        calls.append(arrays)
        count = len(next(iter(arrays.values())))
        return -arrays.get("image", np.ones((count, *SIZE, channels), np.float32))

    return Translator(run, inputs, Info(Path("b"), "ONNX Runtime", "m", "", name, "", SIZE, "0" * 64)), calls


@pytest.mark.parametrize("size", [SIZE, (20, 30), (101, 7), (1, 1)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_arrays_come_back_at_their_size_and_dtype(size: tuple[int, int], dtype: type) -> None:
    translator, _ = inverting()
    image = np.full((*size, 3), 200 if dtype is np.uint8 else 0.5, dtype)
    inverted = np.full_like(image, 55 if dtype is np.uint8 else -0.5)
    for given, expected in ((image, inverted), (np.stack([image] * 3), np.stack([inverted] * 3))):
        result = translator(given)
        assert (result.dtype, result.shape) == (dtype, given.shape)
        np.testing.assert_allclose(
            result.astype(float), expected.astype(float), atol=1e-5 if dtype != np.uint8 else 1
        )


def test_floats_are_not_rounded() -> None:
    image = np.random.default_rng(0).uniform(-1, 1, (*SIZE, 3)).astype(np.float32)
    np.testing.assert_array_equal(inverting()[0](image), -image)


def test_pillow_images_paths_and_lists_come_back_as_images_and_lists(tmp_path: Path) -> None:
    translator, _ = inverting()
    image = Image.fromarray(RGB)
    image.save(tmp_path / "a.png")
    inverted = 255 - RGB.astype(int)
    for given in (image, tmp_path / "a.png", str(tmp_path / "a.png")):
        result = translator(given)
        assert isinstance(result, Image.Image)
        np.testing.assert_array_equal(np.asarray(result), inverted)
    first, second = translator([image, np.stack([RGB, RGB])])
    assert isinstance(first, Image.Image)
    np.testing.assert_array_equal(second, np.stack([inverted] * 2))


def test_grey_and_colour_are_converted() -> None:
    colour, grey = inverting()[0], inverting(channels=1)[0]
    level = np.full((*SIZE, 1), 100, np.uint8)
    for given in (level, level[..., 0]):
        np.testing.assert_array_equal(colour(given), np.full((*SIZE, 3), 155))
    np.testing.assert_array_equal(grey(np.full((*SIZE, 3), 100, np.uint8)), np.full((*SIZE, 1), 155))
    luma = np.asarray(Image.fromarray(RGB).convert("L")).astype(int)
    np.testing.assert_allclose(grey(RGB)[..., 0].astype(int), 255 - luma, atol=1)
    assert grey(Image.fromarray(RGB)).mode == "L"


def test_batches_are_cut_and_get_the_same_settings() -> None:
    translator, calls = inverting("change")
    translator(np.stack([RGB] * 5), fit="tight", batch_size=2)
    assert [len(call["image"]) for call in calls] == [2, 2, 1]
    assert calls[0]["fit"].tolist() == [[0, 0, 1]] * 2
    assert calls[0]["sleeve_length"].tolist() == [[0, 0]] * 2  # left as it is
    translator(RGB, fit=None, conditions={"sleeve_length": "long"})
    assert (calls[-1]["fit"].tolist(), calls[-1]["sleeve_length"].tolist()) == ([[0, 0, 0]], [[0, 1]])


def test_styles_are_drawn_by_seed_or_given() -> None:
    translator, calls = inverting()
    results = translator(RGB, styles=3, seed=4)
    assert [result.shape for result in results] == [RGB.shape] * 3
    assert len({call["style"].tobytes() for call in calls}) == 3
    translator(RGB, style=4)
    np.testing.assert_array_equal(calls[-1]["style"], calls[0]["style"])
    for numbers in ([0.5, -1.0], np.array([0.5, -1.0])):
        translator(RGB, style=numbers)
        assert calls[-1]["style"].tolist() == [[0.5, -1.0]]


def test_drawing() -> None:
    translator, calls = inverting("draw")
    images = translator.draw(5, category="dresses", seed=1, batch_size=3)
    assert (images.dtype, images.shape, images.max()) == (np.uint8, (5, *SIZE, 3), 0)
    assert [call["category"].tolist() for call in calls] == [[[0, 1, 0]] * 3, [[0, 1, 0]] * 2]
    translator.draw(5, category="tops", seed=1, batch_size=5)
    np.testing.assert_array_equal(calls[-1]["style"], np.concatenate([call["style"] for call in calls[:2]]))


@pytest.mark.parametrize(
    ("name", "call", "message"),
    [
        ("change", lambda t: t(RGB, colour="red"), r"`colour` 'red': unknown; .* has sleeve_length \(short"),
        ("change", lambda t: t(RGB, direction="BtoA"), "`direction` 'BtoA': unknown"),
        ("change", lambda t: t(RGB, fit="wide"), "`fit` 'wide': must be one of loose, normal, tight"),
        ("change", lambda t: t(RGB, style=1), "`style`: change has no styles; it takes image, sleeve_length"),
        ("change", lambda t: t(RGB, styles=2), "`styles`: change has no styles"),
        ("change", lambda t: t.draw(2), "change translates images; it takes image"),
        ("restyle", lambda t: t(RGB, fit="wide"), "the model has no choices and amounts"),
        ("restyle", lambda t: t(RGB, style=1, styles=2), "`style` and `styles`: give one"),
        ("restyle", lambda t: t(RGB, styles=0), "`styles` 0: must be an integer ≥ 1"),
        ("restyle", lambda t: t(RGB, style=[1.0]), r"`style` \[1\]: must be a seed, or 2 finite numbers"),
        ("restyle", lambda t: t(RGB, style=np.ones(3)), r"`style` \[3\]: must be a seed, or 2"),
        ("restyle", lambda t: t(RGB, style="warm"), "`style` 'warm': must be a seed, or 2 finite numbers"),
        ("restyle", lambda t: t(RGB, style=-1), "`style` -1: must be an integer ≥ 0"),
        ("restyle", lambda t: t(RGB, styles=2, seed=0.5), "`seed` 0.5: must be an integer ≥ 0"),
        ("change", lambda t: t(RGB, style=np.ones(3)), "`style`: change has no styles"),
        ("change", lambda t: t(RGB, fit=np.ones(3)), "`fit` array.*: must be one of loose, normal, tight"),
        ("restyle", lambda t: t(RGB, batch_size=0), "`batch_size` 0: must be an integer ≥ 1"),
        ("restyle", lambda t: t(RGB, style_image=RGB), "b takes no style from an image; it takes"),
        ("restyle-like", lambda t: t(RGB), "`style_image` is missing"),
        ("restyle-like", lambda t: t(RGB, style_image=np.stack([RGB] * 2)), "`style_image`: 2 images"),
        ("slide", lambda t: t(RGB), r"`sleeves` is missing: give a value of sleeves \(short to long\)"),
        ("slide", lambda t: t(RGB, sleeves=9), "`sleeves` 9: must be a number from 0 to 1, or up"),
        ("slide", lambda t: t(RGB, sleeves=np.nan), "`sleeves` nan: must be a number"),
        ("slide", lambda t: t(RGB, sleeves="much"), "`sleeves` 'much': must be a number"),
        ("draw", lambda t: t(RGB), r"draw draws and takes no image; call draw\(count\)"),
        ("draw", lambda t: t.draw(2), r"`category` is missing: .* category \(pants, dresses"),
        ("draw", lambda t: t.draw(0, category="tops"), "`count` 0: must be an integer ≥ 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_named_with_what_can(name: str, call: Callable, message: str) -> None:
    translator, calls = inverting(name)
    with pytest.raises(UserError, match=message):
        call(translator)
    assert calls == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (to_float(RGB) * 3, r"floats must be finite and in \[-1, 1\], and these are from -3 to 3"),
        (np.full((*SIZE, 3), np.nan), "floats must be finite"),
        (RGB.astype(np.int64), "of int64: must be uint8, floats"),
        (None, "NoneType of object: must be uint8"),
        (RGB[..., :2], r"\[8, 12, 2\]: must be \(H, W, C\) or \(N, H, W, C\), C 1 or 3"),
        (np.zeros((0, 4, 4, 3), np.uint8), "must be"),
        ([RGB, "nothing.png"], "nothing.png does not exist"),
        ([RGB, RGB.astype(bool)], r"`image\[1\]`"),
        ([RGB, Image.new("RGB", (0, 3))], r"`image\[1\]` 0x3: has no pixels"),
        (Image.new("La", (2, 3)), "`image`: a Pillow image of mode La"),
        (Image.new("F", (2, 3)), "`image` holds measurements"),
    ],
)
def test_what_is_not_an_image_is_named(given: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        inverting()[0](given)


def test_it_says_what_it_is() -> None:
    translator, _ = inverting("change")
    assert repr(translator) == (
        "<Translator bundle b, change, 8x12, ONNX Runtime; it takes image, sleeve_length (short, long), fit "
        "(loose, normal, tight)>"
    )
    assert repr(translator.info).splitlines()[:3] == [
        "model         m",
        "signature     change",
        "size          8x12 (height x width) in training",
    ]
