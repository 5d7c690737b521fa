"""How garments are cut: outlines on the body, the same whether laid flat or worn."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from zoo.data.sample_catalogue.body import ARM_RADII, LEG_RADII, along, limb_radii, shoulder_line, trunk
from zoo.data.sample_catalogue.fabrics import Fabric
from zoo.data.sample_catalogue.geometry import Points, curve, mirrored, path, sides

WAIST = 0.378

HEMS = {
    "tops": {"short": 0.425, "normal": 0.490, "long": 0.545, "": 0.490},
    "blouses": {"short": 0.440, "normal": 0.500, "long": 0.555, "": 0.500},
    "knitwear": {"short": 0.435, "normal": 0.500, "long": 0.570, "": 0.500},
    "jackets": {"short": 0.445, "normal": 0.520, "long": 0.680, "": 0.520},
    "dresses": {"short": 0.620, "knee": 0.725, "3-4": 0.820, "long": 0.925, "": 0.70},
    "skirts": {"short": 0.595, "knee": 0.715, "3-4": 0.810, "long": 0.920, "": 0.70},
}
TROUSERS = {"short": 0.27, "knee": 0.56, "3-4": 0.80, "long": 1.0, "": 1.0}  # part of the leg
SLEEVES = {"short": 0.30, "half": 0.58, "long": 1.0}  # part of the arm
EASE = {"tight": 0.003, "normal": 0.011, "loose": 0.024, "": 0.011}


@dataclass(frozen=True, eq=False)  # each its own, so that its outlines can be remembered
class Garment:
    """One garment: what the catalogue says of it, its cloth, and the details of its make."""

    category: str
    color: str
    length: str = ""
    sleeve_length: str = ""
    fit: str = ""
    pattern: str = ""
    neckline: str = ""
    fabric: Fabric | None = None
    trim: tuple[float, float, float] = (0, 0, 0)
    make: dict[str, str] = field(default_factory=dict)  # e.g. {"closure": "zip"}

    @property
    def base(self) -> tuple[float, float, float]:
        """The cloth's ground colour."""
        return self.fabric.base if self.fabric else self.trim

    @property
    def upper(self) -> bool:
        """Whether it covers the trunk."""
        return self.category not in ("pants", "skirts")

    @property
    def ease(self) -> float:
        """How far it stands off the body."""
        more = {"jackets": 0.009, "knitwear": 0.005}.get(self.category, 0.0)
        return EASE[self.fit] + more


def neck_points(g: Garment) -> tuple[float, float]:
    """Where the neckline meets the shoulder (distance from the middle) and its depth at the front."""
    x, depth = {
        "round": (0.044, 0.192),
        "v": (0.042, 0.252),
        "deep": (0.054, 0.258),
        "wide": (0.080, 0.184),
        "lines": (0.048, 0.198),
        "back": (0.050, 0.182),
        "": (0.038, 0.172),
    }[g.neckline]
    if g.make.get("closure") == "lapel":
        x, depth = 0.040, 0.300 if g.length != "short" else 0.280
    if g.make.get("collar") == "shirt":
        x, depth = 0.036, 0.186
    return x, depth


@lru_cache(maxsize=16)
def neckline(g: Garment, back: bool) -> Points:
    """The neckline from the left shoulder over the middle to the right one."""
    x, depth = neck_points(g)
    y = shoulder_line(x) - 0.002
    if back:
        depth = 0.300 if g.neckline == "back" else y + 0.010 + (0.006 if g.neckline == "wide" else 0)
    low = depth - y
    if not back and (g.neckline == "v" or g.make.get("closure") == "lapel"):
        right = [(x, y), (x * 0.52, y + low * 0.50), (0.0, depth)]
        half = curve(right)
    elif g.neckline == "deep" and not back:
        half = curve([(x, y), (x * 0.95, y + low * 0.5), (x * 0.62, y + low * 0.90), (0.0, depth)])
    elif g.neckline == "back" and back:
        half = curve([(x, y), (x * 1.02, y + low * 0.45), (x * 0.74, y + low * 0.86), (0.0, depth)])
    else:
        half = curve([(x, y), (x * 0.90, y + low * 0.50), (x * 0.52, y + low * 0.90), (0.0, depth)])
    return np.vstack([half * (-1, 1), half[::-1][1:]])


