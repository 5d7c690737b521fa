"""Takes the photos: the garment alone on white, and shots of someone who wears it."""

from functools import lru_cache

import numpy as np
from PIL import Image

from zoo.data.sample_catalogue.body import FLAT, FLOOR, Pose, stance
from zoo.data.sample_catalogue.bottoms import draw_skirt, draw_trousers
from zoo.data.sample_catalogue.canvas import Canvas, View
from zoo.data.sample_catalogue.fabrics import Fabric
from zoo.data.sample_catalogue.garments import SLEEVES, Garment, bodice, skirt, sleeve, trousers
from zoo.data.sample_catalogue.geometry import Points, ellipse, moved
from zoo.data.sample_catalogue.heads import draw_hair_behind, draw_head, draw_head_behind
from zoo.data.sample_catalogue.people import (
    Person,
    draw_arm,
    draw_legs,
    draw_shoes,
    draw_trunk,
)
from zoo.data.sample_catalogue.tops import (
    draw_bodice,
    draw_lining,
    draw_sleeve,
)

KINDS = ("front", "back", "detail", "cropped")

# What is worn besides the product is the same for all of a category, so that it can be learned.
_JEANS = Garment(
    "pants", "blue", "long", fit="tight", fabric=Fabric((52, 64, 96), None, 0), make={"style": "jeans"}
)
_BLACK = Garment(
    "pants", "black", "long", fit="tight", fabric=Fabric((46, 46, 50), None, 0), make={"style": "creased"}
)
_TEE = Garment(
    "tops", "white", "normal", "short", "tight", "unicolors", "round", fabric=Fabric((240, 240, 238), None, 0)
)
_SHOES = {"trainers": (236, 236, 234), "pumps": (52, 44, 46), "nude": (196, 150, 120)}


def _sleeves(g: Garment) -> bool:
    return g.sleeve_length not in ("", "sleeveless")


def _silhouette(g: Garment, pose: Pose) -> list[Points]:
    if g.category == "pants":
        return trousers(g, pose.legs)[0]
    if g.category == "skirts":
        return [skirt(g)]
    arms = pose.arms if _sleeves(g) else ()
    return [bodice(g, False), *(shape for arm in arms for shape in sleeve(g, arm)[0])]


def _body_part(canvas: Canvas, g: Garment, pose: Pose, back: bool, seed: int) -> None:
    if g.category == "pants":
        draw_trousers(canvas, g, pose, back, g is _JEANS or g is _BLACK)
    elif g.category == "skirts":
        draw_skirt(canvas, g, back, seed)
    else:
        draw_bodice(canvas, g, back, seed)


def product_image(g: Garment, size: int, seed: int) -> Image.Image:
    """The garment alone on white, filling the image."""
    shapes = _silhouette(g, FLAT)
    every = np.vstack(shapes)
    if g.upper:
        every = np.vstack([every, [(0, 0.135 if g.make.get("collar") else 0.15)]])
    low, high = every.min(0), every.max(0)
    scale = 0.84 * size / float(max(high - low))
    middle = (low + high) / 2
    view = View(scale, size / 2 - middle[0] * scale, size / 2 - middle[1] * scale)
    canvas = Canvas(Image.new("RGB", (size, size), (255, 255, 255)), view)
    blur = 0.018 * size / scale
    canvas.flat([moved(s, 0.3 * blur, 0.6 * blur) for s in shapes], (196, 196, 200), opacity=0.65, blur=blur)
    if g.upper:
        draw_lining(canvas, g)
    _body_part(canvas, g, FLAT, False, seed)
    if _sleeves(g):
        for arm in FLAT.arms:
            draw_sleeve(canvas, g, arm)
    return canvas.picture


@lru_cache(maxsize=8)
def _vignette(size: int) -> np.ndarray:
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    return ((x - 0.5) * 1.1) ** 2 + (y - 0.42) ** 2


def _studio(size: int, rng: np.random.Generator, floor: float) -> Image.Image:
    """Light grey backdrop, lit from in front, meeting the floor at the height ``floor`` in pixels."""
    tone = rng.uniform(231, 236) + rng.uniform(-0.8, 0.8, 3)  # one studio
    rows = np.arange(size, dtype=np.float32)
    fall = _vignette(size) * np.float32(rng.uniform(36, 44))
    lift = 0.5 + 0.5 * np.tanh((rows - (floor - 0.05 * size)) / (0.05 * size))
    fall -= (lift * rng.uniform(3, 8)).astype(np.float32)[:, None] + 7
    steps = Image.fromarray(np.clip(fall * 4 + 40, 0, 255).astype(np.uint8))  # quarters, from -10
    table = np.minimum(tone[:, None] - (np.arange(256) - 40) / 4 + 0.5, 252).astype(int).ravel().tolist()
    return Image.merge("RGB", (steps, steps, steps)).point(table)


