"""Sample grids: a row for each example, a column for each role, titles above."""

import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from zoo.data.images import to_uint8
from zoo.io.files import make_folder, write_whole

LEGIBLE = 160  # pixels: a cell's longer side is enlarged, by a whole number, to no less
INK, QUIET, PAPER = (28, 28, 30), (110, 110, 115), (255, 255, 255)
LAYOUT = "grid-layout"  # the PNG text chunk with the place of each cell


def _as_rgb(images: Any) -> np.ndarray:
    """Images (N, H, W, C) as uint8 RGB: uint8 stays, floats are in [-1, 1] and rounded, grey is repeated.

    Values beyond [-1, 1] are clipped and NaN turns black. Raises ``ValueError`` for other shapes.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(f"a column of a grid is NHWC with 1 or 3 channels, not {images.shape}")
    if images.dtype != np.uint8:
        images = to_uint8(np.nan_to_num(images.astype(np.float32), nan=-1.0).clip(-1, 1))
    return np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images


def _fitting(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """``text``, cut with an ellipsis where it is wider than ``width`` pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def sample_grid(
    columns: Mapping[str, Any],
    path: Path | str,
    captions: Sequence[str] | None = None,
    scale: int | None = None,
    follow: str | None = None,
) -> Path:
    """Write the picture of a grid, whole, as a PNG at ``path``; its folder is created. Returns the path.

    ``columns`` maps each title to its images, NHWC: uint8, or floats in [-1, 1]; 1 or 3 channels.
    Columns have the same number of rows; images of other sizes than the largest are fitted to it.
    ``captions`` is one line beneath each row. ``scale`` enlarges every pixel to a square, so that
    one sees what the network generated and not a filter's smoothness; by default the least whole number
    that makes a cell legible. ``follow`` is the title of the column that a report is to follow during
    training; without it that is the first one whose title starts with "generated". Where each
    cell lies is noted in the PNG's text chunk ``grid-layout``: ``{"columns": titles, "cells":
    [row][column] = [left, top, width, height], "captions": one per row, or empty, "follow": if given}``.
    Raises ``ValueError`` for arrays that fit no grid, ``UserError`` where it cannot be written.
    """
    path = Path(path)
    images = {title: _as_rgb(column) for title, column in columns.items()}
    counts = {len(column) for column in images.values()}
    if len(counts) != 1 or counts == {0}:
        raise ValueError(f"a grid has columns of the same number of rows, not {sorted(counts)}")
    rows = counts.pop()
    if captions is not None and len(captions) != rows:
        raise ValueError(f"{rows} rows have {rows} captions, not {len(captions)}")

    if follow is not None and follow not in images:
        raise ValueError(f"a grid of the columns {list(images)} has none called {follow!r} to follow")

    height = max(column.shape[1] for column in images.values())
    width = max(column.shape[2] for column in images.values())
    scale = scale or math.ceil(LEGIBLE / max(height, width))
    height, width = height * scale, width * scale
    gutter = max(4, round(max(height, width) / 40))
    text = round(min(max(width / 11, 13), 30))
    title_font = ImageFont.load_default(size=text)
    caption_font = ImageFont.load_default(size=max(12, round(text * 0.8)))
    header = round(text * 2)
    footer = round(caption_font.size * 1.8) if captions is not None else 0

    picture = Image.new(
        "RGB",
        (len(images) * (width + gutter) + gutter, header + rows * (height + footer + gutter)),
        PAPER,
    )
    draw = ImageDraw.Draw(picture)
    cells: list[list[list[int]]] = [[] for _ in range(rows)]
    for number, (title, column) in enumerate(images.items()):
        left = gutter + number * (width + gutter)
        middle = (left + width / 2, header / 2)
        draw.text(middle, _fitting(title, title_font, width), INK, title_font, anchor="mm")
        for row in range(rows):
            top = header + row * (height + footer + gutter)
            image = Image.fromarray(column[row])
            same = column.shape[1] * scale == height and column.shape[2] * scale == width
            image = image.resize(
                (width, height), Image.Resampling.NEAREST if same else Image.Resampling.BICUBIC
            )
            picture.paste(image, (left, top))
            cells[row].append([left, top, width, height])
    for row, caption in enumerate(captions or ()):
        line = _fitting(caption, caption_font, picture.width - 2 * gutter)
        top = header + row * (height + footer + gutter) + height
        draw.text((gutter, top + footer / 2), line, QUIET, caption_font, anchor="lm")

    layout = {"columns": list(images), "cells": cells, "captions": list(captions or ())}
    note = PngImagePlugin.PngInfo()
    note.add_itxt(LAYOUT, json.dumps(layout | ({} if follow is None else {"follow": follow})))
    make_folder(path.parent)
    content = io.BytesIO()
    picture.save(content, "PNG", pnginfo=note)
    write_whole(path, content.getvalue())
    return path
