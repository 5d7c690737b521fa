"""Draws skirts and trousers: pleats, folds, waistbands, pockets."""

import numpy as np

from zoo.data.sample_catalogue.body import Pose, along
from zoo.data.sample_catalogue.canvas import Canvas, Layer
from zoo.data.sample_catalogue.fabrics import mixed
from zoo.data.sample_catalogue.garments import HEMS, WAIST, Garment, side, skirt, trousers
from zoo.data.sample_catalogue.geometry import Points, curve, ellipse, flipped, moved

BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def seam_colour(g: Garment, part: float = 0.35) -> tuple:
    """A seam's colour: darker than the cloth, or lighter on black."""
    return mixed(g.base, BLACK, part) if sum(g.base) > 150 else mixed(g.base, WHITE, part * 0.7)


def both_sides(points: Points | list) -> list[Points]:
    """``points``, and the same on the other side."""
    return [np.asarray(points, dtype=np.float64), flipped(points)]


def skirt_folds(
    canvas: Canvas, g: Garment, layer: Layer, rng: np.random.Generator, top: float, hem: float
) -> None:
    """Pleats or soft folds from ``top`` to ``hem`` of a skirt or a dress."""
    w0, w1 = (float(side(g, np.array([y]))[0]) for y in (top + 0.01, hem))
    if g.make.get("pleats"):
        dark = [[(t * w0, top + 0.022), (t * w1, hem + 0.02)] for t in np.linspace(-0.9, 0.9, 12)]
        canvas.crease(dark, 0.30, 0.004, layer)
        canvas.crease([moved(d, 0.010, 0) for d in dark], -0.20, 0.006, layer)
        return
    count = {"tight": 2, "normal": 5, "loose": 7, "": 5}[g.fit]
    dark, light = [], []
    for t in np.linspace(-0.85, 0.85, count) + rng.uniform(-0.07, 0.07, count):
        start = top + rng.uniform(0.10, 0.45) * (hem - top)
        w = float(side(g, np.array([start]))[0])
        line = curve([(t * w * 0.93, start), (t * (w + w1) * 0.49, (start + hem) / 2), (t * w1, hem + 0.015)])
        dark.append(line)
        light.append(moved(line, 0.013, 0))
    strength = 0.10 if g.fit == "tight" else 0.24
    canvas.crease(dark, strength, 0.009, layer)
    canvas.crease(light, -strength * 0.5, 0.009, layer)


def draw_skirt(canvas: Canvas, g: Garment, back: bool, seed: int) -> None:
    """A skirt with waistband, folds or pleats."""
    rng = np.random.default_rng([seed, int(back)])
    hem = HEMS["skirts"][g.length]
    layer = canvas.paint([skirt(g)], g.fabric, edge=0.28, light=0.34, soft=0.016, drop=0.35)
    if layer is None:
        return
    skirt_folds(canvas, g, layer, rng, WAIST + 0.02, hem)
    canvas.flat(
        [[(-0.09, WAIST + 0.021), (0.09, WAIST + 0.021)]],
        seam_colour(g, 0.5),
        width=0.0024,
        opacity=0.7,
        within=layer,
    )
    y = np.array([hem - 0.012])
    w = float(side(g, y)[0])
    canvas.flat(
        [curve([(-w, hem - 0.012), (0, hem + 0.001), (w, hem - 0.012)])],
        seam_colour(g),
        width=0.0016,
        opacity=0.45,
        within=layer,
    )
    if back:
        canvas.crease([[(0, WAIST), (0, 0.50)]], 0.35, 0.0022, layer)
    if g.fit == "tight" and hem > 0.65:
        canvas.crease([[(0.045, hem - 0.085), (0.047, hem + 0.01)]], 0.5, 0.004, layer)
    elif g.make.get("closure") == "buttons" and not back:
        dots = [ellipse(0, v, 0.0050, 0.0050, 14) for v in np.arange(WAIST + 0.036, hem - 0.01, 0.045)]
        canvas.flat(
            [[(0.012, WAIST), (0.012, hem + 0.02)]], seam_colour(g), width=0.0018, opacity=0.6, within=layer
        )
        canvas.flat(dots, mixed(g.base, WHITE, 0.7) if sum(g.base) < 560 else (120, 104, 90), within=layer)


