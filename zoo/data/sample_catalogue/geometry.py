"""Curves and outlines in body units: x to the right, y down, one unit is the person's height."""

import numpy as np

Points = np.ndarray  # (n, 2) float64


def curve(points: Points | list, closed: bool = False, steps: int = 6) -> Points:
    """Catmull-Rom spline through ``points``, (n, 2) -> (m, 2)."""
    p = np.asarray(points, dtype=np.float64)
    if len(p) < 3:
        return p
    if closed:
        before, start, end, after = np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)
    else:
        q = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
        before, start, end, after = q[:-3], q[1:-2], q[2:-1], q[3:]
    t = (np.arange(steps) / steps)[None, :, None]
    a, b, c, d = (x[:, None, :] for x in (before, start, end, after))
    made = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    made = made.reshape(-1, 2)
    return made if closed else np.vstack([made, p[-1:]])


def mirrored(points: Points | list) -> Points:
    """Outline made whole: ``points`` down the right side, then the same up the left side."""
    p = np.asarray(points, dtype=np.float64)
    return np.vstack([p, p[::-1] * (-1, 1)])


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
