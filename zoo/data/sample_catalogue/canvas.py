"""Painting: outlines in body units become shaded, antialiased layers of one image.

All pixels are bytes and all work on them is Pillow's: an image takes some sixty layers, most
of them small, and numpy's floats cost three times as much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from zoo.data.sample_catalogue.fabrics import Fabric
from zoo.data.sample_catalogue.geometry import Points

Colour = tuple[float, float, float]  # 0 to 255
Box = tuple[int, int, int, int]  # left, top, right, bottom

_BRIGHTEST = 1.25  # the shade that a shade's byte 255 stands for


@dataclass(frozen=True)
class View:
    """Where the body lies in the image: pixels an unit, the pixel of (0, 0), and how it leans."""

    scale: float
    x: float
    y: float
    lean: float = 0.0  # shear about the middle of the body
    sway: float = 0.0  # the hips' shift; head and feet stay

    @cached_property
    def _affine(self) -> tuple[np.ndarray, np.ndarray]:
        turn = np.array([[1.0, 0.0], [-self.lean, 1.0]]) * self.scale
        return turn, np.array([self.x + 0.5 * self.lean * self.scale, self.y])

    def pixels(self, points: Points) -> Points:
        """Pixels of points in body units."""
        turn, shift = self._affine
        points_here = points @ turn
        points_here += shift
        if self.sway:
            points_here[:, 0] += self.sway * self.scale * np.sin(np.pi * points[:, 1])
        return points_here


@dataclass(frozen=True)
class Layer:
    """What one ``paint`` covered: coverage, a byte a pixel, of a box."""

    box: Box
    cover: Image.Image


@dataclass(frozen=True)
class Grain:
    """How a fabric lies on a part: its origin in the body, the direction of its warp, its offset."""

    origin: tuple[float, float] = (0.0, 0.0)
    down: tuple[float, float] = (0.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)


STRAIGHT = Grain()


def _part(radius: float) -> int:
    """Broad blurs look the same from a part of the pixels: one in so many, each way."""
    return 1 if radius < 3 else 2 if radius < 7 else 4


def _coarse(image: Image.Image, radius: float) -> tuple[Image.Image, float]:
    """``image`` blurred, at a part of its size where the blur is broad, and the blur's radius there."""
    part = _part(radius)
    if part > 1:
        image, radius = image.reduce(part), radius / part
    return image.filter(ImageFilter.GaussianBlur(float(radius))), radius


def _enlarged(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.BILINEAR)


def _blurred(image: Image.Image, radius: float) -> Image.Image:
    return _enlarged(_coarse(image, radius)[0], image.size)


def _times(image: Image.Image, factor: float) -> Image.Image:
    return ImageChops.add(image, image, 2 / factor)


@lru_cache(maxsize=64)
def _rim(edge: float) -> list[int]:
    """Table from nearness (half at the edge of a shape, 255 well inside) to the shade of a dark rim."""
    rim = [min(2 - 2 * v / 255, 1) for v in range(256)]
    return [round(255 / _BRIGHTEST * (1 - edge * r**1.5)) for r in rim]


def _shade(near: Image.Image, radius: float, edge: float, light: float) -> Image.Image:
    """Shade of something round: its rim is dark, and light falls on it from the upper left."""
    shaded = near.point(_rim(edge))
    if not light:
        return shaded
    x, y = light * radius / _BRIGHTEST, 0.6 * light * radius / _BRIGHTEST
    slope = ImageFilter.Kernel((3, 3), (0, y, 0, -x, 0, x, 0, -y, 0), scale=1, offset=128)
    return ImageChops.add(shaded, near.filter(slope), 1, -128)


def _tinted(fill: "Image.Image | Colour", shade: Image.Image) -> Image.Image:
    """A colour or a cloth under a shade."""
    if not isinstance(fill, Image.Image):
        return Image.merge("RGB", [_times(shade, max(1, c) / 255 * _BRIGHTEST) for c in fill])
    return _times(ImageChops.multiply(fill, Image.merge("RGB", (shade, shade, shade))), _BRIGHTEST)


def _inside(mask: Image.Image, box: Box, within: Layer) -> Image.Image:
    """``mask`` of ``box`` where ``within`` lies."""
    x, y = within.box[:2]
    cover = within.cover.crop((box[0] - x, box[1] - y, box[2] - x, box[3] - y))
    return ImageChops.multiply(mask, cover)


def _bytes(colour: Colour) -> tuple[int, ...]:
    return tuple(round(c) for c in colour)


