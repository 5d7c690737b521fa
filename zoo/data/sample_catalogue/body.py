"""One body for all: its outline, its joints in a pose, from which garments are cut flat and worn."""

from dataclasses import dataclass

import numpy as np

from zoo.data.sample_catalogue.geometry import Points

SHOULDER = (0.089, 0.192)
UPPER, FORE, HAND = 0.165, 0.140, 0.080  # lengths of the arm's parts
HIP = (0.047, 0.480)
FLOOR = 0.985

# Half widths of the trunk by height; the seven and a half heads of a drawing manual, slim.
TRUNK_Y = (0.215, 0.262, 0.320, 0.372, 0.430, 0.490, 0.540)
TRUNK_X = (0.080, 0.084, 0.071, 0.064, 0.080, 0.095, 0.094)

ARM_RADII = [0.025, 0.0235, 0.021, 0.0185, 0.0195, 0.0165, 0.0125]
LEG_RADII = [0.050, 0.044, 0.035, 0.029, 0.0305, 0.025, 0.0155]


def trunk(y: float | np.ndarray) -> np.ndarray:
    """Half width of the body at height ``y``."""
    return np.interp(y, TRUNK_Y, TRUNK_X)


def shoulder_line(x: float) -> float:
    """Height of the shoulders' upper edge at distance ``x`` from the middle."""
    return float(np.interp(x, (0.026, 0.036, 0.060, 0.092, 0.104), (0.138, 0.151, 0.160, 0.170, 0.182)))


@dataclass(frozen=True)
class Pose:
    """Joints of both sides, (3, 2) an arm (shoulder, elbow, wrist) and a leg (hip, knee, ankle).

    ``arms[0]`` and ``legs[0]`` lie at x > 0, in the image's right half.
    """

    arms: tuple[Points, Points]
    legs: tuple[Points, Points]
    turn: float = 0.0  # how far the face looks aside, -1 to 1


def _arm(upper: float, fore: float, side: int) -> Points:
    """Arm whose parts leave the vertical by these degrees, outwards."""
    shoulder = np.array(SHOULDER)
    u, f = np.radians(upper), np.radians(fore)
    elbow = shoulder + UPPER * np.array([np.sin(u), np.cos(u)])
    wrist = elbow + FORE * np.array([np.sin(f), np.cos(f)])
    return np.stack([shoulder, elbow, wrist]) * (side, 1)


def _leg(knee: float, ankle: float, side: int, lift: float = 0.0) -> Points:
    return np.array([HIP, (knee, 0.728), (ankle, 0.938 - lift)]) * (side, 1)


FLAT = Pose(
    arms=(_arm(25, 21, 1), _arm(25, 21, -1)),
    legs=(_leg(0.057, 0.064, 1), _leg(0.057, 0.064, -1)),
)


def stance(rng: np.random.Generator) -> Pose:
    """A pose as of a catalogue: arms hanging or a hand on the hip, one leg taking the weight."""
    arms = []
    for side in (1, -1):
        upper = rng.uniform(9, 17)
        arms.append((upper, upper - rng.uniform(2, 11), side))
    if rng.random() < 0.16:
        side = int(rng.integers(2))
        arms[side] = (rng.uniform(38, 44), -rng.uniform(44, 52), arms[side][2])
    narrow, weight = rng.uniform(0.036, 0.050), int(rng.integers(2))
    legs = []
    for k, side in enumerate((1, -1)):
        ankle = narrow + (rng.uniform(0.004, 0.022) if k != weight else 0.0)
        legs.append(_leg((0.047 + ankle) / 2 + rng.uniform(-0.001, 0.004), ankle, side))
    return Pose(
        arms=tuple(_arm(*a) for a in arms), legs=(legs[0], legs[1]), turn=float(rng.uniform(-0.8, 0.8))
    )


def along(joints: Points, end: float) -> Points:
    """Centre line of a limb to the part ``end`` of its length; seven points when whole."""
    return between(joints, np.linspace(0, end, 7))


def between(joints: Points, parts: np.ndarray) -> Points:
    """Points of a limb at ``parts`` of its length."""
    line = np.empty((len(parts), 2))
    for k in (0, 1):
        line[:, k] = np.interp(parts, (0, 0.5, 1.0), joints[:, k])
    return line


def limb_radii(radii: list[float], end: float) -> list[float]:
    """The radii of ``along(joints, end)``."""
    return list(np.interp(np.linspace(0, end, 7), np.linspace(0, 1, len(radii)), radii))
