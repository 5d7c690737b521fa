"""Painting: outlines in body units become shaded, antialiased layers of one picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from zoo.data.sample_catalogue.fabrics import Fabric
from zoo.data.sample_catalogue.geometry import Points

Colour = tuple[float, float, float]  # 0 to 255


@dataclass(frozen=True)
class View:
    """Where the body lies in the picture: pixels an unit, the pixel of (0, 0), and how it leans."""

    scale: float
    x: float
    y: float
    lean: float = 0.0  # shear about the middle of the body
    sway: float = 0.0  # the hips' shift; head and feet stay

    def pixels(self, points: Points) -> Points:
        """Pixels of points in body units."""
        made = np.empty_like(points)
        y = points[:, 1]
        made[:, 0] = points[:, 0] + self.lean * (0.5 - y)
        if self.sway:
            made[:, 0] += self.sway * np.sin(np.pi * np.minimum(np.maximum(y, 0), 1))
        made[:, 1] = y
        made *= self.scale
        made += (self.x, self.y)
        return made


@dataclass(frozen=True)
class Layer:
    """What one ``paint`` covered: coverage in [0, 1] of the box (left, top, right, bottom)."""

    box: tuple[int, int, int, int]
    cover: np.ndarray


@dataclass(frozen=True)
class Grain:
    """How a fabric lies on a part: its origin in the body, the direction of its warp, its offset."""

    origin: tuple[float, float] = (0.0, 0.0)
    down: tuple[float, float] = (0.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)


STRAIGHT = Grain()


def _blurred(image: Image.Image, radius: float) -> np.ndarray:
    if radius > 5 and min(image.size) > 8:  # a broad blur looks the same from half the pixels
        small = image.reduce(2).filter(ImageFilter.GaussianBlur(float(radius) / 2))
        image = small.resize(image.size, Image.Resampling.BILINEAR)
    else:
        image = image.filter(ImageFilter.GaussianBlur(float(radius)))
    return np.asarray(image, dtype=np.float32) * np.float32(1 / 255)


class Canvas:
    """A square picture, float32 (3, size, size) in 0 to 255, painted from back to front.

    Colour comes first inside, because numpy multiplies planes several times faster.
    """

    def __init__(self, ground: np.ndarray, view: View) -> None:
        self.picture = ground
        self.size = ground.shape[-1]
        self.view = view
        self.solid = np.zeros(ground.shape[1:], np.float32)  # where something already casts or takes shadow

    def _placed(self, outlines: Sequence[Points]) -> list[Points]:
        """Pixels of many outlines at once."""
        every = [np.asarray(o, dtype=np.float64) for o in outlines]
        if not every:
            return []
        pixels = self.view.pixels(np.concatenate(every))
        ends = np.cumsum([len(o) for o in every]).tolist()
        return [pixels[a:b] for a, b in zip([0, *ends], ends, strict=False)]

    def _box(self, outlines: Sequence[Points], pad: float) -> tuple[int, int, int, int] | None:
        every = np.concatenate(outlines)
        low, high = every.min(0) - pad - 1, every.max(0) + pad + 2
        left, top = (max(0, int(v)) for v in low)
        right, bottom = (min(self.size, int(v)) for v in high)
        return (left, top, right, bottom) if right > left and bottom > top else None

    def _mask(
        self, outlines: Sequence[Points], box: tuple[int, int, int, int], cut: Sequence[Points], width: float
    ) -> Image.Image:
        left, top, right, bottom = box
        wide, high = right - left, bottom - top
        fine = 4 if wide * high < 8192 else 3 if wide * high < 40000 else 2
        mask = Image.new("L", (wide * fine, high * fine))
        draw = ImageDraw.Draw(mask)
        for value, group in ((255, outlines), (0, cut)):
            for outline in group:
                flat = ((outline - (left, top)) * fine).ravel().tolist()
                if width:
                    thick = max(1, round(width * fine))
                    draw.line(flat, fill=value, width=thick, joint="curve")
                else:
                    draw.polygon(flat, fill=value)
        return mask.reduce(fine)

    def _fill(self, fill: "Colour | Fabric", box: tuple[int, int, int, int], grain: Grain) -> np.ndarray:
        if not isinstance(fill, Fabric):
            return np.asarray(fill, np.float32)[:, None, None]
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
        cut: Sequence[Points] = (),
        grain: Grain = STRAIGHT,
        edge: float = 0.3,
        light: float = 0.35,
        soft: float = 0.012,
        drop: float = 0.3,
        within: Layer | None = None,
    ) -> Layer | None:
        """Fill the union of ``outlines`` less ``cut`` and shade it as something round.

        ``edge`` darkens the rim, ``light`` comes from the upper left, ``soft`` is the rim's
        breadth in body units, ``drop`` the shadow on what lies beneath.
        """
        shapes, holes = self._placed(outlines), self._placed(cut)
        radius = max(0.6, soft * self.view.scale)
        box = self._box(shapes, 2 * radius)
        if box is None:
            return None
        left, top, right, bottom = box
        mask = self._mask(shapes, box, holes, 0)
        cover = np.asarray(mask, np.float32) * np.float32(1 / 255)
        near = _blurred(mask, radius)
        if within is not None:
            cover = cover * self._inside(within, box)
        rim = np.minimum(2 - 2 * near, 1)  # 1 at the edge and outside
        shade = 1 - edge * (rim * np.sqrt(rim))
        if light:
            slope = np.zeros_like(near)
            slope[:, 1:-1] += near[:, 2:] - near[:, :-2]
            slope[1:-1] += 0.6 * (near[2:] - near[:-2])
            slope *= light * radius
            shade += slope
        part = self.picture[:, top:bottom, left:right]
        solid = self.solid[top:bottom, left:right]
        keep = 1 - cover
        if drop:
            keep *= 1 - drop * near * solid
        shade *= cover
        part *= keep
        part += self._fill(fill, box, grain) * shade
        np.maximum(solid, cover, out=solid)
        return Layer(box, cover)

    def _inside(self, layer: Layer, box: tuple[int, int, int, int]) -> np.ndarray:
        whole = np.zeros((box[3] - box[1], box[2] - box[0]), np.float32)
        left, top = max(box[0], layer.box[0]), max(box[1], layer.box[1])
        right, bottom = min(box[2], layer.box[2]), min(box[3], layer.box[3])
        if right > left and bottom > top:
            whole[top - box[1] : bottom - box[1], left - box[0] : right - box[0]] = layer.cover[
                top - layer.box[1] : bottom - layer.box[1], left - layer.box[0] : right - layer.box[0]
            ]
        return whole

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
        shapes = self._placed(outlines)
        pixels, spread = width * self.view.scale, blur * self.view.scale
        if width and pixels < 0.5:  # thinner than can be drawn: fainter instead
            opacity, pixels = opacity * pixels / 0.5, 0.5
        box = self._box(shapes, pixels + 2 * spread)
        if box is None or opacity < 0.01:
            return
        left, top, right, bottom = box
        mask = self._mask(shapes, box, (), pixels)
        cover = _blurred(mask, spread) if spread > 0.3 else np.asarray(mask, np.float32) / 255
        if within is not None:
            cover = cover * self._inside(within, box)
        cover = cover * np.float32(opacity)
        part = self.picture[:, top:bottom, left:right]
        part *= 1 - cover
        part += np.asarray(colour, np.float32)[:, None, None] * cover

    def crease(
        self, lines: Sequence[Points], strength: float, width: float, within: Layer | None, blur: float = 0.6
    ) -> None:
        """Darken (or, below zero, lighten) soft ``lines`` in a layer: folds, seams, pleats."""
        if within is None or not lines or width * self.view.scale < 0.45:  # too thin to be seen
            return
        shapes = self._placed(lines)
        pixels = max(0.7, width * self.view.scale)
        spread = max(0.5, blur * pixels)
        box = self._box(shapes, pixels / 2 + 2 * spread)
        if box is None:
            return
        left, top = max(box[0], within.box[0]), max(box[1], within.box[1])
        right, bottom = min(box[2], within.box[2]), min(box[3], within.box[3])
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", (right - left, bottom - top))
        draw = ImageDraw.Draw(mask)
        for shape in shapes:
            draw.line((shape - (left, top)).ravel().tolist(), fill=255, width=max(1, round(pixels)))
        x, y = within.box[:2]
        cover = _blurred(mask, spread) * within.cover[top - y : bottom - y, left - x : right - x]
        part = self.picture[:, top:bottom, left:right]
        if strength > 0:
            part *= 1 - np.float32(strength) * cover
        else:
            cover *= np.float32(-strength)
            part *= 1 - cover
            part += 255 * cover

    def image(self) -> Image.Image:
        """The picture, RGB."""
        pixels = np.clip(self.picture + 0.5, 0, 255).astype(np.uint8)
        return Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))
