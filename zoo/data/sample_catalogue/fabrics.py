"""Colours and the cloth: patterns as tiles that repeat every quarter of a body height."""

import colorsys
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

PERIOD = 0.25  # body heights

SHADES: dict[str, list[tuple[int, int, int]]] = {
    "beige": [(214, 190, 154), (222, 200, 168), (202, 176, 140)],
    "black": [(34, 34, 38), (44, 42, 44), (28, 30, 36)],
    "blue": [(40, 66, 128), (52, 98, 184), (84, 136, 206)],
    "gray": [(138, 141, 146), (160, 162, 165), (112, 116, 122)],
    "green": [(58, 122, 78), (84, 142, 92), (42, 98, 70)],
    "pink": [(234, 150, 178), (240, 176, 192), (224, 112, 156)],
    "red": [(190, 34, 46), (206, 48, 50), (164, 28, 44)],
    "white": [(243, 242, 239), (247, 247, 246), (240, 238, 232)],
    "yellow": [(240, 204, 74), (246, 216, 104), (232, 188, 52)],
}
COLOURS = tuple(SHADES)
LIGHT = ("beige", "white", "yellow", "pink", "gray")


def shade_of(colour: str, rng: np.random.Generator) -> tuple[float, float, float]:
    """A shade, RGB in 0 to 255, that everyone would call ``colour``."""
    r, g, b = SHADES[colour][rng.integers(len(SHADES[colour]))]
    h, s, v = colorsys.rgb_to_hsv(r / 255, g / 255, b / 255)
    h = (h + rng.uniform(-0.008, 0.008)) % 1
    s, v = s * rng.uniform(0.94, 1.04), v * rng.uniform(0.97, 1.01)
    return tuple(255 * c for c in colorsys.hsv_to_rgb(h, min(s, 1), min(v, 1)))


def mixed(a: tuple, b: tuple, part: float) -> tuple[float, float, float]:
    """Colour ``part`` of the way from ``a`` to ``b``."""
    return tuple(float(x + (y - x) * part) for x, y in zip(a, b, strict=True))


class Fabric:
    """A cloth of one base colour whose tile, drawn once, is sampled at any scale and angle."""

    def __init__(self, base: tuple[float, float, float], tile: Image.Image | None, fine_from: float) -> None:
        self.base = base
        self.fine_from = fine_from  # pixels an unit from which the weave shows
        self.levels = [] if tile is None else [tile]
        while self.levels and self.levels[-1].width > 16:
            self.levels.append(self.levels[-1].reduce(2))
        self._spread: dict[tuple[int, int], Image.Image] = {}

    def sample(self, matrix: np.ndarray, size: tuple[int, int], scale: float) -> "Image.Image | tuple":
        """Cloth seen through ``matrix`` (pixel to cloth): an image, or its colour where no weave shows."""
        if not self.levels or scale < self.fine_from:
            return self.base
        want = scale * PERIOD * 1.25  # texels a tile for about one texel a pixel
        level = min(range(len(self.levels)), key=lambda i: abs(np.log2(self.levels[i].width / want)))
        texels = self.levels[level].width
        m = np.diag([texels / PERIOD, texels / PERIOD, 1]) @ matrix
        corners = m @ np.array([[0, size[0], 0, size[0]], [0, 0, size[1], size[1]], [1, 1, 1, 1]])
        low, high = corners.min(1), corners.max(1)
        start = np.floor(low / texels) * texels
        m[:2, 2] -= start[:2]
        repeats = int(np.ceil((high - start)[:2].max() / texels)) + 1
        key = (level, repeats)
        if key not in self._spread:
            tile = np.asarray(self.levels[level])
            self._spread[key] = Image.fromarray(np.tile(tile, (repeats, repeats, 1)))
        return self._spread[key].transform(
            size, Image.Transform.AFFINE, m[:2].ravel().tolist(), Image.Resampling.BILINEAR
        )


class _Tile:
    """Draws shapes on a tile so that they run on over its edges."""

    def __init__(self, pixels: int, ground: tuple) -> None:
        self.side = pixels * 2
        self.image = Image.new("RGB", (self.side, self.side), tuple(map(round, ground)))
        self.draw = ImageDraw.Draw(self.image)

    def blob(
        self, x: float, y: float, radii: list[float] | np.ndarray, colour: tuple, turn: float = 0.0
    ) -> None:
        """A closed shape about (x, y) in tiles; ``radii`` at equal angles."""
        t = turn + np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
        self.shape(x, y, np.stack([np.cos(t), np.sin(t)], 1) * np.asarray(radii)[:, None], colour)

    def shape(self, x: float, y: float, shape: np.ndarray, colour: tuple) -> None:
        """A closed shape, (n, 2) in tiles, about (x, y)."""
        reach = float(np.abs(shape).max())
        fill = tuple(map(round, colour))
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                cx, cy = x + dx, y + dy
                if -reach < cx < 1 + reach and -reach < cy < 1 + reach:
                    self.draw.polygon(((shape + np.array([cx, cy])) * self.side).ravel().tolist(), fill=fill)

    def done(self) -> Image.Image:
        return self.image.reduce(2)