class Canvas:
    """A square image painted from back to front."""

    def __init__(self, ground: Image.Image, view: View) -> None:
        self.picture = ground  # RGB
        self.size = ground.width
        self.view = view
        self.solid = Image.new("L", ground.size)  # where something already takes shadow

    def _placed(self, outlines: Sequence[Points]) -> tuple[Points, list[int]]:
        """Pixels of many outlines at once, and where each begins and ends among them."""
        every = [np.asarray(o, dtype=np.float64) for o in outlines]
        ends = [0]
        for outline in every:
            ends.append(ends[-1] + len(outline))
        return self.view.pixels(every[0] if len(every) == 1 else np.concatenate(every)), ends

    def _box(self, pixels: Points, pad: float, within: Layer | None = None, beyond: int = 0) -> Box | None:
        """The box to work on, in a layer or in the image and ``beyond``."""
        (left, top), (right, bottom) = pixels.min(0).tolist(), pixels.max(0).tolist()
        outer = within.box if within else (-beyond, -beyond, self.size + beyond, self.size + beyond)
        left, top = max(outer[0], int(left - pad - 1)), max(outer[1], int(top - pad - 1))
        right, bottom = min(outer[2], int(right + pad + 2)), min(outer[3], int(bottom + pad + 2))
        return (left, top, right, bottom) if right > left and bottom > top else None

    def _mask(
        self, placed: tuple[Points, list[int]], box: Box, fine: int, value: int = 255, width: float = 0.0
    ) -> Image.Image:
        """Coverage of ``box`` by outlines, or by strokes along them, drawn ``fine`` times as large."""
        pixels, ends = placed
        flat = ((pixels - box[:2]) * fine).ravel().tolist()
        mask = Image.new("L", ((box[2] - box[0]) * fine, (box[3] - box[1]) * fine))
        draw = ImageDraw.Draw(mask)
        joint = "curve" if fine > 1 else None
        for start, end in pairwise(ends):
            outline = flat[2 * start : 2 * end]
            if width:
                draw.line(outline, fill=value, width=max(1, round(width * fine)), joint=joint)
            else:
                draw.polygon(outline, fill=value)
        return mask.reduce(fine) if fine > 1 else mask

    @staticmethod
    def _fineness(box: Box) -> int:
        area = (box[2] - box[0]) * (box[3] - box[1])
        return 4 if area < 4096 else 3 if area < 20000 else 2

    def _fill(self, fill: "Colour | Fabric", box: Box, grain: Grain) -> "Image.Image | Colour":
        if not isinstance(fill, Fabric):
            return fill
        view, (dx, dy) = self.view, grain.down
        # pixel -> body (undoing the lean, about which the cloth turns) -> fabric
        shear = view.lean
        to_body = np.array(
            [
                [
                    1 / view.scale,
                    shear / view.scale,
                    -view.x / view.scale - shear * (0.5 + view.y / view.scale),
                ],
                [0, 1 / view.scale, -view.y / view.scale],
                [0, 0, 1],
            ]
        )
        turn = np.array([[dy, -dx], [dx, dy]])
        shift = np.asarray(grain.offset) - turn @ np.asarray(grain.origin)
        to_cloth = np.array([[*turn[0], shift[0]], [*turn[1], shift[1]], [0, 0, 1]])
        from_box = np.array([[1, 0, box[0]], [0, 1, box[1]], [0, 0, 1]])
        matrix = to_cloth @ to_body @ from_box
        return fill.sample(matrix, (box[2] - box[0], box[3] - box[1]), view.scale)

    def paint(
        self,
        outlines: Sequence[Points],
        fill: "Colour | Fabric",
        *,
        grain: Grain = STRAIGHT,
        edge: float = 0.3,
        light: float = 0.35,
        soft: float = 0.012,
        drop: float = 0.3,
    ) -> Layer | None:
        """Fill the union of ``outlines`` and shade it as something round.

        ``edge`` darkens the rim, ``light`` comes from the upper left, ``soft`` is the rim's
        breadth in body units, ``drop`` the shadow on what lies beneath.
        """
        placed = self._placed(outlines)
        radius = max(0.6, soft * self.view.scale)
        box = self._box(placed[0], 2 * radius, beyond=2 * _part(radius))  # slopes need their surroundings
        if box is None:
            return None
        cover = self._mask(placed, box, self._fineness(box))
        near, breadth = _coarse(cover, radius)
        if drop:
            under = self.solid.crop(box)
            if under.getbbox():
                shadow = _times(ImageChops.multiply(_enlarged(near, cover.size), under), drop)
                self.picture.paste((0, 0, 0), box, shadow)
        shade = _enlarged(_shade(near, breadth, edge, light), cover.size)
        self.picture.paste(_tinted(self._fill(fill, box, grain), shade), box, cover)
        self.solid.paste(255, box, cover)
        return Layer(box, cover)

    def flat(
        self,
        outlines: Sequence[Points],
        colour: Colour,
        *,
        opacity: float = 1.0,
        width: float = 0.0,
        blur: float = 0.0,
        within: Layer | None = None,
    ) -> None:
        """Fill ``outlines``, or stroke them ``width`` body units wide, unshaded and perhaps blurred."""
        if not outlines:
            return
        pixels, spread = width * self.view.scale, blur * self.view.scale
        if width and pixels < 0.5:  # thinner than can be drawn: fainter instead
            opacity, pixels = opacity * pixels / 0.5, 0.5
        if opacity < 0.01:
            return
        placed = self._placed(outlines)
        box = self._box(placed[0], pixels + 2 * spread, within)
        if box is None:
            return
        fine = 2 if spread > 1.5 else self._fineness(box)
        cover = self._mask(placed, box, fine, round(255 * opacity), pixels)
        if spread > 0.3:
            cover = _blurred(cover, spread)
        if within is not None:
            cover = _inside(cover, box, within)
        self.picture.paste(_bytes(colour), box, cover)

    def crease(
        self, lines: Sequence[Points], strength: float, width: float, within: Layer | None, blur: float = 0.6
    ) -> None:
        """Darken (or, below zero, lighten) soft ``lines`` in a layer: folds, seams, pleats."""
        if within is None or not lines or width * self.view.scale < 0.45:  # too thin to be seen
            return
        placed = self._placed(lines)
        pixels = max(0.7, width * self.view.scale)
        spread = max(0.5, blur * pixels)
        box = self._box(placed[0], pixels / 2 + 2 * spread, within)
        if box is None:
            return
        cover = self._mask(placed, box, 1, round(255 * abs(strength)), pixels)
        cover = _inside(_blurred(cover, spread), box, within)
        self.picture.paste((0, 0, 0) if strength > 0 else (255, 255, 255), box, cover)
