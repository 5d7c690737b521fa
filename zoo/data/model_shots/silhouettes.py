"""The figure in a model shot: its silhouette, its edges, its head, and how far to trust them.

Written for studio shots (a light, smooth background). Everything is measured at a working size of
``WORK`` pixels on the longer side, then kept as small maps of ``SIDE`` × ``SIDE``.
"""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from zoo.data.images import UnreadableImage, read_image

WORK = 128
SIDE = 64
HEAD = 20

HEAD_SHARE = 1 / 7.5
"""Height of the head over that of a standing figure: the draughtsman's canon of 7½ heads."""

_BORDER = 3  # width of the border from which the background is estimated, in working pixels
_FLOOR = 9.0  # differences below this (of 255) are JPEG noise and soft shadow, never figure
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_SKIN = (-18.0, 21.0)  # Cb, Cr of skin: nearly the same for light and dark skin
_SKIN_WIDTH = (18.0, 14.0)
_AROUND = np.ones((3, 3), bool)


class Measures(NamedTuple):
    """What is measured of one shot; all are shares in 0 to 1.

    Attributes:
        quality: trust in the silhouette: same shape at a stricter and a looser threshold, clear contrast,
            a uniform border. Below 0.5 the shape is doubtful.
        full: the silhouette is that of a whole standing figure (see ``whole_figure``).
        face: the head shows a face rather than hair (see ``face_seen``).
    """

    quality: float
    full: float
    face: float


class Figure(NamedTuple):
    """One shot, measured.

    Attributes:
        mask: uint8 (SIDE, SIDE): how much of each cell is figure, 0 to 255.
        edges: uint8 (SIDE, SIDE): Sobel magnitude of the lightness, scaled to the image's own strong
            edges and blurred, so that a small shift changes it little.
        head: uint8 (2, HEAD, HEAD): of the box where a standing figure has its head: where it is face (skin
            unlike the crown), and its edges.
        measures: see ``Measures``.
    """

    mask: np.ndarray
    edges: np.ndarray
    head: np.ndarray
    measures: Measures


def read_figure(path: Path | str) -> Figure | str:
    """Measure the shot in a file, or say what is wrong with it: one bad file must not end the work."""
    try:
        return measure_figure(read_image(path))
    except UnreadableImage as error:
        return str(error)


def measure_figure(image: np.ndarray) -> Figure:
    """Measure a model shot: uint8 RGB (H, W, 3) of any size."""
    small = _shrink(image, WORK)
    difference, noise, uniform = background_difference(small)
    mask, quality = silhouette(difference, noise)
    quality *= _ramp(uniform, 0.2, 0.6)
    luma = small @ _LUMA
    edges = edge_map(luma)
    # JPEG smears colour, not lightness, around the figure: the head is searched for in what differs by that.
    ground = np.median(luma[~mask]) if not mask.all() else 255.0
    firm = mask & (np.abs(luma - ground) > 2.5 * _FLOOR)
    box = head_box(firm if 3 * firm.sum() > mask.sum() else mask)
    head, face = _measure_head(image, image.shape[0] / small.shape[0], box)
    return Figure(
        mask=_to_square(mask.astype(np.float32)),
        edges=_to_square(edges),
        head=head,
        measures=Measures(quality=quality, full=whole_figure(mask), face=face),
    )


