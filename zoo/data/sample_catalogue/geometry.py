"""Curves and outlines in body units: x to the right, y down, one unit is the person's height."""

from functools import lru_cache

import numpy as np

Points = np.ndarray  # (n, 2) float64


_ARC = np.linspace(0, np.pi, 9)[1:-1, None]
_COS, _SIN = np.cos(_ARC), np.sin(_ARC)
_bases: dict[int, np.ndarray] = {}
_known: dict[tuple, Points] = {}  # curves come again and again: a face has the same ones in every shot


def _basis(steps: int) -> np.ndarray:
    """Catmull-Rom weights, (steps, 4), of the points before, at, after and beyond."""
    if steps not in _bases:
        t = (np.arange(steps) / steps)[:, None]
        _bases[steps] = 0.5 * np.hstack(
            [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]
        )
    return _bases[steps]


def curve(points: Points | list, closed: bool = False, steps: int = 6) -> Points:
    """Catmull-Rom spline through ``points``, (n, 2) -> (m, 2)."""
    if isinstance(points, list) and all(type(q) is tuple for q in points):  # spares making an array
        key = (*points, closed, steps)
        if key in _known:
            return _known[key].copy()
        p = np.asarray(points, dtype=np.float64)
    else:
        p = np.asarray(points, dtype=np.float64)
        key = (p.tobytes(), closed, steps)
    if len(p) < 3:
        return p
    if key in _known:
        return _known[key].copy()
    ends = (p[-1:], p[:2]) if closed else (2 * p[:1] - p[1:2], 2 * p[-1:] - p[-2:-1])
    q = np.concatenate([ends[0], p, ends[1]])
    n = len(q) - 3
    four = np.stack([q[0:n], q[1 : n + 1], q[2 : n + 2], q[3 : n + 3]], 1)  # (n, 4, 2)
    curve = (_basis(steps) @ four).reshape(-1, 2)
    if not closed:
        curve = np.concatenate([curve, p[-1:]])
    if len(_known) > 4000:
        _known.clear()
    _known[key] = curve
    return curve.copy()


def mirrored(points: Points | list) -> Points:
    """Outline made whole: ``points`` down the right side, then the same up the left side."""
    p = np.asarray(points, dtype=np.float64)
    return np.concatenate([p, p[::-1] * (-1, 1)])


def moved(points: Points | list, x: float, y: float) -> Points:
    """``points`` (or one point) shifted."""
    return np.asarray(points, dtype=np.float64) + np.array([x, y])


def flipped(points: Points | list) -> Points:
    """``points`` on the other side of the body."""
    return np.asarray(points, dtype=np.float64) * (-1, 1)


@lru_cache(maxsize=256)
def _steps(end: float, count: int) -> np.ndarray:
    return np.linspace(0, end, count)


@lru_cache(maxsize=64)
def _circle(count: int) -> Points:
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([np.cos(t), np.sin(t)], 1)


def sides(centre: Points | list, radii: list[float], steps: int = 6) -> tuple[Points, Points]:
    """Both edges, (n, 2) each, of a limb along ``centre`` with a radius at each of its points."""
    c = curve(centre, steps=steps)
    r = np.interp(_steps(len(radii) - 1, len(c)), _steps(len(radii) - 1, len(radii)), radii)
    along = np.empty_like(c)
    np.subtract(c[2:], c[:-2], out=along[1:-1])
    along[0], along[-1] = c[1] - c[0], c[-1] - c[-2]
    r /= np.hypot(along[:, 0], along[:, 1]) + 1e-12
    across = np.empty_like(c)
    np.multiply(along[:, 1], -r, out=across[:, 0])
    np.multiply(along[:, 0], r, out=across[:, 1])
    return c + across, c - across


def tube(centre: Points | list, radii: list[float], steps: int = 6, caps: bool = True) -> Points:
    """Outline of a limb along ``centre``, with round ends when ``caps``."""
    left, right = sides(centre, radii, steps)
    if not caps:
        return np.concatenate([left, right[::-1]])

    def cap(start: Points, end: Points) -> Points:
        middle, arm = (start + end) / 2, (start - end) / 2
        turned = np.array([arm[1], -arm[0]])
        return middle + arm * _COS + turned * _SIN

    return np.concatenate([left, cap(left[-1], right[-1]), right[::-1], cap(right[0], left[0])])


def ellipse(x: float, y: float, rx: float, ry: float, count: int = 24) -> Points:
    """Ellipse about (x, y)."""
    return _circle(count) * (rx, ry) + (x, y)


def path(*parts: Points | list) -> Points:
    """Parts laid end to end, with a corner wherever two meet."""
    return np.concatenate([np.asarray(p, dtype=np.float64).reshape(-1, 2) for p in parts])
