"""Protects the grids by which people judge a training: the right picture at the right place, legible."""

import json

import numpy as np
import pytest
from PIL import Image

from zoo.runs.grids import sample_grid


def cell(path, row, column):
    with Image.open(path) as picture:
        left, top, width, height = json.loads(picture.text["grid-layout"])["cells"][row][column]
        return np.asarray(picture.convert("RGB"))[top : top + height, left : left + width]


def test_every_image_is_in_its_cell_with_its_colours(tmp_path):
    """Rows and columns are not swapped; floats in [-1, 1], uint8 and grey all show their own colours."""
    grey = np.array([-1.0, 1.0], np.float32)[:, None, None, None] * np.ones((2, 64, 64, 1), np.float32)
    colour = np.zeros((2, 64, 64, 3), np.uint8)
    colour[0], colour[1] = (200, 10, 30), (0, 90, 255)
    path = sample_grid({"input": grey, "generated": colour}, tmp_path / "new" / "grid.png")
    assert [cell(path, row, 0)[5, 5].tolist() for row in range(2)] == [[0, 0, 0], [255, 255, 255]]
    assert [cell(path, row, 1)[5, 5].tolist() for row in range(2)] == [[200, 10, 30], [0, 90, 255]]


def test_small_images_are_enlarged_without_smoothing(tmp_path):
    """A 64-pixel sample is legible, and a checkerboard artefact stays one."""
    board = np.indices((64, 64)).sum(0) % 2 * 2.0 - 1
    path = sample_grid({"generated": np.repeat(board[None, ..., None], 3, -1)}, tmp_path / "grid.png")
    shown = cell(path, 0, 0)
    assert shown.shape == (192, 192, 3)
    np.testing.assert_array_equal(shown[1::3, 1::3, 0], np.where(board > 0, 255, 0))


def test_large_images_keep_their_pixels_and_mixed_sizes_fit(tmp_path):
    """256 pixels are shown as they are; a smaller input is fitted beside them."""
    columns = {"input": np.zeros((1, 128, 96, 3)), "real": np.ones((1, 256, 192, 3))}
    path = sample_grid(columns, tmp_path / "grid.png")
    assert cell(path, 0, 0).shape == cell(path, 0, 1).shape == (256, 192, 3)


def test_titles_captions_and_gutters(tmp_path):
    """A header is printed above, a caption beneath, paper shows between cells; long texts stay inside."""
    black = np.zeros((2, 64, 64, 3), np.uint8)
    columns = {"input": black, "a very long title for so narrow a column": black}
    bare = sample_grid(columns, tmp_path / "bare.png")
    path = sample_grid(columns, tmp_path / "grid.png", captions=["dress 4711 " * 20, "ö"])
    with Image.open(path) as picture, Image.open(bare) as plain:
        pixels = np.asarray(picture)
        assert picture.height > plain.height
        cells = json.loads(picture.text["grid-layout"])["cells"]
    (left, top, width, height), (right, *_), below = *cells[0], cells[1][0]
    assert (pixels[top : top + height, left + width : right] == 255).all()
    assert pixels[:top, left : left + width].min() < 100
    assert pixels[top + height : below[1], left:right].min() < 160
    assert (pixels[:, -2:] == 255).all()


def test_grid_names_the_column_to_follow(tmp_path):
    """The column that a report follows is set by the grid's author, and must be one of its columns."""
    columns = {"input": np.zeros((1, 8, 8, 3)), "stripes": np.zeros((1, 8, 8, 3))}
    with Image.open(sample_grid(columns, tmp_path / "grid.png", follow="stripes")) as picture:
        assert json.loads(picture.text["grid-layout"])["follow"] == "stripes"
    with pytest.raises(ValueError, match="none called 'floral'"):
        sample_grid(columns, tmp_path / "none.png", follow="floral")


@pytest.mark.parametrize("value", [np.nan, 7.0, -7.0])
def test_a_diverged_network_is_still_drawn(value, tmp_path):
    """The picture of a failing training is the one most needed: no warning, no wrap-around."""
    path = sample_grid({"generated": np.full((1, 16, 16, 3), value)}, tmp_path / "grid.png")
    assert cell(path, 0, 0)[0, 0, 0] == (255 if value > 0 else 0)


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"a": np.zeros((0, 8, 8, 3))},
        {"a": np.zeros((1, 8, 8, 3)), "b": np.zeros((2, 8, 8, 3))},
        {"a": np.zeros((8, 8, 3))},
    ],
)
def test_what_makes_no_grid_is_refused(columns, tmp_path):
    """A column short of a row would show pairs that are none."""
    with pytest.raises(ValueError, match="grid"):
        sample_grid(columns, tmp_path / "grid.png")
    assert not list(tmp_path.iterdir())