def _flower(tile: _Tile, x: float, y: float, r: float, petals: int, turn: float, colour: tuple, heart: tuple):
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    tile.blob(x, y, r * (0.76 + 0.24 * np.cos(petals * t)), colour, turn)
    tile.blob(x, y, r * (0.30 + 0.12 * np.cos(petals * t)), mixed(colour, heart, 0.5), turn)
    tile.blob(x, y, [r * 0.22] * 12, heart)


def _leaf(tile: _Tile, x: float, y: float, r: float, turn: float, colour: tuple) -> None:
    t = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    lens = np.stack([np.cos(t), 0.42 * np.sin(t) * np.abs(np.sin(t))], 1) * r
    c, s = np.cos(turn), np.sin(turn)
    tile.shape(x, y, lens @ np.array([[c, s], [-s, c]]), colour)


def _scattered(rng: np.random.Generator, count: int) -> list[tuple[float, float]]:
    """Points of a tile that keep a distance, over its edges too."""
    points: list[tuple[float, float]] = []
    for _ in range(count * 30):
        p = tuple(rng.random(2))
        gap = 0.75 / np.sqrt(count)
        if all(np.hypot((p[0] - q[0] + 0.5) % 1 - 0.5, (p[1] - q[1] + 0.5) % 1 - 0.5) > gap for q in points):
            points.append(p)
        if len(points) == count:
            break
    return points


@lru_cache(maxsize=8)
def _threads(kind: str, pixels: int) -> np.ndarray:
    """Brightness, float32 (pixels, pixels) about 1, of a weave without its chance unevenness."""
    y, x = np.mgrid[0:pixels, 0:pixels].astype(np.float32) / pixels
    if kind in ("knit", "cable"):
        n = 24
        v = np.abs((x * n) % 1 - 0.5)
        stitch = (
            1 - 0.16 * np.abs(np.sin(np.pi * (y * n * 1.25 + 1.1 * v))) - 0.14 * np.cos(2 * np.pi * x * n)
        )
        if kind == "cable":
            lane = (x * 4) % 1
            rope = np.sin(2 * np.pi * (y * 4)) * 0.16 + 0.5
            stitch *= (
                1
                - 0.22 * np.exp(-(((lane - rope) / 0.09) ** 2))
                - 0.2 * np.exp(-(((lane - 1 + rope) / 0.09) ** 2))
            )
        return stitch
    if kind == "rib":
        return 1 - 0.13 * np.cos(2 * np.pi * x * 16) - 0.03 * np.cos(2 * np.pi * y * 48)
    if kind == "denim":
        return 1 + 0.06 * np.sin(2 * np.pi * (x + y) * 40)
    return 1 + 0.02 * np.sin(2 * np.pi * x * 64) * np.sin(2 * np.pi * y * 64)


def weave(kind: str, pixels: int, rng: np.random.Generator) -> np.ndarray:
    """Brightness, (pixels, pixels) about 1, of a cloth seen closely: plain, knit, cable, rib or denim."""
    threads = _threads(kind, pixels)
    return threads + 0.05 * rng.standard_normal((pixels, pixels)) if kind == "denim" else threads


def _partner(base: tuple, colour: str, rng: np.random.Generator) -> tuple:
    """A second colour that stands out from the first and leaves it its name."""
    if colour in ("white", "beige"):
        return [(34, 48, 92), (40, 40, 44), (176, 44, 54)][rng.integers(3)]
    if colour in ("yellow", "pink", "gray"):
        return [(248, 247, 244), (40, 44, 66)][rng.integers(2)]
    return [(246, 244, 240), (246, 244, 240), mixed(base, (255, 250, 235), 0.72)][rng.integers(3)]