def side(g: Garment, y: np.ndarray) -> np.ndarray:
    """Half width of the garment at heights ``y``: cut by fit, hung from bust or hips."""
    e = g.ease
    body = trunk(y)
    if g.category in ("dresses", "skirts"):
        top = WAIST - 0.012
        hip = float(trunk(0.49)) + 0.4 * e + 0.003
        hem = HEMS[g.category][g.length]
        if g.fit == "tight":
            skirt = np.interp(y, (top, 0.43, 0.49, 0.60, hem), (0.067, 0.085, hip, hip - 0.001, hip - 0.010))
        else:
            flare = (0.30 if g.fit in ("normal", "") else 0.52) * (0.85 if hem > 0.8 else 1.0)
            at_hip = 0.067 + (0.49 - top) * max(flare, 0.30) * 0.95
            skirt = np.where(
                y < 0.49,
                np.interp(y, (top, 0.40, 0.49), (0.067, 0.072, at_hip)),
                at_hip + (y - 0.49) * flare * 0.55,
            )
        if g.category == "skirts":
            return skirt
        waist = 0.3 if g.fit != "loose" else 0.45
        bodice = np.interp(y, (0.215, 0.262, top), (0.084 + e, 0.087 + e, 0.066 + e * waist))
        return np.where(y < top, bodice, skirt + e * waist * np.clip(1 - (y - top) / 0.1, 0, 1))
    if g.fit == "tight" and g.category != "jackets":
        return body + e + 0.001
    straight = 0.086 + e * (1.15 if g.fit == "loose" else 0.9)
    hang = np.interp(
        y,
        (0.215, 0.262, 0.372, 0.49, 0.70),
        (0.083 + e, straight, straight - 0.010, straight + 0.010, straight + 0.03),
    )
    slim = np.interp(
        y, (0.215, 0.262, 0.372, 0.49, 0.70), (0.083 + e, 0.086 + e, 0.070 + e, 0.099 + e, 0.108 + e)
    )
    return hang if g.fit == "loose" else slim


def shoulder_tip(g: Garment) -> tuple[float, float]:
    """The outermost point of the shoulder seam."""
    if g.sleeve_length in ("", "sleeveless"):
        x = max(0.080, neck_points(g)[0] + 0.012)
        return x, shoulder_line(x) - 0.002
    x = 0.100 + 0.45 * g.ease
    return x, 0.1735 + 0.05 * g.ease


@lru_cache(maxsize=16)
def bodice(g: Garment, back: bool) -> Points:
    """Outline of what covers the trunk, from the neckline to the hem."""
    hem = HEMS[g.category][g.length]
    tip, under = shoulder_tip(g), 0.226 + 0.5 * g.ease
    y = np.linspace(under, hem, 10)
    x = side(g, y)
    if g.sleeve_length in ("", "sleeveless"):
        armhole = curve([tip, (tip[0] - 0.006, 0.198), (x[0] - 0.008, under - 0.008), (x[0], under)])
    else:
        armhole = curve([tip, (tip[0] - 0.004, 0.200), (x[0], under)])
    flank = curve(np.stack([x, y], 1))
    if g.category == "knitwear":  # the rib draws the hem in
        flank[-6:, 0] -= np.linspace(0, 0.5, 6) * g.ease
    sag = 0.010 if hem > 0.6 else 0.005
    if g.category == "blouses" and g.make.get("hem") == "shirt":
        bottom = curve(
            [flank[-1], (x[-1] * 0.86, hem + 0.006), (x[-1] * 0.45, hem + 0.028), (0, hem + 0.030)]
        )
    elif g.category == "jackets":
        bottom = np.array([flank[-1], (0.0, hem + 0.004)])
    else:
        bottom = curve([flank[-1], (x[-1] * 0.55, hem + sag * 0.8), (0.0, hem + sag)])
    right = path(armhole, flank[1:], bottom[1:])
    return path(neckline(g, back), right, right[::-1][1:] * (-1, 1))


