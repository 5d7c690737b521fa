"""The pictures of the page: sample grids, cut into their cells, and the strip of earlier ones."""

import base64
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoo.data.evenly_spaced import evenly_spaced
from zoo.errors import UserError
from zoo.io.files import parse_json
from zoo.reports.reading import as_lines
from zoo.runs.grids import LAYOUT

STRIP = 7  # earlier grids shown, spread over the training
STRIP_ROWS = 3  # garments followed in the strip
ROWS = 12  # of a grid shown on the page
COLUMNS = 100  # of a grid that is cut into its cells


def open_picture(path: Path, warnings: list[str]) -> tuple[Any, dict[str, Any]] | None:
    """The picture as RGB and its grid layout, {} where it has none; None, and a warning, if damaged."""
    from zoo.data.images import UnreadableImage, opened

    try:
        with opened(path, decode=True) as picture:
            note = getattr(picture, "text", {}).get(LAYOUT)
            image = picture.convert("RGB")
    except UnreadableImage as error:
        warnings.append(f"{path.name} could not be shown: it {error.reason}.")
        return None
    return image, _layout(note, image.size)


def _layout(note: str | None, size: tuple[int, int]) -> dict[str, Any]:
    """The layout that a grid notes of itself, if it is sound."""
    try:
        layout = parse_json((note or "{}").encode("utf-8", "replace"), LAYOUT)
        columns, cells = [str(name) for name in layout["columns"]], layout["cells"]
        if len(columns) > COLUMNS:
            return {}
        for row in cells:
            if len(row) != len(columns):
                return {}
            for left, top, width, height in row:
                if {type(side) for side in (left, top, width, height)} != {int}:
                    return {}
                if not (0 <= left < left + width <= size[0] and 0 <= top < top + height <= size[1]):
                    return {}
    except (KeyError, TypeError, ValueError, UserError):
        return {}
    captions = layout.get("captions")
    captions = (
        as_lines(captions)
        if isinstance(captions, list) and len(captions) == len(cells)
        else [""] * len(cells)
    )
    return {"columns": columns, "cells": cells, "captions": captions, "follow": layout.get("follow")}


def shown_grid(image: Any, layout: Mapping[str, Any]) -> dict[str, Any]:
    """What the template shows of a grid: its cells one by one, which fit any width, or else the whole."""
    columns = layout.get("columns", [])
    followed = _followed(layout)
    rows = [
        {
            "caption": caption,
            "cells": [
                (
                    name,
                    _inline(image.crop((left, top, left + width, top + height)), light=True),
                    place == followed,
                )
                for place, (name, (left, top, width, height)) in enumerate(zip(columns, row, strict=True))
            ],
        }
        for caption, row in zip(layout.get("captions", []), layout.get("cells", [])[:ROWS], strict=False)
    ]
    titled = "" if followed is None else columns[followed]
    return {"columns": columns, "rows": rows, "source": "" if rows else _inline(image), "followed": titled}


def _inline(image: Any, width: int = 1800, height: int = 2600, light: bool = False) -> str:
    """The picture as a data address, reduced to fit ``width`` × ``height`` pixels.

    JPEG without chroma subsampling where PNG would weigh more than 400 kB, or 40 kB if ``light``.
    """
    image = image.copy()
    image.thumbnail((width, height))
    content = io.BytesIO()
    image.save(content, "PNG")
    kind = "png"
    if content.tell() > (40_000 if light else 400_000):
        content, kind = io.BytesIO(), "jpeg"
        image.save(content, "JPEG", quality=90, subsampling=0)  # optimize=True fails on noise
    return f"data:image/{kind};base64,{base64.b64encode(content.getvalue()).decode()}"


def samples(folder: Path, warnings: list[str]) -> tuple[dict[str, Any] | None, list[dict[str, Any]], bool]:
    """The last grid, the strip of earlier ones, and whether the strip shows whole grids."""
    found = {}
    for path in folder.glob("*.png") if folder.is_dir() else ():
        if match := re.fullmatch(r"step-(\d+)\.png", path.name):
            found[int(match[1])] = path
    last, shown = None, None
    while found and shown is None:  # the newest may be damaged
        step = max(found)
        shown = open_picture(found.pop(step), warnings)
        last = step
    if shown is None:
        return None, [], False
    image, layout = shown
    sample = shown_grid(image, layout) | {"step": f"{last:,}"}

    earlier = sorted(found)
    if not earlier:
        return sample, [], False
    chosen = [earlier[i] for i in evenly_spaced(len(earlier), STRIP)]
    grids = [(step, open_picture(found[step], warnings)) for step in chosen]
    grids = [(step, *opened) for step, opened in grids if opened is not None]
    followed = [_column(*grid[1:], _followed(grid[2])) for grid in grids]
    latest = _column(image, layout, _followed(layout))
    if latest is None or None in followed:
        strip = [{"source": _inline(grid[1], 360, 640), "caption": f"step {grid[0]:,}"} for grid in grids]
        return sample, [item | {"anchor": False} for item in strip], True
    pictures = [(picture, f"step {grid[0]:,}", False) for grid, picture in zip(grids, followed, strict=True)]
    pictures.append((latest, f"step {last:,}", False))
    for name, place in (("input", 0), ("real", len(pictures) + 1)):
        if (picture := _column(image, layout, _place(layout, name))) is not None:
            pictures.insert(place, (picture, name, True))
    strip = [
        {"source": _inline(picture, light=True), "caption": caption, "anchor": anchor}
        for picture, caption, anchor in pictures
    ]
    return sample, strip, False


def _followed(layout: Mapping[str, Any]) -> int | None:
    """The column to follow as training goes: the one that the grid names, or the first "generated" one."""
    columns, named = layout.get("columns", []), layout.get("follow")
    return columns.index(named) if named in columns else _place(layout, "generated")


def _place(layout: Mapping[str, Any], name: str) -> int | None:
    """The first column whose title begins with ``name``."""
    columns = layout.get("columns", [])
    return next((i for i, column in enumerate(columns) if column.startswith(name)), None)


def _column(image: Any, layout: Mapping[str, Any], number: int | None) -> Any | None:
    """The first cells of one column of a grid, stacked: the same garments in every grid of a run."""
    from PIL import Image

    if number is None or not layout["cells"]:
        return None
    cells = [row[number] for row in layout["cells"][:STRIP_ROWS]]
    crops = []
    for left, top, width, height in cells:
        crop = image.crop((left, top, left + width, top + height))
        crop.thumbnail((192, 256))
        crops.append(crop)
    gutter = 4
    stacked = Image.new(
        "RGB",
        (max(crop.width for crop in crops), sum(crop.height + gutter for crop in crops) - gutter),
        "white",
    )
    top = 0
    for crop in crops:
        stacked.paste(crop, (0, top))
        top += crop.height + gutter
    return stacked