def cloth(colour: str, pattern: str, kind: str, pixels: int, rng: np.random.Generator) -> Fabric:
    """The cloth of a product: ``pixels`` is its tile's side; ``kind`` its weave."""
    base = shade_of(colour, rng)
    tile = _Tile(pixels, base)
    second = _partner(base, colour, rng)
    side = tile.side
    if pattern == "stripes":
        count = int(rng.choice([4, 5, 6, 8]))
        broad = rng.uniform(0.3, 0.42)
        upright = rng.random() < 0.3
        for i in range(count):
            a, b = side * (i + 0.5 - broad / 2) / count, side * (i + 0.5 + broad / 2) / count
            box = (a, 0, b, side) if upright else (0, a, side, b)
            tile.draw.rectangle(box, fill=tuple(map(round, second)))
    elif pattern == "polkadots":
        count = int(rng.choice([3, 4, 5, 6]))
        r = rng.uniform(0.2, 0.27) / count
        for i in range(count * 2):
            for j in range(count):
                tile.blob((j + 0.5 * (i % 2)) / count, i / (2 * count), [r] * 20, second)
    elif pattern == "floral":
        count = int(rng.choice([9, 12, 16]))
        gay = [second, (226, 108, 134), (240, 190, 84), (246, 240, 232), (150, 92, 160)]
        gay = [g for g in gay if np.abs(np.subtract(g, base)).sum() > 130]
        green = mixed((72, 120, 70), base, 0.25 if colour != "green" else 0.0)
        if colour == "green":
            green = (26, 60, 40)
        for x, y in _scattered(rng, count):
            r, turn = rng.uniform(0.068, 0.098) * np.sqrt(10 / count), rng.uniform(0, 6.28)
            for k in range(2):
                way = turn + 2.4 * k
                _leaf(tile, x + r * np.cos(way) * 1.35, y + r * np.sin(way) * 1.35, r * 0.7, way, green)
            petal = gay[rng.integers(min(3, len(gay)))]
            _flower(tile, x, y, r, int(rng.integers(5, 7)), turn, petal, (242, 206, 92))
    elif pattern == "lace":
        dark = sum(base) < 240
        thread = mixed(base, (255, 255, 255), 0.2 if dark else 0.34)
        ground = mixed(base, (0, 0, 0), 0.06 if dark else 0.13)
        tile.draw.rectangle((0, 0, side, side), fill=tuple(map(round, ground)))
        count = 4
        for i in range(24):
            for p, q in (((i - 24) / 24, i / 24), (i / 24, (i - 24) / 24)):
                line = (p * side, 0, (p + 1) * side, side) if p < q else (side * (q + 1), 0, side * q, side)
                tile.draw.line(
                    line, fill=tuple(map(round, mixed(ground, thread, 0.5))), width=max(1, side // 200)
                )
        for i in range(count * 2):
            for j in range(count):
                x, y = (j + 0.5 * (i % 2)) / count, i / (2 * count)
                t = np.linspace(0, 2 * np.pi, 48, endpoint=False)
                tile.blob(x, y, 0.1 * (0.74 + 0.26 * np.cos(6 * t)), thread)
                tile.blob(x, y, 0.064 * (0.74 + 0.26 * np.cos(6 * t)), ground, 0.5)
                tile.blob(x, y, 0.042 * (0.7 + 0.3 * np.cos(6 * t)), thread)
    elif pattern == "print":
        _allover(tile, base, second, rng)
    cloth = tile.done()
    grain = weave(kind, pixels, rng)
    textured = np.clip(np.asarray(cloth, np.float32) * grain[..., None].astype(np.float32) + 0.5, 0, 255)
    plain = pattern in ("unicolors", "") and kind not in ("cable", "rib")
    return Fabric(base, Image.fromarray(textured.astype(np.uint8)), fine_from=pixels * 1.3 if plain else 0)


def _allover(tile: _Tile, base: tuple, second: tuple, rng: np.random.Generator) -> None:
    """One of the prints that cover all: leopard, brush strokes, checks."""
    which, side = rng.integers(3), tile.side
    deep = mixed(base, (30, 22, 20) if sum(base) > 240 else (235, 225, 210), 0.72)
    if which == 0:
        for x, y in _scattered(rng, 26):
            radii = rng.uniform(0.034, 0.05) * rng.uniform(0.75, 1.15, 12)
            tile.blob(x, y, radii, deep)
            tile.blob(x + 0.006, y + 0.004, radii * 0.56, mixed(base, deep, 0.35))
    elif which == 1:
        tones = [second, deep, mixed(base, second, 0.5)]
        lean = rng.uniform(0, np.pi)
        for k, (x, y) in enumerate(_scattered(rng, 18)):
            t = np.linspace(0, 2 * np.pi, 28, endpoint=False)
            stroke = np.stack([np.cos(t), 0.30 * np.sin(t)], 1) * (
                0.085 * rng.uniform(0.85, 1.15, 28)[:, None]
            )
            c, s = np.cos(lean), np.sin(lean)
            tile.shape(x, y, stroke @ np.array([[c, s], [-s, c]]), tones[k % 3])
    else:
        count = int(rng.choice([3, 4]))
        ground = np.asarray(tile.image, np.float32)
        grid = (np.arange(side) * count / side) % 1
        band = ((grid > 0.1) & (grid < 0.48)).astype(np.float32) * 0.34
        thin = ((grid > 0.7) & (grid < 0.76)).astype(np.float32) * 0.7
        lines = np.maximum(band, thin)
        part = np.clip(lines[:, None] + lines[None], 0, 0.85)[..., None]
        mixed_in = ground + (np.asarray(second, np.float32) - ground) * part
        tile.image = Image.fromarray(mixed_in.astype(np.uint8))
        tile.draw = ImageDraw.Draw(tile.image)
