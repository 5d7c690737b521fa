"""One image that shows the clusters of model shots, so that a person can check the choice."""

import io
from pathlib import Path
from textwrap import wrap

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from zoo.data.images import UnreadableImage, fit, read_image
from zoo.data.model_shots.choice import Choice, Cluster
from zoo.data.model_shots.shot_clusters import RULE, WANTED_SHARE
from zoo.io.files import make_folder, write_whole

_CELL = 112
_GAP = 8
_LABEL = 176
_EXAMPLES = 12
_INK, _FAINT, _PAPER = "#1d2126", "#6b7480", "#ffffff"
_WANTED, _WASH, _OTHER = "#1a7f4b", "#e6f4ec", "#f4f5f7"
_WARNING = "#b3401a"


def draw_contact_sheet(choice: Choice, path: Path | str) -> None:
    """Write a PNG with a row a cluster: numbers, the centre's mask and edges, a dozen of its shots.

    The shots go from the nearest to the centre to the farthest, evenly by rank. Wanted clusters
    are green. The head of the sheet says the rule, the reason and the warnings.
    """
    width = _LABEL + (2 + _EXAMPLES) * (_CELL + _GAP) + 5 * _GAP
    lines = _head(choice, width - 4 * _GAP)
    top = 2 * _GAP + sum(round(size * 1.45) for _, size, _ in lines) + 3 * _GAP
    row = _CELL + 2 * _GAP
    sheet = Image.new("RGB", (width, top + 2 * _GAP + len(choice.clusters) * (row + _GAP) + _GAP), _PAPER)
    draw = ImageDraw.Draw(sheet)
    y = 2 * _GAP
    for text, size, colour in lines:
        draw.text((2 * _GAP, y), text, fill=colour, font=_font(size))
        y += round(size * 1.45)
    columns = (_LABEL, "centre: mask"), (_LABEL + _CELL + _GAP, "centre: edges")
    for x, text in (*columns, (_LABEL + 2 * (_CELL + _GAP) + 2 * _GAP, "shots, from the centre outwards")):
        draw.text((x + 2 * _GAP, top - 2 * _GAP), text, fill=_FAINT, font=_font(12))
    for place, cluster in enumerate(choice.clusters):
        _draw_row(sheet, draw, choice.catalogue.root, cluster, top + _GAP + place * (row + _GAP), row)
    content, path = io.BytesIO(), Path(path)
    sheet.save(content, "PNG")
    make_folder(path.parent)
    write_whole(path, content.getvalue())


def _head(choice: Choice, width: int) -> list[tuple[str, int, str]]:
    """Lines of text with their size and colour, broken to the width."""
    lines = [
        ("Kinds of model shots", 22, _INK),
        (f"Chosen: {choice.reason}.", 15, _WANTED),
        (
            f"{len(choice.pairs):,} products, {choice.shots:,} shots. Score {choice.score:.2f}; products "
            f"with a shot in a chosen cluster {choice.wanted_share:.0%}; "
            f"trust in the silhouettes {choice.quality:.2f}; "
            f"separation of the clusters {choice.separation:.2f}.",
            13,
            _INK,
        ),
        (RULE.format(share=WANTED_SHARE), 13, _FAINT),
        *((f"Warning: {text}.", 13, _WARNING) for text in choice.warnings),
    ]
    return [
        (line, size, colour)
        for text, size, colour in lines
        for line in wrap(text, max(int(width / (0.54 * size)), 20))
    ]


def _draw_row(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, root: Path, cluster: Cluster, y: int, row: int
) -> None:
    left, right = _GAP, sheet.width - _GAP
    wash = _WASH if cluster.wanted else _OTHER
    draw.rounded_rectangle((left, y, right, y + row), radius=6, fill=wash)
    if cluster.wanted:
        draw.rounded_rectangle((left, y, right, y + row), radius=6, outline=_WANTED, width=2)
    x, ink = 2 * _GAP + 4, _WANTED if cluster.wanted else _INK
    title = f"{cluster.number}" + ("  chosen" if cluster.wanted else "")
    draw.text((x, y + 6), title, fill=ink, font=_font(20))
    draw.text((x, y + 34), f"{cluster.count:,} shots", fill=_INK, font=_font(13))
    bars = (
        ("score", cluster.score),
        ("full", cluster.full),
        ("face", cluster.face),
        ("trust", cluster.quality),
    )
    for place, (name, value) in enumerate(bars):
        at = y + 56 + place * 17
        draw.text((x, at), name, fill=_FAINT, font=_font(12))
        draw.rectangle((x + 42, at + 5, x + 112, at + 11), fill="#d9dde2")
        draw.rectangle((x + 42, at + 5, x + 42 + round(70 * value), at + 11), fill=ink)
        draw.text((x + 118, at), f"{value:.2f}", fill=_INK, font=_font(12))
    x, y = 2 * _GAP + _LABEL, y + _GAP
    for values in (cluster.mask, cluster.edges):
        sheet.paste(_grey(values), (x, y))
        x += _CELL + _GAP
    x += 2 * _GAP
    for example in cluster.examples[:_EXAMPLES]:
        sheet.paste(_thumbnail(root / example), (x, y))
        x += _CELL + _GAP


def _grey(values: np.ndarray) -> Image.Image:
    """Map in 0 to 1 as an image; edges, which are faint on average, are stretched to white."""
    stretched = values / max(float(values.max()), 0.2)
    image = Image.fromarray(np.rint(stretched * 255).astype(np.uint8)).convert("RGB")
    return image.resize((_CELL, _CELL), Image.Resampling.BICUBIC)


def _thumbnail(path: Path) -> Image.Image:
    try:
        return Image.fromarray(fit(read_image(path), (_CELL, _CELL)))
    except UnreadableImage:  # gone since it was measured
        return Image.new("RGB", (_CELL, _CELL), "#d9dde2")


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
