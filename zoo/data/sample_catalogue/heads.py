"""Heads: faces from the front, hair from all sides."""

import numpy as np

from zoo.data.sample_catalogue.canvas import Canvas
from zoo.data.sample_catalogue.fabrics import mixed
from zoo.data.sample_catalogue.geometry import Points, curve, ellipse, flipped, mirrored, moved, path, tube
from zoo.data.sample_catalogue.people import Person


def _skull(grow: float = 0.0) -> Points:
    side = [
        (0, 0.002),
        (0.028, 0.008),
        (0.045, 0.034),
        (0.047, 0.064),
        (0.0415, 0.094),
        (0.028, 0.120),
        (0, 0.135),
    ]
    p = np.array(side)
    p = p + np.sign(p - (0, 0.066)) * grow
    return np.vstack([curve(p), flipped(curve(p))[::-1]])


def draw_hair_behind(canvas: Canvas, person: Person) -> None:
    """What falls behind neck and shoulders."""
    drop = {"long": 0.235, "wavy": 0.225, "bob": 0.150}.get(person.style)
    dark = mixed(person.hair, (0, 0, 0), 0.22)
    if person.style == "bun":
        canvas.paint([ellipse(0, -0.020, 0.025, 0.023)], person.hair, edge=0.4, soft=0.008)
    if drop is None:
        return
    wide = 0.062 if person.style != "bob" else 0.056
    side = [
        (0, -0.004),
        (0.036, 0.004),
        (0.052, 0.045),
        (wide - 0.004, 0.10),
        (wide, drop - 0.03),
        (wide - 0.016, drop),
    ]
    canvas.paint([mirrored(path(curve(side), [(0, drop + 0.004)]))], dark, edge=0.3, soft=0.012)


def draw_head(canvas: Canvas, person: Person, turn: float) -> None:
    """Face and front hair; ``turn`` moves the features a little aside."""
    skin, aside = person.skin, turn * 0.004
    deep = mixed(skin, (120, 44, 30), 0.42)
    ears = [ellipse(way * 0.047, 0.074, 0.007, 0.013) for way in (1, -1)]
    canvas.paint(ears, mixed(skin, deep, 0.2), edge=0.3, soft=0.005, drop=0)
    face = canvas.paint([_skull()], skin, edge=0.2, light=0.35, soft=0.013, drop=0.25)
    cheeks = [ellipse(aside + way * 0.026, 0.092, 0.012, 0.009) for way in (1, -1)]
    canvas.flat(cheeks, mixed(skin, (220, 84, 84), 0.5), opacity=0.32, blur=0.006, within=face)
    y, middles = 0.0690, [aside + way * 0.0195 for way in (1, -1)]
    hollows = [ellipse(x, y - 0.002, 0.0135, 0.008) for x in middles]
    canvas.flat(hollows, deep, opacity=0.3, blur=0.003, within=face)
    eyes = [
        curve(
            [
                (x - 0.0100, y + 0.001),
                (x - 0.003, y - 0.0042),
                (x + 0.005, y - 0.0038),
                (x + 0.0100, y + 0.0005),
                (x + 0.003, y + 0.0038),
                (x - 0.004, y + 0.0038),
            ],
            closed=True,
        )
        for x in middles
    ]
    canvas.flat(eyes, (246, 243, 240))
    canvas.flat([ellipse(x + turn * 0.0015, y - 0.0003, 0.0042, 0.0042, 16) for x in middles], person.iris)
    canvas.flat([ellipse(x + turn * 0.0015, y - 0.0003, 0.0019, 0.0019, 10) for x in middles], (18, 14, 14))
    lids = [
        curve(
            [
                (x - 0.0112, y + 0.001),
                (x - 0.003, y - 0.0048),
                (x + 0.005, y - 0.0043),
                (x + 0.0112, y - 0.0004),
            ]
        )
        for x in middles
    ]
    canvas.flat(lids, (44, 30, 28), width=0.0022)
    brows = [
        curve([(x - out * 0.0115, y - 0.0110), (x, y - 0.0150), (x + out * 0.0120, y - 0.0118)])
        for x, out in zip(middles, (1, -1), strict=True)
    ]
    canvas.flat(brows, mixed(person.hair, (40, 28, 24), 0.45), width=0.0030, opacity=0.85)
    nose = curve(
        [(aside * 1.5 + 0.0045, 0.072), (aside * 1.8 + 0.0050, 0.088), (aside * 1.8 + 0.0072, 0.0955)]
    )
    canvas.flat([nose], deep, width=0.0024, opacity=0.4, blur=0.0012)
    nostrils = [ellipse(aside * 1.7 + way * 0.0042, 0.0985, 0.0019, 0.0011, 8) for way in (1, -1)]
    canvas.flat(nostrils, mixed(deep, (60, 20, 20), 0.5), opacity=0.8)
    canvas.flat([ellipse(aside * 1.8, 0.0935, 0.0035, 0.004, 10)], (255, 255, 255), opacity=0.25, blur=0.002)
    mx, my = aside * 1.2, 0.1110
    upper = path(
        curve(
            [
                (mx - 0.0150, my - 0.0012),
                (mx - 0.005, my - 0.0044),
                (mx, my - 0.0030),
                (mx + 0.005, my - 0.0044),
                (mx + 0.0150, my - 0.0012),
            ]
        ),
        [(mx, my + 0.0010)],
    )
    lower = path(curve([(mx - 0.0140, my - 0.0010), (mx, my + 0.0070), (mx + 0.0140, my - 0.0010)]))
    canvas.flat([upper], mixed(person.lips, (110, 20, 30), 0.2))
    canvas.flat([lower], person.lips)
    canvas.flat(
        [curve([(mx - 0.0150, my - 0.0012), (mx, my + 0.0010), (mx + 0.0150, my - 0.0012)])],
        (110, 36, 40),
        width=0.0014,
        opacity=0.8,
    )
    canvas.flat([ellipse(mx, my + 0.0105, 0.010, 0.003)], deep, opacity=0.25, blur=0.002)
    _front_hair(canvas, person)


