"""Protects the samples of the page."""

import re

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from report_pages import grid, page_of

from zoo.reports import write_report
from zoo.runs.grids import LAYOUT, sample_grid


def test_strip_follows_the_column_that_the_grid_names(run):
    """Grids of other tasks have other columns: a named one is followed, marked and said."""
    columns = ("input", "stripes", "floral")
    for step in (100, 200, 300):
        images = {name: np.full((2, 32, 24, 3), step // 2, np.uint8) for name in columns}
        sample_grid(images, run / "samples" / f"step-{step:08d}.png", follow="stripes")
    page = write_report(run).read_text("utf-8")
    assert 'class="strip"' in page
    assert "During training: stripes" in page
    marked = re.findall(r'<figure class="generated"><figcaption>([^<]+)<', page)
    assert marked == ["stripes"] * 2 + ["generated"] * 2  # of the samples, and of the evaluation's grid
    grid(run / "samples" / "step-00000150.png", columns)  # one that names none: whole grids are shown
    assert 'class="strip wide"' in write_report(run).read_text("utf-8")


def test_grids_without_a_layout_are_shown_whole(run):
    """A picture without a layout note, or with a false one, is still a sample."""
    for step, note in ((100, None), (200, '{"columns": ["generated"], "cells": [[[0, 0, 9999, 9]]]}')):
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        if note:
            info.add_itxt("grid-layout", note)
        Image.new("RGB", (90, 60)).save(run / "samples" / f"step-{step:08d}.png", pnginfo=info)
    assert 'class="strip wide"' in write_report(run).read_text("utf-8")


@pytest.mark.parametrize("note", ["[" * 100_000, '{"columns": ["a"], "cells": [[[0, 0, 0.5, 0.5]]]}'])
def test_a_grid_with_a_nonsensical_layout_is_shown_whole(note, run):
    path = run / "samples" / "step-00000400.png"
    info = PngInfo()
    info.add_text(LAYOUT, note)
    Image.new("RGB", (8, 8)).save(path, pnginfo=info)
    assert "step 400" in page_of(run).text.lower()


def test_noise_is_shown(run):
    """A diverged network's samples compress to more than optimised JPEG makes room for."""
    noise = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    sample_grid({"input": noise, "generated": noise}, run / "samples" / "step-00000400.png")
    assert "Samples at step 400" in page_of(run).text
