"""The last grid of samples, and how they changed as training went."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoo.data.evenly_spaced import evenly_spaced
from zoo.reports.elements.pictures import column_index, followed_column, inline, open_picture, shown_grid
from zoo.reports.elements.reading import RunFiles

STRIP = 7  # earlier grids shown, spread over the training
STRIP_ROWS = 3  # garments followed in the strip


def content(files: RunFiles) -> dict[str, Any]:
    """For the template."""
    sample, strip, wide = samples(files.run / "samples", files.warnings)
    title = ""
    if strip and not wide and not sample["followed"].startswith("generated"):
        title = sample["followed"]  # elsewhere it goes without saying
    return {"sample": sample, "strip": strip, "strip_wide": wide, "strip_of": title}


def samples(folder: Path, warnings: list[str]) -> tuple[dict[str, Any] | None, list[dict[str, Any]], bool]:
    """The last grid, the strip of earlier ones, and whether the strip shows whole grids."""
    paths = {}
    for path in folder.glob("*.png") if folder.is_dir() else ():
        if match := re.fullmatch(r"step-(\d+)\.png", path.name):
            paths[int(match[1])] = path
    last = newest = None
    while paths and newest is None:  # the newest may be damaged
        last = max(paths)
        newest = open_picture(paths.pop(last), warnings)
    if newest is None:
        return None, [], False
    image, layout = newest
    sample = shown_grid(image, layout) | {"step": f"{last:,}"}
    earlier = sorted(paths)
    if not earlier:
        return sample, [], False
    chosen = [earlier[i] for i in evenly_spaced(len(earlier), STRIP)]
    grids = [(step, open_picture(paths[step], warnings)) for step in chosen]
    grids = [(step, *opened) for step, opened in grids if opened is not None]
    columns = [_column(*grid[1:], followed_column(grid[2])) for grid in grids]
    latest = _column(image, layout, followed_column(layout))
    if latest is None or None in columns:
        strip = [{"source": inline(grid[1], 360, 640), "caption": f"step {grid[0]:,}"} for grid in grids]
        return sample, [item | {"anchor": False} for item in strip], True
    pictures = [(column, f"step {grid[0]:,}", False) for grid, column in zip(grids, columns, strict=True)]
    pictures.append((latest, f"step {last:,}", False))
    for name, position in (("input", 0), ("real", len(pictures) + 1)):
        if (picture := _column(image, layout, column_index(layout, name))) is not None:
            pictures.insert(position, (picture, name, True))
    strip = [
        {"source": inline(picture, light=True), "caption": caption, "anchor": anchor}
        for picture, caption, anchor in pictures
    ]
    return sample, strip, False


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