def _front_hair(canvas: Canvas, person: Person) -> None:
    p = person.parting
    outer = curve(
        [
            (-0.051, 0.078),
            (-0.055, 0.045),
            (-0.043, 0.008),
            (0, -0.012),
            (0.043, 0.008),
            (0.055, 0.045),
            (0.051, 0.078),
        ]
    )
    if person.style == "crop":
        inner = curve(
            [
                (0.046, 0.062),
                (0.041, 0.038),
                (0.016, 0.026),
                (-0.020, 0.034),
                (-0.042, 0.044),
                (-0.046, 0.062),
            ]
        )
    elif person.style in ("bun", "ponytail"):
        inner = curve(
            [
                (0.0455, 0.058),
                (0.040, 0.036),
                (0.018, 0.019),
                (-0.018, 0.019),
                (-0.040, 0.036),
                (-0.0455, 0.058),
            ]
        )
    else:
        inner = path(
            curve([(0.045, 0.080), (0.0405, 0.052), (0.026, 0.032), (p, 0.014)]),
            curve([(p, 0.014), (-0.026, 0.032), (-0.0405, 0.052), (-0.045, 0.080)]),
        )
    cap = canvas.paint([path(outer, inner)], person.hair, edge=0.35, light=0.4, soft=0.009, drop=0.35)
    streaks = []
    for k in range(-4, 5):
        side = 1 if k >= 0 else -1
        streaks.append(
            curve([(p + 0.002 * k, -0.008), (0.012 * k, 0.012), (0.0115 * k + 0.004 * side, 0.05)])
        )
    canvas.crease(streaks, 0.25, 0.0016, cap)
    canvas.crease([curve([(-0.034, 0.012), (-0.012, 0.001), (0.008, 0.003)])], -0.22, 0.005, cap)
    locks = {"long": 0.215, "wavy": 0.200, "bob": 0.135}.get(person.style)
    if locks is None:
        return
    falls, strands = [], []
    for way in (1, -1):
        wave = 0.007 if person.style == "wavy" else 0.0
        line = [
            (0.048, 0.050),
            (0.052, 0.085),
            (0.055 + wave, 0.118),
            (0.057 - wave, 0.15),
            (0.058 + wave, locks),
        ]
        if person.style == "bob":
            line = [(0.047, 0.050), (0.051, 0.080), (0.050, 0.108), (0.043, locks)]
        line = np.array(line) * (way, 1)
        falls.append(tube(line, [0.006, 0.0105, 0.0130, 0.0140, 0.0075]))
        centre = curve(line)
        strands += [moved(centre, 0.004, 0), centre - (0.004, 0)]
    layer = canvas.paint(falls, person.hair, edge=0.35, soft=0.007)
    canvas.crease(strands, 0.25, 0.0016, layer)