def sleeve(g: Garment, arm: Points) -> tuple[list[Points], Points]:
    """A sleeve's outlines on ``arm`` (any side), drawn as one, and its cuff: two points, inner and outer.

    At a sharp bend the whole outline crosses itself and would leave a hole, which the
    outlines of upper and lower half fill.
    """
    way = 1 if arm[0][0] > 0 else -1
    end = SLEEVES[g.sleeve_length]
    e = 0.75 * g.ease + 0.0035
    centre = along(arm * (way, 1), end)
    stand = np.linspace(0.6, 1.0, 7) * e
    if g.make.get("sleeve") == "balloon" and end > 0.5:
        stand = stand + np.array([0, 0.002, 0.005, 0.010, 0.014, 0.014, -0.004])
    if end == 1.0 and (g.category in ("knitwear", "jackets") or g.make.get("collar") == "shirt"):
        stand[-1] *= 0.7
    radii = list(np.array(limb_radii(ARM_RADII, end)) + stand)
    inner, outer = sides(centre, radii)
    if inner[0][0] > outer[0][0]:
        inner, outer = outer, inner
    tip = np.array(shoulder_tip(g))
    under_y = 0.226 + 0.5 * g.ease
    under = np.array([float(side(g, np.array([under_y]))[0]) - 0.003, under_y + 0.004])
    keep_out = outer[len(outer) // (3 if end > 0.4 else 2) :]
    keep_in = inner[inner[:, 1] > under_y + 0.028]
    if len(keep_in) < 2:
        keep_in = inner[-2:]
    bulge = (tip + keep_out[0]) / 2 + (0.005 + 0.06 * g.ease, -0.005)
    shape = path(
        curve([tip, bulge, keep_out[0]])[:-1], keep_out, keep_in[::-1], under, (tip[0] - 0.010, 0.196)
    )
    cuff = np.stack([inner[-1], outer[-1]])
    first, bend = len(inner) // 3, round(0.5 / end * (len(inner) - 1))
    halves = []
    if bend < len(inner) - 1:
        halves = [path(inner[a:b], outer[a:b][::-1]) for a, b in ((first, bend + 1), (bend, len(inner)))]
    return [s * (way, 1) for s in (shape, *halves)], cuff * (way, 1)


@lru_cache(maxsize=8)
def skirt(g: Garment) -> Points:
    """Outline of a skirt from the waistband to the hem."""
    hem = HEMS["skirts"][g.length]
    y = np.linspace(WAIST, hem, 10)
    x = side(g, y)
    sag = 0.006 if g.fit == "tight" else 0.014
    bottom = curve([(x[-1], hem), (x[-1] * 0.6, hem + sag * 0.8), (0, hem + sag)])
    return path(mirrored(path([(0, WAIST + 0.003)], curve(np.stack([x, y], 1)), bottom[1:])))


def trousers(g: Garment, legs: tuple[Points, Points]) -> tuple[list[Points], list[Points]]:
    """Outlines of seat and legs, to be drawn as one, and each leg's hem: its two ends."""
    end = TROUSERS[g.length]
    e = EASE[g.fit]
    y = np.array([WAIST, 0.43, 0.482, 0.520])
    seat_x = np.array([0.066, 0.083, 0.0975, 0.0945]) + np.array([0.1, 0.2, 0.3, 0.3]) * e
    seat = mirrored(
        path(
            [(0, WAIST + 0.003)],
            curve(np.stack([seat_x, y], 1)),
            [(0.040, 0.545), (0.008, 0.548), (0, 0.537)],
        )
    )
    shapes, hems = [seat], []
    for leg in legs:
        low = leg.copy()
        low[2, 1] += 0.012 if g.fit != "loose" else 0.024
        centre = along(low, end)
        flare = {
            "tight": (0.2, 0.6, 0.8, 0.8, 0.9, 0.9, 1.0),
            "normal": (0.3, 0.5, 0.7, 0.95, 0.85, 1.1, 1.6),
        }.get(g.fit if g.fit else "normal", (0.3, 0.5, 0.8, 1.0, 1.15, 1.4, 1.85))
        part = np.interp(np.linspace(0, end, 7), np.linspace(0, 1, 7), flare)
        radii = list(np.array(limb_radii(LEG_RADII, end)) + part * e + 0.001)
        a, b = sides(centre, radii)
        shapes.append(np.vstack([a, b[::-1]]))
        hems.append(np.stack([a[-1], b[-1]]))
    return shapes, hems
