"""Draws what covers the trunk and the arms: cloth, folds, seams, collars, closures."""

import numpy as np

from zoo.data.sample_catalogue.bottoms import BLACK, WHITE, both_sides, seam_colour, skirt_folds
from zoo.data.sample_catalogue.canvas import Canvas, Grain, Layer
from zoo.data.sample_catalogue.fabrics import mixed
from zoo.data.sample_catalogue.garments import (
    HEMS,
    WAIST,
    Garment,
    bodice,
    neck_points,
    neckline,
    side,
    sleeve,
)
from zoo.data.sample_catalogue.geometry import Points, curve, ellipse, moved, path


def _folds(g: Garment, rng: np.random.Generator, top: float, hem: float) -> tuple[list, list]:
    """Dark and light fold lines hanging from ``top`` to ``hem``."""
    dark, light = [], []
    for x in rng.uniform(-0.75, 0.75, 3 if g.fit == "tight" else 5):
        y0 = rng.uniform(top + 0.25 * (hem - top), top + 0.6 * (hem - top))
        y1 = min(hem, y0 + rng.uniform(0.3, 0.7) * (hem - top))
        w0, w1 = (float(side(g, np.array([y]))[0]) for y in (y0, y1))
        line = curve(
            [
                (x * w0 * 0.85, y0),
                (x * (w0 + w1) / 2 + rng.uniform(-0.005, 0.005), (y0 + y1) / 2),
                (x * w1, y1),
            ]
        )
        dark.append(line)
        light.append(moved(line, 0.008, 0))
    return dark, light