def _view(kind: str, g: Garment, size: int, rng: np.random.Generator) -> View:
    lean, sway = rng.uniform(-0.014, 0.014), rng.uniform(-0.006, 0.006)
    if kind in ("front", "back"):
        scale = size * 0.925 * rng.uniform(0.985, 1.015)
        x = size * (0.5 + rng.uniform(-0.015, 0.015))
        return View(scale, x, size * (0.955 + rng.uniform(-0.006, 0.006)) - FLOOR * scale, lean, sway)
    if kind == "cropped":
        if g.upper:
            high = 0.62 if g.category != "dresses" else 0.68
            scale, top = size / high * rng.uniform(0.96, 1.06), rng.uniform(-0.035, 0.03)
        else:
            scale, top = size / 0.70 * rng.uniform(0.96, 1.06), rng.uniform(0.27, 0.31)
        return View(scale, size * (0.5 + rng.uniform(-0.04, 0.04)), -top * scale, lean, sway)
    scale = size * rng.uniform(3.0, 4.0)
    if g.upper:
        fx, fy = [(0.03, 0.215), (-0.035, 0.225), (0.0, 0.23), (0.02, 0.36)][rng.integers(4)]
    else:
        fx, fy = [(0.03, 0.435), (-0.03, 0.44), (0.0, 0.455)][rng.integers(3)]
    return View(scale, size * 0.5 - fx * scale, size * 0.5 - fy * scale, lean * 0.3, 0.0)


def model_shot(
    g: Garment, person: Person, kind: str, size: int, seed: int, rng: np.random.Generator
) -> Image.Image:
    """A shot of ``kind`` of ``person`` wearing ``g``; pose, place and light are drawn from ``rng``."""
    view, pose = _view(kind, g, size, rng), stance(rng)
    back = kind == "back"
    floor = FLOOR * view.scale + view.y
    canvas = Canvas(_studio(size, rng, floor), view)
    for leg in pose.legs:
        canvas.flat(
            [ellipse(leg[2][0] + 0.010, FLOOR - 0.006, 0.055, 0.010)],
            (120, 118, 118),
            opacity=0.5,
            blur=0.010,
        )
    if g.category in ("pants", "skirts"):
        worn = [_TEE, g]
    elif g.category == "dresses":
        worn = [g]
    elif g.category == "jackets":
        worn = [_BLACK, _TEE, g]
    else:
        worn = [_BLACK if g.category == "blouses" else _JEANS, g]
    bare = g.category in ("skirts", "dresses")
    shoes = "nude" if bare else "pumps" if g.category in ("blouses", "jackets") else "trainers"

    top, bottom = -view.y / view.scale, (size - view.y) / view.scale  # what lies beyond is not drawn
    if not back and top < 0.25:
        draw_hair_behind(canvas, person)
    if bottom > 0.55 and not any(w.category == "pants" and w.length == "long" for w in worn):
        draw_legs(canvas, person, pose, back)
    if top < 0.26:  # a shirt or the garment covers all below
        draw_trunk(canvas, person, back)
    if bottom > 0.90:
        draw_shoes(canvas, person, pose, _SHOES[shoes], shoes == "trainers", back)
    for item in worn:
        if bottom < 0.37 and not item.upper:
            continue
        _body_part(canvas, item, pose, back, seed)
    covered = max([SLEEVES[item.sleeve_length] for item in worn if _sleeves(item)], default=0.0)
    for arm in pose.arms:
        draw_arm(canvas, person, arm, covered)
        for item in worn:
            if _sleeves(item) and not (item is _TEE and g.category == "jackets"):
                draw_sleeve(canvas, item, arm)
    if back:
        draw_head_behind(canvas, person)
    elif top < 0.22:
        draw_head(canvas, person, pose.turn)
    return canvas.picture


def kinds_of(g: Garment, rng: np.random.Generator) -> list[str]:
    """Kinds of a product's three to six shots, in no order; at least one is a full-body front."""
    count = int(rng.choice([3, 4, 5, 6], p=[0.2, 0.35, 0.28, 0.17]))
    kinds = ["front"] + ["front"] * int(rng.random() < 0.12)
    rest = ["back", "detail", "cropped", "detail", "cropped", "back"]
    weights = np.array([0.34, 0.24, 0.24, 0.07, 0.07, 0.04])
    picked = rng.choice(6, count - len(kinds), replace=False, p=weights)
    kinds += [rest[i] for i in picked]
    return [kinds[i] for i in rng.permutation(len(kinds))]
