"""Pictures of the page: sample grids, cut into their cells."""

import base64
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoo.errors import UserError
from zoo.io.files import parse_json
from zoo.reports.elements.reading import as_lines
from zoo.runs.grids import LAYOUT

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
    followed = followed_column(layout)
    rows = [
        {
            "caption": caption,
            "cells": [
                (
                    name,
                    inline(image.crop((left, top, left + width, top + height)), light=True),
                    index == followed,
                )
                for index, (name, (left, top, width, height)) in enumerate(zip(columns, row, strict=True))
            ],
        }
        for caption, row in zip(layout.get("captions", []), layout.get("cells", [])[:ROWS], strict=False)
    ]
    titled = "" if followed is None else columns[followed]
    return {"columns": columns, "rows": rows, "source": "" if rows else inline(image), "followed": titled}


def inline(image: Any, width: int = 1800, height: int = 2600, light: bool = False) -> str:
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


def followed_column(layout: Mapping[str, Any]) -> int | None:
    """The column to follow during training: the one that the grid names, or the first "generated" one."""
    columns, named = layout.get("columns", []), layout.get("follow")
    return columns.index(named) if named in columns else column_index(layout, "generated")


def column_index(layout: Mapping[str, Any], name: str) -> int | None:
    """The first column whose title begins with ``name``."""
    columns = layout.get("columns", [])
    return next((i for i, column in enumerate(columns) if column.startswith(name)), None)