def draw_trousers(canvas: Canvas, g: Garment, pose: Pose, back: bool, under: bool) -> None:
    """Trousers with creases or seams and, unless something is worn over them, waistband, fly and pockets."""
    shapes, hems = trousers(g, pose.legs)
    layer = canvas.paint(shapes, g.fabric, edge=0.30, light=0.36, soft=0.013, drop=0.35)
    if layer is None:
        return
    seam = seam_colour(g, 0.5)
    if not under:
        _waist(canvas, layer, seam, back)
    if g.make.get("style") == "creased":
        lines = [curve(along(leg, 0.96)[1:]) for leg in pose.legs]
        canvas.crease(lines, 0.16, 0.003, layer)
        canvas.crease([moved(line, 0.005, 0) for line in lines], -0.10, 0.005, layer)
    folds = []
    for leg in pose.legs:
        knee, ankle = leg[1], leg[2]
        folds += [
            curve([moved(knee, -0.022, k), moved(knee, 0.0, k + 0.005), moved(knee, 0.020, k - 0.001)])
            for k in (-0.012, 0.006)
        ]
        if g.fit != "loose":
            folds += [
                curve([moved(ankle, -0.018, k), moved(ankle, 0, k + 0.005), moved(ankle, 0.017, k)])
                for k in (-0.028, -0.014)
            ]
    canvas.crease(folds, 0.10, 0.005, layer, blur=1.0)
    seams = [(hem - hem.mean(0)) * 1.2 + hem.mean(0) - (0, 0.011) for hem in hems]
    canvas.flat(seams, seam, width=0.0018, opacity=0.6, within=layer)


def _waist(canvas: Canvas, layer: Layer, seam: tuple, back: bool) -> None:
    """Waistband, fly and pockets."""
    canvas.crease([[(0, 0.500), (0, 0.62)]], 0.40, 0.006, layer)
    canvas.crease(
        [curve([(w * 0.004, 0.533), (w * 0.030, 0.522), (w * 0.062, 0.520)]) for w in (1, -1)],
        0.12,
        0.006,
        layer,
    )
    canvas.flat(
        [[(-0.09, WAIST + 0.021), (0.09, WAIST + 0.021)]], seam, width=0.0024, opacity=0.8, within=layer
    )
    canvas.flat(
        [[(x, WAIST - 0.004), (x, WAIST + 0.022)] for x in (-0.045, 0.045)],
        seam,
        width=0.0055,
        opacity=0.5,
        within=layer,
    )
    if back:
        pockets = both_sides(
            [(0.020, 0.440), (0.064, 0.434), (0.066, 0.474), (0.044, 0.486), (0.021, 0.478), (0.020, 0.440)]
        )
        canvas.flat(pockets, seam, width=0.0022, opacity=0.7, within=layer)
        canvas.crease([[(0, WAIST), (0, 0.53)]], 0.35, 0.003, layer)
    else:
        canvas.crease([[(0, WAIST + 0.02), (0, 0.52)]], 0.40, 0.0026, layer)
        canvas.flat(
            [curve([(0.016, WAIST + 0.022), (0.016, 0.450), (0.001, 0.480)])],
            seam,
            width=0.0018,
            opacity=0.6,
            within=layer,
        )
        canvas.flat(
            both_sides(curve([(0.038, WAIST + 0.022), (0.050, 0.425), (0.084, 0.436)])),
            seam,
            width=0.0024,
            opacity=0.75,
            within=layer,
        )
        canvas.flat([ellipse(0.004, WAIST + 0.011, 0.0052, 0.0052, 14)], (206, 196, 176), within=layer)