def draw_head_behind(canvas: Canvas, person: Person) -> None:
    """The head seen from the back: hair and no face."""
    ears = [ellipse(way * 0.048, 0.074, 0.006, 0.012) for way in (1, -1)]
    if person.style in ("bun", "ponytail", "crop"):
        canvas.paint(ears, person.skin, edge=0.3, soft=0.005, drop=0)
        side = [(0, -0.012), (0.034, -0.004), (0.052, 0.036), (0.048, 0.082), (0.030, 0.112), (0, 0.120)]
        head = canvas.paint([mirrored(curve(side))], person.hair, edge=0.35, light=0.4, soft=0.012)
        ends = [(x, 0.115) for x in np.linspace(-0.03, 0.03, 7)]
        if person.style != "crop":
            ends = [(0, 0.03)] * 7
        starts = [
            (x, 0.0) if person.style == "crop" else (1.6 * x, 0.10) for x in np.linspace(-0.03, 0.03, 7)
        ]
        lines = [
            curve([s, ((s[0] + e[0]) * 0.75, (s[1] + e[1]) / 2), e])
            for s, e in zip(starts, ends, strict=True)
        ]
        canvas.crease(lines, 0.25, 0.002, head)
        if person.style == "bun":
            knot = canvas.paint(
                [ellipse(0, 0.002, 0.028, 0.026)], person.hair, edge=0.4, soft=0.01, drop=0.45
            )
            canvas.crease(
                [ellipse(0.002, 0.003, 0.016, 0.014), ellipse(0, 0.002, 0.007, 0.006)], 0.25, 0.002, knot
            )
        elif person.style == "ponytail":
            tail = [(0, 0.036), (0.004, 0.09), (-0.003, 0.16), (0.002, 0.225)]
            fall = canvas.paint(
                [tube(tail, [0.012, 0.021, 0.020, 0.005])], person.hair, edge=0.38, soft=0.010, drop=0.4
            )
            canvas.crease([moved(curve(tail), s, 0) for s in (-0.008, 0, 0.008)], 0.22, 0.002, fall)
            canvas.flat([[(-0.012, 0.04), (0.012, 0.04)]], (40, 36, 40), width=0.008)
        return
    drop = {"long": 0.250, "wavy": 0.235, "bob": 0.150}[person.style]
    wide = {"long": 0.060, "wavy": 0.066, "bob": 0.058}[person.style]
    wave = 0.005 if person.style == "wavy" else 0.0
    side = [(0, -0.012), (0.034, -0.004), (0.053, 0.036), (wide - 0.004, 0.09), (wide + wave, 0.14)]
    side += [(wide - wave, drop - 0.03), (wide - 0.014, drop)] if drop > 0.2 else [(wide - 0.006, drop)]
    fall = canvas.paint(
        [mirrored(path(curve(side), [(0.02, drop + 0.004), (0, drop - 0.002)]))],
        person.hair,
        edge=0.36,
        light=0.4,
        soft=0.013,
        drop=0.4,
    )
    lines = []
    for x in np.linspace(-1, 1, 9):
        lines.append(
            curve(
                [
                    (x * 0.008, 0.0),
                    (x * 0.042, 0.05),
                    (x * (wide - 0.012) + wave, 0.12),
                    (x * (wide - 0.016), drop),
                ]
            )
        )
    canvas.crease(lines, 0.2, 0.002, fall)
    canvas.crease([curve([(-0.036, 0.024), (-0.006, 0.032), (0.030, 0.022)])], -0.18, 0.007, fall)
