"""The people: skin, hair, faces, hands and feet, drawn on the shared body."""

from dataclasses import dataclass

import numpy as np

from zoo.data.sample_catalogue.body import (
    ARM_RADII,
    HAND,
    LEG_RADII,
    TRUNK_Y,
    Pose,
    along,
    limb_radii,
    trunk,
)
from zoo.data.sample_catalogue.canvas import Canvas, Colour
from zoo.data.sample_catalogue.fabrics import mixed
from zoo.data.sample_catalogue.geometry import Points, curve, ellipse, flipped, mirrored, path, tube

SKINS = [(246, 214, 190), (238, 198, 168), (226, 178, 144), (200, 148, 112), (156, 106, 76), (112, 74, 54)]
HAIRS = [(38, 30, 28), (62, 42, 32), (98, 66, 44), (142, 98, 60), (206, 166, 108), (124, 58, 36)]
STYLES = ("long", "wavy", "bob", "bun", "ponytail", "crop")


@dataclass(frozen=True)
class Person:
    """Who wears it."""

    skin: Colour
    hair: Colour
    style: str
    iris: Colour
    lips: Colour
    parting: float


def someone(rng: np.random.Generator) -> Person:
    """A person of the cast."""
    tone = int(rng.choice(6, p=[0.22, 0.26, 0.2, 0.14, 0.1, 0.08]))
    hair = int(rng.integers(6)) if tone < 3 else int(rng.integers(3))
    skin = SKINS[tone]
    return Person(
        skin=skin,
        hair=HAIRS[hair],
        style=STYLES[rng.integers(len(STYLES))],
        iris=[(74, 52, 38), (92, 74, 50), (70, 104, 130), (84, 110, 82)][rng.integers(4 if tone < 2 else 2)],
        lips=mixed(skin, [(190, 66, 74), (172, 60, 62), (204, 84, 96)][rng.integers(3)], 0.62),
        parting=float(rng.choice([-0.016, -0.010, 0.0, 0.012])),
    )


def draw_trunk(canvas: Canvas, person: Person, back: bool) -> None:
    """Neck, shoulders and trunk in skin."""
    side = [(0.024, 0.100), (0.023, 0.128), (0.030, 0.149), (0.060, 0.161), (0.090, 0.172), (0.098, 0.190)]
    side += [(0.084, 0.222)] + [(float(trunk(y)), y) for y in TRUNK_Y[1:]]
    layer = canvas.paint([mirrored(curve(side))], person.skin, edge=0.22, light=0.3, soft=0.014)
    deep = mixed(person.skin, (110, 50, 30), 0.4)
    if back:
        canvas.crease([[(0, 0.17), (0, 0.42)]], 0.1, 0.008, layer)
    else:
        canvas.flat([ellipse(0, 0.136, 0.026, 0.014)], deep, opacity=0.45, blur=0.006, within=layer)
        for way in (1, -1):
            bone = curve([(0.008 * way, 0.166), (0.035 * way, 0.163), (0.066 * way, 0.168)])
            canvas.flat([bone], deep, opacity=0.28, width=0.0025, blur=0.002, within=layer)


def draw_legs(canvas: Canvas, person: Person, pose: Pose, back: bool) -> None:
    """Both legs in skin."""
    for leg in pose.legs:
        layer = canvas.paint([tube(along(leg, 1.0), LEG_RADII)], person.skin, edge=0.26, light=0.35, drop=0.2)
        knee = leg[1]
        lines = [curve([knee + (-0.016, 0.012), knee + (0, 0.018), knee + (0.016, 0.012)])]
        canvas.crease(lines, 0.1 if not back else 0.16, 0.005, layer)


def draw_shoes(canvas: Canvas, person: Person, pose: Pose, shoe: Colour, sporty: bool, back: bool) -> None:
    """Feet in trainers or pumps."""
    for leg, way in zip(pose.legs, (1, -1), strict=True):
        x, y = leg[2]
        toe = x + 0.008 * way
        foot = [(x - 0.013, y + 0.005), (x + 0.013, y + 0.005), (toe + 0.018, y + 0.040)]
        foot += [(toe + 0.006, y + 0.052), (toe - 0.010, y + 0.051), (toe - 0.019, y + 0.038)]
        if back:
            foot = [
                (x - 0.014, y),
                (x + 0.014, y),
                (x + 0.017, y + 0.036),
                (x, y + 0.046),
                (x - 0.017, y + 0.036),
            ]
        outline = curve(foot, closed=True)
        if sporty:
            canvas.paint(
                [tube([(x, y - 0.012), (x, y + 0.018)], [0.0175, 0.0185])], shoe, edge=0.3, soft=0.006
            )
            layer = canvas.paint([outline], shoe, edge=0.3, soft=0.006, drop=0.1)
            sole = [
                (toe - 0.03, y + 0.041),
                (toe + 0.03, y + 0.041),
                (toe + 0.03, y + 0.06),
                (toe - 0.03, y + 0.06),
            ]
            canvas.flat([sole], mixed(shoe, (255, 255, 255), 0.75), within=layer)
            laces = [[(x - 0.008, y + k), (x + 0.008, y + k + 0.002)] for k in (0.014, 0.021, 0.028)]
            if not back:
                canvas.flat(laces, mixed(shoe, (90, 90, 96), 0.6), width=0.002, within=layer)
        else:
            canvas.paint([outline], person.skin, edge=0.2, soft=0.006)
            upper = [
                (toe - 0.021, y + 0.024),
                (x, y + 0.035),
                (toe + 0.021, y + 0.022),
                (toe + 0.02, y + 0.043),
            ]
            upper += [(toe + 0.006, y + 0.053), (toe - 0.010, y + 0.052), (toe - 0.021, y + 0.041)]
            if back:
                upper = [
                    (x - 0.016, y + 0.016),
                    (x + 0.016, y + 0.016),
                    (x + 0.017, y + 0.038),
                    (x + 0.004, y + 0.056),
                ]
                upper += [(x - 0.004, y + 0.056), (x - 0.017, y + 0.038)]
            canvas.paint([curve(upper, closed=True)], shoe, edge=0.3, soft=0.005, drop=0.1)