def background_difference(small: np.ndarray) -> tuple[np.ndarray, float, float]:
    """How much each pixel differs from the background, which is estimated from the border inwards.

    Studio light falls off smoothly, often towards the corners: the background is a quadratic surface in each
    channel. It is fitted first to the border pixels near the border's commonest light colour, then to all
    pixels of the image near that surface; the figure, which may touch the border, drops out as an outlier
    in a few rounds.

    Args:
        small: float32 RGB (H, W, 3), 0 to 255.

    Returns:
        difference float32 (H, W), in levels of 255; the background's own noise in the same units; and the
        share of the border (the bottom left out: people stand there) that is background.
    """
    height, width = small.shape[:2]
    border, losses = _ground(height, width)
    pixels = small[border]
    # Commonest colour in coarse bins. Light ones count more: cloth in a detail shot is not a studio wall.
    coarse = (pixels // 24).astype(np.int32) @ np.array([121, 11, 1])
    _, first, which = np.unique(coarse, return_index=True, return_inverse=True)
    light = (pixels @ _LUMA / 255) ** 2
    start = pixels[which == np.argmax(np.bincount(which, weights=light, minlength=len(first)))].mean(0)

    pixels = pixels - start
    surface, near = _fit_surface(pixels, losses[border], _largest(pixels) < 32)
    uniform = float(near.mean())
    some = slice(None, None, 3)
    pixels, places = (
        (small[some, some] - start).reshape(-1, 3),
        losses[some, some].reshape(-1, losses.shape[-1]),
    )
    surface, near = _fit_surface(pixels, places, _largest(pixels - places @ surface) < 24, surface)

    rest = small - start - losses @ surface
    luma, cb, cr = _ycc(rest[..., 0], rest[..., 1], rest[..., 2])
    # Shadows change lightness, not colour: colour counts double.
    difference = ndimage.gaussian_filter(np.sqrt(luma * luma + 4 * (cb * cb + cr * cr)), 0.6)
    ground = difference[some, some].ravel()[near]
    return difference, float(np.median(ground)) if len(ground) else 0.0, uniform


@lru_cache(maxsize=16)
def _ground(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Border without its bottom, bool (H, W), and the losses of a quadratic surface, float32 (H, W, 6)."""
    border = np.zeros((height, width), bool)
    border[:_BORDER] = border[:, :_BORDER] = border[:, -_BORDER:] = True
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return border, np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1).astype(np.float32)


def _fit_surface(
    pixels: np.ndarray, losses: np.ndarray, near: np.ndarray, surface: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Surface (6, 3) through most of the pixels (n, 3) by least squares, and which of them lie near it."""
    if surface is None:
        surface = np.zeros((losses.shape[1], 3), np.float32)
    for _ in range(4):
        if near.sum() < 24:
            break
        inputs = losses[near]
        # Few or one-sided pixels must not bend the surface.
        ridge = np.diag([1e-5, 2e-3, 2e-3, 5e-3, 5e-3, 5e-3]).astype(np.float32) * len(inputs)
        surface = np.linalg.solve(inputs.T @ inputs + ridge, inputs.T @ pixels[near])
        residual = _largest(pixels - losses @ surface)
        nearer = residual < max(6.0, 4 * 1.4826 * float(np.median(residual[near])))
        if (nearer == near).all():
            break
        near = nearer
    return surface, near


def _largest(values: np.ndarray) -> np.ndarray:
    """Largest absolute value of three columns."""
    values = np.abs(values)
    return np.maximum(np.maximum(values[:, 0], values[:, 1]), values[:, 2])


def _ycc(red: np.ndarray, green: np.ndarray, blue: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lightness and the colour differences Cb and Cr of ITU-R BT.601, Cb and Cr around 0."""
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return luma, 0.564 * (blue - luma), 0.713 * (red - luma)


def silhouette(difference: np.ndarray, noise: float) -> tuple[np.ndarray, float]:
    """Mask of the figure and the trust in it.

    Parts above a low threshold (from the noise) count if they hold something above a high one (half of
    Otsu's): white cloth before a white wall stays, faint shadows go. Holes are filled; parts
    smaller than a tenth of the largest are dropped.

    Returns:
        bool (H, W), possibly empty, and a quality in 0 to 1.
    """
    low = max(_FLOOR, 4 * noise)
    high = max(1.5 * low, 0.5 * _otsu(difference))
    mask = _solid(difference, low, high)
    area = int(mask.sum())
    if area < 0.01 * mask.size:
        return mask, 0.0
    strict, loose = _filled(difference > 1.6 * low), _filled(difference > 0.7 * low)
    stable = float((strict & loose).sum()) / max(int((strict | loose).sum()), 1)
    contrast = float(np.percentile(difference[mask], 30))
    fills = area / mask.size
    return mask, _ramp(stable, 0.3, 0.85) * _ramp(contrast, low, 4 * low) * _ramp(0.97 - fills, 0.0, 0.15)


def edge_map(luma: np.ndarray) -> np.ndarray:
    """Sobel magnitude over its own 98th percentile, cut at 1, blurred: float32 (H, W) in 0 to 1."""
    magnitude = np.hypot(ndimage.sobel(luma, 0), ndimage.sobel(luma, 1))
    strong = max(float(np.percentile(magnitude, 98)), 40.0)  # an empty image has no strong edges
    return ndimage.gaussian_filter(np.minimum(magnitude / strong, 1.0), 1.2)


def whole_figure(mask: np.ndarray) -> float:
    """Whether the silhouette is a whole standing person's, 0 to 1: the least of these.

    It is tall (7/10 of the image), slim (at most half as wide as tall), centred, cut by no side of the
    image, and its head is small (about an eighth of its height; in a half-length shot a third).
    """
    if not mask.any():
        return 0.0
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    top, tall = int(rows[0]), int(rows[-1] - rows[0] + 1)
    left, wide = int(columns[0]), int(columns[-1] - columns[0] + 1)
    head = mask[top + round(0.03 * tall) : top + max(round(0.1 * tall), 2)].sum(1).mean() / tall
    weight = float((mask.sum(0) * np.arange(width)).sum() / mask.sum()) / width
    losses = (
        _ramp(tall / height, 0.5, 0.7),
        1 - _ramp(wide / tall, 0.5, 0.8),
        1 - _ramp(abs((left + wide / 2) / width - 0.5) + abs(weight - 0.5), 0.2, 0.5),
        1 - _ramp(mask[0].sum() / tall, 0.05, 0.2),
        1 - _ramp(mask[-1].sum() / tall, 0.1, 0.35),
        1 - _ramp(max(mask[:, 0].sum(), mask[:, -1].sum()) / tall, 0.05, 0.3),
        1 - _ramp(head, 0.17, 0.28),
    )
    return float(min(losses))


def head_box(mask: np.ndarray) -> tuple[float, float, float]:
    """Top, middle column and height of the head of a standing figure, in pixels of the mask."""
    if not mask.any():
        return 0.0, mask.shape[1] / 2, mask.shape[0] * HEAD_SHARE
    rows = np.flatnonzero(mask.any(1))
    tall = (rows[-1] - rows[0] + 1) * HEAD_SHARE
    top = mask[rows[0] : rows[0] + max(int(0.9 * tall), 2)].sum(0)
    return float(rows[0]), float((top * np.arange(len(top))).sum() / top.sum()) + 0.5, float(tall)


def _measure_head(
    image: np.ndarray, scale: float, box: tuple[float, float, float]
) -> tuple[np.ndarray, float]:
    """Maps of the head (see ``Figure``) and whether it shows a face, 0 to 1.

    A face differs from the hair above it, is skin-coloured, and has eyes and a mouth; the back of a head is
    hair from the crown to the nape. The comparison with the crown is within the image, so it
    holds for every colour of skin and hair.
    """
    top, middle, tall = (value * scale for value in box)
    bottom, right = image.shape[:2]
    edges = (max(middle - tall / 2, 0), top, min(middle + tall / 2, right), min(top + tall, bottom))
    if edges[2] - edges[0] < 2 or edges[3] - edges[1] < 2:
        return np.zeros((2, HEAD, HEAD), np.uint8), 0.0
    head = Image.fromarray(image).resize((2 * HEAD, 2 * HEAD), Image.Resampling.BILINEAR, box=edges)
    pixels = np.asarray(head, np.float32)
    luma, cb, cr = _ycc(*np.moveaxis(pixels, -1, 0))
    side = 2 * HEAD
    crown = (slice(int(0.1 * side), int(0.22 * side)), slice(int(0.4 * side), int(0.6 * side)))
    front = (slice(int(0.36 * side), int(0.7 * side)), slice(int(0.36 * side), int(0.64 * side)))
    # Hair has its own light and shade: what is darker than the crown does not count, and colours
    # are compared by their share in the lightness.
    lighter = np.log((luma + 12) / (np.median(luma[crown]) + 12)).clip(0)
    blue, red = cb / (luma + 20), cr / (luma + 20)
    other = np.hypot(blue - np.median(blue[crown]), red - np.median(red[crown]))
    unlike = np.hypot(lighter / 0.8, other / 0.1)
    skin = np.exp(-0.5 * (((cb - _SKIN[0]) / _SKIN_WIDTH[0]) ** 2 + ((cr - _SKIN[1]) / _SKIN_WIDTH[1]) ** 2))
    skin *= np.clip((luma - 15) / 25, 0, 1)  # in the dark colours mean nothing
    lines = np.hypot(ndimage.sobel(luma, 0), ndimage.sobel(luma, 1)) / 4
    shown = np.clip((unlike - 0.3) / 0.35, 0, 1) * np.clip((skin - 0.25) / 0.35, 0, 1)
    maps = np.stack([shown, np.clip(lines / 60, 0, 1)])
    maps = ndimage.gaussian_filter(maps, (0, 1.5, 1.5))[:, ::2, ::2]
    face = float(np.median(shown[front]))
    return np.rint(maps * 255).astype(np.uint8), face


def _shrink(image: np.ndarray, longest: int) -> np.ndarray:
    """Float32 copy whose longer side is ``longest`` pixels, each the mean of what it covers."""
    height, width = image.shape[:2]
    factor = longest / max(height, width)
    size = (max(round(width * factor), 8), max(round(height * factor), 8))
    if size == (width, height):
        return image.astype(np.float32)
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX), np.float32)


def _to_square(values: np.ndarray) -> np.ndarray:
    """Map in 0 to 1 of at most WORK × WORK → uint8 (SIDE, SIDE), centred, proportions kept."""
    square = np.zeros((WORK, WORK), np.float32)
    top, left = (WORK - values.shape[0]) // 2, (WORK - values.shape[1]) // 2
    square[top : top + values.shape[0], left : left + values.shape[1]] = values
    step = WORK // SIDE
    pooled = square.reshape(SIDE, step, SIDE, step).mean((1, 3))
    return np.rint(pooled * 255).astype(np.uint8)


def _solid(difference: np.ndarray, low: float, high: float) -> np.ndarray:
    """Filled components above ``low`` that reach ``high``, without the small ones."""
    # The margin keeps the closing from tying the figure to the image's sides.
    raw = np.pad((difference > low).view(np.uint8), 4)
    closed = ndimage.minimum_filter(ndimage.maximum_filter(raw, 5), 5)[4:-4, 4:-4]
    opened = ndimage.maximum_filter(ndimage.minimum_filter(closed, 3), 3)
    mask = opened.astype(bool)
    labels, count = ndimage.label(mask, _AROUND)
    if not count:
        return mask
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    seeded = np.zeros(count + 1, bool)
    seeded[np.unique(labels[difference > high])] = True
    seeded[0] = False
    kept = seeded & (sizes >= 0.1 * np.max(sizes * seeded, initial=1))
    return _filled(kept[labels])


def _filled(mask: np.ndarray) -> np.ndarray:
    """Mask with its holes filled: background stays background only if it reaches the image's sides."""
    labels, count = ndimage.label(~mask)
    outside = np.zeros(count + 1, bool)
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        outside[side] = True
    outside[0] = False
    return ~outside[labels]


def _otsu(values: np.ndarray) -> float:
    """Threshold that splits the values into the two most compact halves (Otsu 1979)."""
    if np.ptp(values) == 0:
        return float(values.flat[0])
    counts, borders = np.histogram(values, 64)
    centres = (borders[1:] + borders[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(centres[np.nanargmax(between[:-1])])


def _ramp(value: float, start: float, end: float) -> float:
    """0 up to ``start``, 1 from ``end`` on, straight between."""
    return float(min(max((value - start) / (end - start), 0.0), 1.0))
