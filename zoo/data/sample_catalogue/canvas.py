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
        x, y = points[:, 0], points[:, 1]
        x = x + self.lean * (0.5 - y) + self.sway * np.sin(np.pi * np.clip(y, 0, 1))
        return np.stack([x * self.scale + self.x, y * self.scale + self.y], 1)


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
    return np.asarray(image.filter(ImageFilter.GaussianBlur(float(radius))), dtype=np.float32) / 255


class Canvas:
    """A square picture, float32 (size, size, 3) in 0 to 255, painted from back to front."""

    def __init__(self, ground: np.ndarray, view: View) -> None:
        self.picture = ground
        self.size = len(ground)
        self.view = view
        self.solid = np.zeros(ground.shape[:2], np.float32)  # where something already casts or takes shadow

    def _box(self, outlines: Sequence[Points], pad: float) -> tuple[int, int, int, int] | None:
        every = np.vstack(outlines)
        low, high = every.min(0) - pad - 1, every.max(0) + pad + 2
        left, top = (max(0, int(v)) for v in low)
        right, bottom = (min(self.size, int(v)) for v in high)
        return (left, top, right, bottom) if right > left and bottom > top else None

    def _mask(
        self, outlines: Sequence[Points], box: tuple[int, int, int, int], cut: Sequence[Points], width: float
    ) -> Image.Image:
        left, top, right, bottom = box
        wide, high = right - left, bottom - top
        fine = 4 if wide * high < 4096 else 3 if wide * high < 16384 else 2
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
            return np.asarray(fill, np.float32)
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
        to_pixels = self.view.pixels
        shapes, holes = [to_pixels(o) for o in outlines], [to_pixels(o) for o in cut]
        radius = max(0.6, soft * self.view.scale)
        box = self._box(shapes, 2 * radius)
        if box is None:
            return None
        left, top, right, bottom = box
        mask = self._mask(shapes, box, holes, 0)
        cover = np.asarray(mask, np.float32) / 255
        near = _blurred(mask, radius)
        if within is not None:
            cover = cover * self._inside(within, box)
        inner = np.clip(near * 2 - 1, 0, 1)
        shade = 1 - edge * (1 - inner) ** 1.5
        if light:
            slope = np.zeros_like(near)
            slope[:, 1:-1] += near[:, 2:] - near[:, :-2]
            slope[1:-1] += 0.6 * (near[2:] - near[:-2])
            shade += (light * radius) * slope
        part = self.picture[top:bottom, left:right]
        solid = self.solid[top:bottom, left:right]
        if drop:
            part *= (1 - drop * near * solid)[..., None]
        colour = self._fill(fill, box, grain) * shade[..., None]
        part += (colour - part) * cover[..., None]
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
        shapes = [self.view.pixels(np.asarray(o, dtype=np.float64)) for o in outlines]
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
        part = self.picture[top:bottom, left:right]
        part += (np.asarray(colour, np.float32) - part) * (cover * opacity)[..., None]

    def crease(
        self, lines: Sequence[Points], strength: float, width: float, within: Layer | None, blur: float = 0.6
    ) -> None:
        """Darken (or, below zero, lighten) soft ``lines`` in a layer: folds, seams, pleats."""
        if within is None or not lines:
            return
        shapes = [self.view.pixels(np.asarray(o, dtype=np.float64)) for o in lines]
        pixels = max(0.7, width * self.view.scale)
        left, top, right, bottom = box = within.box
        mask = Image.new("L", (right - left, bottom - top))
        draw = ImageDraw.Draw(mask)
        for shape in shapes:
            draw.line((shape - (left, top)).ravel().tolist(), fill=255, width=max(1, round(pixels)))
        cover = _blurred(mask, max(0.5, blur * pixels)) * within.cover
        part = self.picture[box[1] : box[3], box[0] : box[2]]
        if strength > 0:
            part *= (1 - strength * cover)[..., None]
        else:
            part += (255 - part) * (-strength * cover)[..., None]

    def image(self) -> Image.Image:
        """The picture, RGB."""
        return Image.fromarray(np.clip(self.picture + 0.5, 0, 255).astype(np.uint8))