def draw_arm(canvas: Canvas, person: Person, arm: Points, sleeved: bool) -> None:
    """One arm to the wrist; the part that every sleeve covers is left out when ``sleeved``."""
    line, radii = along(arm, 0.96), limb_radii(ARM_RADII, 0.96)
    if sleeved:
        line = np.vstack([line[1] + (line[2] - line[1]) * 0.3, line[2:]])
        radii = radii[1:]
    canvas.paint([tube(line, radii)], person.skin, edge=0.28, light=0.35, drop=0.3)


def draw_hand(canvas: Canvas, person: Person, arm: Points) -> None:
    """A relaxed hand, the fingers a little bent inwards."""
    wrist, way = arm[2], 1 if arm[0][0] > 0 else -1
    down = (arm[2] - arm[1]) / np.hypot(*(arm[2] - arm[1]))
    bent = np.array([down[0] - 0.10 * way, down[1]])
    bent /= np.hypot(*bent)
    across = np.array([bent[1], -bent[0]])
    palm_end = wrist + 0.5 * HAND * bent
    shapes = [tube([wrist - 0.012 * down, wrist + 0.2 * HAND * bent, palm_end], [0.0115, 0.0155, 0.0135])]
    for k, spread in enumerate((-0.0090, -0.0030, 0.0030, 0.0090)):
        root = palm_end + across * spread - 0.004 * bent
        length = HAND * (0.44, 0.52, 0.5, 0.4)[k]
        tip = root + length * bent - across * (spread * 0.35)
        shapes.append(tube([root, (root + tip) / 2, tip], [0.0046, 0.0044, 0.0034], steps=3))
    thumb = wrist + 0.16 * HAND * bent
    inward = -across * way
    shapes.append(
        tube(
            [
                thumb + inward * 0.009,
                thumb + inward * 0.018 + 0.018 * bent,
                thumb + inward * 0.017 + 0.034 * bent,
            ],
            [0.006, 0.0052, 0.0036],
            steps=3,
        )
    )
    layer = canvas.paint(shapes, person.skin, edge=0.3, light=0.3, soft=0.006, drop=0.3)
    lines = [
        [palm_end + across * s, palm_end + across * (s * 0.8) + 0.3 * HAND * bent]
        for s in (-0.006, 0.0, 0.006)
    ]
    canvas.crease(lines, 0.22, 0.0016, layer)


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
    for way in (1, -1):
        x, y = aside + way * 0.0195, 0.0690
        canvas.flat([ellipse(x, y - 0.002, 0.0135, 0.008)], deep, opacity=0.3, blur=0.003, within=face)
        eye = curve(
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
        canvas.flat([eye], (246, 243, 240))
        canvas.flat([ellipse(x + turn * 0.0015, y - 0.0003, 0.0042, 0.0042, 16)], person.iris)
        canvas.flat([ellipse(x + turn * 0.0015, y - 0.0003, 0.0019, 0.0019, 10)], (18, 14, 14))
        lid = curve(
            [
                (x - 0.0112, y + 0.001),
                (x - 0.003, y - 0.0048),
                (x + 0.005, y - 0.0043),
                (x + 0.0112, y - 0.0004),
            ]
        )
        canvas.flat([lid], (44, 30, 28), width=0.0022)
        out = way
        brow = curve([(x - out * 0.0115, y - 0.0110), (x, y - 0.0150), (x + out * 0.0120, y - 0.0118)])
        canvas.flat([brow], mixed(person.hair, (40, 28, 24), 0.45), width=0.0030, opacity=0.85)
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
                (mx - 0.0150, my),
                (mx - 0.005, my - 0.0044),
                (mx, my - 0.0030),
                (mx + 0.005, my - 0.0044),
                (mx + 0.0150, my),
            ]
        ),
        [(mx, my + 0.0010)],
    )
    lower = path(curve([(mx - 0.0140, my), (mx, my + 0.0070), (mx + 0.0140, my)]))
    canvas.flat([upper], mixed(person.lips, (110, 20, 30), 0.2))
    canvas.flat([lower], person.lips)
    canvas.flat(
        [curve([(mx - 0.0150, my), (mx, my + 0.0012), (mx + 0.0150, my)])],
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
        layer = canvas.paint(
            [tube(line, [0.006, 0.0105, 0.0125, 0.0125, 0.004])], person.hair, edge=0.35, soft=0.007
        )
        centre = curve(line)
        canvas.crease([centre + (0.004, 0), centre - (0.004, 0)], 0.25, 0.0016, layer)


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
            canvas.crease([curve(tail) + (s, 0) for s in (-0.008, 0, 0.008)], 0.22, 0.002, fall)
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
