"""The people: who they are, their skin, hands and feet, drawn on the shared body."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from zoo.data.sample_catalogue.body import (
    ARM_RADII,
    HAND,
    LEG_RADII,
    Pose,
    along,
    between,
)
from zoo.data.sample_catalogue.canvas import Canvas, Colour
from zoo.data.sample_catalogue.fabrics import mixed
from zoo.data.sample_catalogue.geometry import Points, curve, ellipse, mirrored, moved, tube

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
    """Neck, shoulders and chest in skin."""
    side = [(0.024, 0.100), (0.023, 0.128), (0.030, 0.149), (0.060, 0.161), (0.090, 0.172), (0.098, 0.190)]
    side += [(0.084, 0.222), (0.083, 0.262), (0.072, 0.330)]  # all below is always covered
    layer = canvas.paint([mirrored(curve(side))], person.skin, edge=0.22, light=0.3, soft=0.014)
    deep = mixed(person.skin, (110, 50, 30), 0.4)
    if back:
        canvas.crease([[(0, 0.17), (0, 0.33)]], 0.1, 0.008, layer)
    else:
        canvas.flat([ellipse(0, 0.136, 0.026, 0.014)], deep, opacity=0.45, blur=0.006, within=layer)
        bones = [curve([(0.008 * way, 0.166), (0.035 * way, 0.163), (0.066 * way, 0.168)]) for way in (1, -1)]
        canvas.flat(bones, deep, opacity=0.28, width=0.0025, blur=0.002, within=layer)


def draw_legs(canvas: Canvas, person: Person, pose: Pose, back: bool) -> None:
    """Both legs in skin."""
    for leg in pose.legs:
        layer = canvas.paint([tube(along(leg, 1.0), LEG_RADII)], person.skin, edge=0.26, light=0.35, drop=0.2)
        knee = leg[1]
        lines = [curve([moved(knee, -0.016, 0.012), moved(knee, 0, 0.018), moved(knee, 0.016, 0.012)])]
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


def draw_arm(canvas: Canvas, person: Person, arm: Points, covered: float) -> None:
    """An arm and its hand, but for the part ``covered`` by a sleeve (0 to 1 of the arm's length).

    The hand is relaxed, its fingers a little bent inwards.
    """
    t = np.linspace(max(0.0, covered - 0.07), 1.0, 7)
    line = between(arm, t)
    radii = list(np.interp(t, np.linspace(0, 1, len(ARM_RADII)), ARM_RADII))
    limb = tube(line, radii, caps=not covered)
    wrist, way = arm[2], 1 if arm[0][0] > 0 else -1
    hand, ends = _hand(way)
    down = (arm[2] - arm[1]) / np.hypot(*(arm[2] - arm[1]))
    bent = np.array([down[0] - 0.10 * way, down[1]])
    bent /= np.hypot(*bent)
    across = np.array([bent[1], -bent[0]])
    placed = wrist + hand @ np.stack([across, bent])
    shapes = [limb, *(placed[a:b] for a, b in pairwise(ends))]
    layer = canvas.paint(shapes, person.skin, edge=0.28, light=0.35, soft=0.009, drop=0.3)
    palm_end = wrist + 0.5 * HAND * bent
    lines = [
        [palm_end + across * s, palm_end + across * (s * 0.8) + 0.3 * HAND * bent]
        for s in (-0.006, 0.0, 0.006)
    ]
    canvas.crease(lines, 0.22, 0.0016, layer)


@lru_cache(maxsize=2)
def _hand(way: int) -> tuple[Points, list[int]]:
    """Outlines of palm, fingers and thumb, across and along the hand from the wrist; where each ends."""
    across, bent = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    palm_end = 0.5 * HAND * bent
    shapes = [
        tube([(-0.002 * way, -0.020), 0.2 * HAND * bent, palm_end], [0.0125, 0.0150, 0.0135]),
    ]
    for k, spread in enumerate((-0.0090, -0.0030, 0.0030, 0.0090)):
        root = palm_end + across * spread - 0.004 * bent
        length = HAND * (0.44, 0.52, 0.5, 0.4)[k]
        tip = root + length * bent - across * (spread * 0.35)
        shapes.append(tube([root, (root + tip) / 2, tip], [0.0046, 0.0044, 0.0034], steps=3))
    thumb = 0.16 * HAND * bent
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
    return np.concatenate(shapes), [0, *np.cumsum([len(s) for s in shapes]).tolist()]