def draw_lining(canvas: Canvas, g: Garment) -> None:
    """The inside of the back that shows in the neckline of a garment laid flat."""
    x, depth = neck_points(g)
    rear = neckline(g, back=True)
    rear = rear if g.neckline != "back" else neckline(Garment(g.category, g.color), back=True)
    front = neckline(g, back=False)
    inside = mixed(g.base, BLACK, 0.30)
    layer = canvas.paint([path(rear, front[::-1])], inside, edge=0.1, light=0, drop=0)
    low = [(-x, rear[0][1] + 0.006), (0, rear[len(rear) // 2][1] + 0.008), (x, rear[-1][1] + 0.006)]
    canvas.flat([curve(low)], seam_colour(g, 0.5), width=0.004, opacity=0.5, within=layer)
    middle = rear[len(rear) // 2][1]
    tag = [
        (-0.009, middle + 0.002),
        (0.009, middle + 0.002),
        (0.009, middle + 0.013),
        (-0.009, middle + 0.013),
    ]
    if depth - middle > 0.02:
        canvas.flat([tag], (236, 234, 230), within=layer)


def draw_bodice(canvas: Canvas, g: Garment, back: bool, seed: int) -> None:
    """Everything that covers the trunk, without the sleeves."""
    rng = np.random.default_rng([seed, int(back)])
    hem = HEMS[g.category][g.length]
    layer = canvas.paint([bodice(g, back)], g.fabric, edge=0.28, light=0.34, soft=0.015, drop=0.3)
    if layer is None:
        return
    strength = {"tight": 0.10, "normal": 0.14, "loose": 0.18, "": 0.14}[g.fit]
    if g.category == "dresses":
        top = WAIST - 0.012
        skirt_folds(canvas, g, layer, rng, top, hem)
        canvas.crease([[(-0.1, top), (0.1, top)]], 0.30, 0.004, layer)
        dark, light = _folds(g, rng, 0.24, top)
    else:
        dark, light = _folds(g, rng, 0.24, hem)
    for way in (1, -1):  # from the armpit and, on a close fit, over the waist
        dark.append(curve([(0.080 * way, 0.245), (0.055 * way, 0.262), (0.026 * way, 0.268)]))
        if g.fit != "loose":
            dark.append(curve([(0.072 * way, 0.360), (0.050 * way, 0.372), (0.022 * way, 0.374)]))
    canvas.crease(dark, strength, 0.007, layer)
    canvas.crease(light, -strength * 0.5, 0.006, layer)
    if not back:  # the bust's shade
        canvas.crease(
            [curve([(w * 0.012, 0.283), (w * 0.040, 0.296), (w * 0.072, 0.280)]) for w in (1, -1)],
            0.10,
            0.016,
            layer,
        )
    if g.make.get("motif") and not back:
        _motif(canvas, g, layer)
    _edges(canvas, g, layer, back)
    if g.category in ("knitwear",):
        _ribs(canvas, g, layer, hem)
    if not back:
        _closure(canvas, g, layer, hem)
    _collar(canvas, g, layer, back)


def _edges(canvas: Canvas, g: Garment, layer: Layer, back: bool) -> None:
    line = neckline(g, back)
    if g.neckline == "lines":
        canvas.flat([moved(line, 0, 0.005)], g.trim, width=0.013, within=layer)
        canvas.flat([moved(line, 0, 0.0115)], seam_colour(g), width=0.0018, opacity=0.6, within=layer)
    elif g.make.get("collar") != "shirt" and g.make.get("closure") != "lapel":
        canvas.flat([moved(line, 0, 0.008)], seam_colour(g), width=0.0018, opacity=0.45, within=layer)
    hem = HEMS[g.category][g.length]
    if g.category in ("tops", "blouses", "dresses"):
        outline = bodice(g, back)
        bottom = outline[outline[:, 1] > hem - 0.004]
        if len(bottom) > 2:
            canvas.flat([bottom - (0, 0.010)], seam_colour(g), width=0.0016, opacity=0.4, within=layer)


def _ribs(canvas: Canvas, g: Garment, layer: Layer, hem: float) -> None:
    width = float(side(g, np.array([hem]))[0]) + 0.01
    band = [(-width, hem - 0.030), (width, hem - 0.030), (width, hem + 0.02), (-width, hem + 0.02)]
    canvas.flat([band], seam_colour(g), opacity=0.14, within=layer)
    lines = [[(x, hem - 0.028), (x * 0.99, hem + 0.012)] for x in np.arange(-width, width, 0.0085)]
    canvas.crease(lines, 0.30, 0.0022, layer)
    canvas.crease([[(-width, hem - 0.030), (width, hem - 0.030)]], 0.3, 0.003, layer)


def _closure(canvas: Canvas, g: Garment, layer: Layer, hem: float) -> None:
    how = g.make.get("closure", "")
    start = neck_points(g)[1]
    if how == "buttons":
        end = hem if g.category != "dresses" else WAIST - 0.02
        canvas.flat(
            [[(0.011, start), (0.011, hem + 0.04)], [(-0.011, start), (-0.011, hem + 0.04)]],
            seam_colour(g),
            width=0.0018,
            opacity=0.55,
            within=layer,
        )
        dots = [ellipse(0, y, 0.0046, 0.0046, 14) for y in np.arange(start + 0.016, end - 0.004, 0.043)]
        button = mixed(g.base, WHITE, 0.75) if sum(g.base) < 560 else mixed(g.base, (96, 82, 70), 0.55)
        canvas.flat([moved(d, 0.001, 0.0018) for d in dots], BLACK, opacity=0.3, blur=0.001, within=layer)
        canvas.flat(dots, button, within=layer)
    elif how == "zip":
        canvas.flat(
            [[(0, 0.15), (0, hem + 0.01)]], seam_colour(g, 0.5), width=0.011, opacity=0.7, within=layer
        )
        canvas.flat([[(0, 0.15), (0, hem + 0.01)]], (198, 198, 202), width=0.0042, within=layer)
        canvas.flat([[(0, 0.178), (0, 0.192)]], (226, 226, 230), width=0.006, within=layer)
        pockets = both_sides([(0.050, 0.395), (0.066, 0.440)])
        canvas.flat(pockets, seam_colour(g, 0.55), width=0.0040, opacity=0.8, within=layer)
        width = float(side(g, np.array([hem]))[0]) + 0.01
        if g.length != "long":
            canvas.flat(
                [[(-width, hem - 0.024), (width, hem - 0.024)]],
                seam_colour(g, 0.45),
                width=0.0025,
                within=layer,
            )
            lines = [[(x, hem - 0.022), (x, hem + 0.01)] for x in np.arange(-width, width, 0.0085)]
            canvas.crease(lines, 0.26, 0.0022, layer)
    elif how == "lapel":
        canvas.flat(
            [curve([(0.0, start), (-0.004, (start + hem) / 2), (-0.016, hem + 0.01)])],
            seam_colour(g, 0.5),
            width=0.0028,
            within=layer,
        )
        dots = [ellipse(-0.010, y, 0.0058, 0.0058, 14) for y in (start + 0.012, start + 0.062)]
        canvas.flat(dots, mixed(g.base, BLACK, 0.6) if sum(g.base) > 200 else (120, 116, 112), within=layer)
        flaps = both_sides([(0.036, 0.428), (0.078, 0.436), (0.077, 0.452), (0.035, 0.444), (0.036, 0.428)])
        canvas.flat(flaps, seam_colour(g, 0.2), opacity=0.35, within=layer)
        canvas.flat(flaps, seam_colour(g, 0.5), width=0.0022, opacity=0.8, within=layer)
        darts = both_sides(curve([(0.058, 0.262), (0.046, 0.34), (0.050, 0.428)]))
        canvas.crease(darts, 0.18, 0.003, layer)


def _collar(canvas: Canvas, g: Garment, layer: Layer, back: bool) -> None:
    kind = g.make.get("collar", "")
    depth = neck_points(g)[1]
    if kind == "shirt":
        if back:
            band = curve([(-0.037, 0.150), (0, 0.143), (0.037, 0.150)])
            low = curve([(0.042, 0.163), (0, 0.170), (-0.042, 0.163)])
            canvas.paint([path(band, low)], g.fabric, edge=0.3, soft=0.006, drop=0.35)
            return
        for leaf in both_sides(
            [
                (0.026, 0.142),
                (0.040, 0.152),
                (0.058, 0.190),
                (0.034, 0.210),
                (0.002, depth - 0.004),
                (0.018, 0.166),
            ]
        ):
            canvas.paint([leaf], g.fabric, edge=0.34, soft=0.006, drop=0.4)
    elif kind == "turtle":
        top = 0.126
        tube_ = path(
            curve([(-0.030, top), (0, top + 0.007 * (1 if not back else -1)), (0.030, top)]),
            curve(
                [
                    (0.034, 0.150),
                    (0.044, 0.160),
                    (0.0, 0.180 if not back else 0.168),
                    (-0.044, 0.160),
                    (-0.034, 0.150),
                ]
            ),
        )
        neck = canvas.paint([tube_], g.fabric, edge=0.34, soft=0.009, drop=0.25)
        canvas.crease(
            [[(v, top), (v * 1.25, 0.185)] for v in np.arange(-0.036, 0.04, 0.0075)], 0.28, 0.002, neck
        )
    elif kind == "crew":
        line = neckline(g, back)
        centre = np.array([0.0, line[:, 1].min() - 0.02])
        outer = line + (line - centre) / (np.hypot(*(line - centre).T)[:, None]) * 0.013
        ring = canvas.paint([path(line, outer[::-1])], g.fabric, edge=0.3, soft=0.005, drop=0.25)
        canvas.crease(
            [np.stack([a, b]) for a, b in zip(line[::2], outer[::2], strict=True)], 0.26, 0.002, ring
        )
    elif kind == "stand":
        low = 0.176 if not back else 0.166
        stand = path(
            curve([(-0.034, 0.133), (0, 0.141 if not back else 0.128), (0.034, 0.133)]),
            curve([(0.044, 0.160), (0, low), (-0.044, 0.160)]),
        )
        ring = canvas.paint([stand], mixed(g.base, BLACK, 0.12), edge=0.34, soft=0.007, drop=0.3)
        canvas.crease(
            [[(v, 0.12), (v * 1.2, 0.18)] for v in np.arange(-0.036, 0.04, 0.0075)], 0.22, 0.002, ring
        )
        if not back:
            canvas.flat([[(0, 0.138), (0, 0.180)]], (198, 198, 202), width=0.0042, within=ring)
    elif g.make.get("closure") == "lapel":
        if back:
            band = curve([(-0.040, 0.152), (0, 0.146), (0.040, 0.152)])
            canvas.paint(
                [path(band, curve([(0.046, 0.166), (0, 0.174), (-0.046, 0.166)]))],
                g.fabric,
                edge=0.3,
                soft=0.006,
            )
            return
        upper = [
            (0.028, 0.142),
            (0.041, 0.150),
            (0.060, 0.176),
            (0.054, 0.196),
            (0.044, 0.192),
            (0.032, 0.180),
        ]
        lower = [
            (0.030, 0.172),
            (0.046, 0.194),
            (0.060, 0.200),
            (0.056, 0.228),
            (0.002, depth + 0.004),
            (0.010, depth - 0.034),
        ]
        for leaf in both_sides(path(lower)):
            canvas.paint([leaf], g.fabric, edge=0.36, soft=0.006, drop=0.45)
        for leaf in both_sides(path(upper)):
            canvas.paint([leaf], g.fabric, edge=0.36, soft=0.006, drop=0.4)


def _motif(canvas: Canvas, g: Garment, layer: Layer) -> None:
    """A motif printed on the chest."""
    ink = g.trim
    second = mixed(ink, g.base, 0.45)
    y = 0.298
    which = g.make["motif"]
    if which == "sun":
        canvas.flat([ellipse(0, y, 0.036, 0.036, 40)], ink, within=layer)
        for k, gap in enumerate((0.008, 0.018, 0.027)):
            canvas.flat([[(-0.06, y + gap), (0.06, y + gap)]], g.base, width=0.002 + 0.0014 * k, within=layer)
    elif which == "heart":
        t = np.linspace(0, 2 * np.pi, 48)
        heart = np.stack(
            [
                0.0023 * 16 * np.sin(t) ** 3,
                -0.0023 * (13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)),
            ],
            1,
        )
        canvas.flat([moved(heart, 0, y)], ink, within=layer)
    elif which == "peaks":
        canvas.flat([[(-0.052, y + 0.03), (-0.018, y - 0.03), (0.012, y + 0.03)]], ink, within=layer)
        canvas.flat([[(-0.014, y + 0.03), (0.020, y - 0.014), (0.054, y + 0.03)]], second, within=layer)
        canvas.flat([ellipse(0.034, y - 0.030, 0.010, 0.010)], ink, within=layer)
    else:
        bars = [
            [(-0.05, y - 0.022), (0.05, y - 0.022)],
            [(-0.05, y), (0.026, y)],
            [(-0.05, y + 0.022), (0.038, y + 0.022)],
        ]
        canvas.flat(bars, ink, width=0.013, within=layer)


def draw_sleeve(canvas: Canvas, g: Garment, arm: Points) -> None:
    """One sleeve, its cloth turned with the arm."""
    shapes, cuff = sleeve(g, arm)
    way = 1 if arm[0][0] > 0 else -1
    down = arm[1] - arm[0]
    down = down / np.hypot(*down)
    grain = Grain(tuple(arm[0]), (float(down[0]), float(down[1])), (0.089 * way, 0.192))
    layer = canvas.paint(shapes, g.fabric, grain=grain, edge=0.30, light=0.36, soft=0.011, drop=0.34)
    if layer is None:
        return
    across, bend = np.array([down[1], -down[0]]), arm[1]
    lines = []
    if g.sleeve_length == "long":
        for k in (-0.014, 0.0, 0.014):
            lines.append(
                curve(
                    [
                        bend + down * k - across * 0.020,
                        bend + down * (k + 0.006),
                        bend + down * (k - 0.002) + across * 0.018,
                    ]
                )
            )
    lines.append(
        curve(
            [
                arm[0] + down * 0.075 - across * 0.02 * way,
                arm[0] + down * 0.05,
                arm[0] + down * 0.042 + across * 0.012 * way,
            ]
        )
    )
    canvas.crease(lines, 0.11 if g.fit == "tight" else 0.15, 0.006, layer, blur=1.0)
    fore = cuff[1] - cuff[0]
    up = np.array([fore[1], -fore[0]]) / (np.hypot(*fore) + 1e-9)
    up = up if up[1] < 0 else -up
    deep = 0.030 if g.category in ("knitwear", "jackets") and g.make.get("closure") != "lapel" else 0.020
    if g.sleeve_length != "long":
        deep = 0.009
    shift = cuff + up * deep
    wide = (shift - shift.mean(0)) * 1.5 + shift.mean(0)
    canvas.flat([wide], seam_colour(g, 0.5), width=0.002, opacity=0.55, within=layer)
    if g.category == "knitwear" or g.make.get("closure") == "zip":
        ribs = [
            np.stack([cuff[0] + fore * t, cuff[0] + fore * t + up * deep]) for t in np.linspace(0.05, 0.95, 7)
        ]
        canvas.crease(ribs, 0.3, 0.0022, layer)
    if g.neckline == "lines" and g.sleeve_length in ("short", "half"):
        canvas.flat(
            [(cuff - cuff.mean(0)) * 1.3 + cuff.mean(0) + up * 0.005], g.trim, width=0.011, within=layer
        )
