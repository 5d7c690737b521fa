"""Curves and outlines in body units: x to the right, y down, one unit is the person's height."""

import numpy as np

Points = np.ndarray  # (n, 2) float64


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
    p = np.asarray(points, dtype=np.float64)
    if len(p) < 3:
        return p
    key = (p.tobytes(), closed, steps)
    if key in _known:
        return _known[key].copy()
    ends = (p[-1:], p[:2]) if closed else (2 * p[:1] - p[1:2], 2 * p[-1:] - p[-2:-1])
    q = np.concatenate([ends[0], p, ends[1]])
    n = len(q) - 3
    four = np.stack([q[0:n], q[1 : n + 1], q[2 : n + 2], q[3 : n + 3]], 1)  # (n, 4, 2)
    made = (_basis(steps) @ four).reshape(-1, 2)
    if not closed:
        made = np.concatenate([made, p[-1:]])
    if len(_known) > 4000:
        _known.clear()
    _known[key] = made
    return made.copy()


def mirrored(points: Points | list) -> Points:
    """Outline made whole: ``points`` down the right side, then the same up the left side."""
    p = np.asarray(points, dtype=np.float64)
    return np.vstack([p, p[::-1] * (-1, 1)])


def moved(points: Points | list, x: float, y: float) -> Points:
    """``points`` (or one point) shifted."""
    return np.asarray(points, dtype=np.float64) + np.array([x, y])


def flipped(points: Points | list) -> Points:
    """``points`` on the other side of the body."""
    return np.asarray(points, dtype=np.float64) * (-1, 1)


def sides(centre: Points | list, radii: list[float], steps: int = 6) -> tuple[Points, Points]:
    """Both edges, (n, 2) each, of a limb along ``centre`` with a radius at each of its points."""
    c = curve(centre, steps=steps)
    r = np.interp(np.linspace(0, len(radii) - 1, len(c)), np.arange(len(radii)), radii)[:, None]
    along = np.gradient(c, axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None] + 1e-12
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    return c + across * r, c - across * r


def tube(centre: Points | list, radii: list[float], steps: int = 6, caps: bool = True) -> Points:
    """Outline of a limb along ``centre``, with round ends when ``caps``."""
    left, right = sides(centre, radii, steps)
    if not caps:
        return np.vstack([left, right[::-1]])
    half = np.linspace(0, np.pi, 9)[1:-1, None]

    def cap(here: Points, there: Points) -> Points:
        middle, arm = (here + there) / 2, (here - there) / 2
        turned = np.array([arm[1], -arm[0]])
        return middle + arm * np.cos(half) + turned * np.sin(half)

    return np.vstack([left, cap(left[-1], right[-1]), right[::-1], cap(right[0], left[0])])


def ellipse(x: float, y: float, rx: float, ry: float, count: int = 24) -> Points:
    """Ellipse about (x, y)."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([x + rx * np.cos(t), y + ry * np.sin(t)], 1)


def path(*parts: Points | list) -> Points:
    """Parts laid end to end, with a corner wherever two meet."""
    return np.vstack([np.asarray(p, dtype=np.float64).reshape(-1, 2) for p in parts])
