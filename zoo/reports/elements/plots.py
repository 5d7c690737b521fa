"""Plots of the page, as SVG."""

import base64
import io
import logging
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from zoo.reports.elements.reading import label

POINTS = 1200  # of a curve: more than a panel has pixels
COLOURS = ("#0f5c56", "#c2571a", "#5b4b9a", "#8a8d2b", "#a03561", "#3a78b5")


def thinned(steps: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most ``POINTS`` means of neighbours."""
    if len(steps) <= POINTS:
        return steps, values
    parts = np.linspace(0, len(steps), POINTS + 1).astype(int)[:-1]
    sizes = np.diff([*parts, len(steps)])
    return np.add.reduceat(steps, parts) / sizes, np.add.reduceat(values, parts) / sizes


def smoothed(values: np.ndarray, width: int) -> np.ndarray:
    """Mean over ``width`` neighbours, fewer at the ends."""
    kernel = np.ones(width)
    return np.convolve(values, kernel, "same") / np.convolve(np.ones(len(values)), kernel, "same")


def description(title: str, lines: Mapping[str, np.ndarray]) -> str:
    """The plot in words, for those who cannot see it."""
    ends = []
    for name, recorded in lines.items():
        values = recorded[np.isfinite(recorded)]
        ends.append(f"{label(name)} from {values[0]:.3g} to {values[-1]:.3g}")
    return f"{title}: {'; '.join(ends)}"


def draw(
    steps: np.ndarray,
    lines: Mapping[str, np.ndarray],
    width: int,
    key: str,
    size: tuple[float, float] = (5.6, 2.9),
    marked: float | None = None,
) -> str:
    """One panel as an SVG data address, of ``size`` in inches; the point of step ``marked`` in a ring."""
    _without_home()
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    grey = "#77777c"
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": key, "font.size": 9.5}):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        short = short_labels(list(lines))
        for (name, values), colour in zip(lines.items(), _cycled(COLOURS, len(lines)), strict=True):
            finite = np.isfinite(values)
            x, y = steps[finite], values[finite]
            if width > 1:
                axes.plot(*thinned(x, y), color=colour, alpha=0.22, linewidth=0.8)
            smooth = smoothed(y, min(width, len(y)))
            axes.plot(*thinned(x, smooth), color=colour, linewidth=1.9, label=_escaped(short[name]))
            if (at := x == marked).any():
                ring = {"markerfacecolor": "white", "markeredgecolor": colour, "markeredgewidth": 2}
                axes.plot(x[at], y[at], "o", markersize=8, clip_on=False, **ring)
        if marked is not None:
            axes.axvline(marked, color=grey, linewidth=0.8, linestyle=(0, (2, 3)), zorder=0)
        if key.startswith("4"):
            axes.set_ylim(-0.03, 1.03)
            axes.axhline(0.5, color=grey, linewidth=0.8, linestyle=(0, (2, 3)))
        axes.margins(x=0.01)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.grid(axis="y", color="#ecebe7", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(length=0, colors=grey, pad=5)
        for side in axes.spines:
            axes.spines[side].set_visible(side == "bottom")
        axes.spines["bottom"].set_color("#d5d3ce")
        axes.set_xlabel("step", color=grey, loc="right", fontsize=9)
        if len(lines) > 1:
            axes.legend(
                frameon=False,
                ncols=min(len(lines), 4),
                loc="lower left",
                bbox_to_anchor=(-0.02, 1.0),
                handlelength=1.3,
                columnspacing=1.4,
                borderaxespad=0.2,
                labelcolor="#3c3c40",
            )
        content = io.StringIO()
        figure.savefig(content, format="svg", transparent=True, metadata={"Date": None})
    font = 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, "Liberation Sans", sans-serif'.replace(
        '"', "'"
    )
    text = re.sub(r"'DejaVu Sans'[^;\"]*", font, content.getvalue())
    return f"data:image/svg+xml;base64,{base64.b64encode(text.encode()).decode()}"


def _cycled(items: Sequence[str], count: int) -> list[str]:
    return [items[i % len(items)] for i in range(count)]


def _escaped(text: str) -> str:
    """A label that matplotlib takes literally: no mathematics, no hidden legend entry."""
    return text.replace("$", r"\$").lstrip("_") or "?"


def short_labels(names: list[str]) -> dict[str, str]:
    """Legend labels, without what every name of the panel begins or ends with."""
    parts = [name.split("_") for name in names]
    least = min(map(len, parts))
    if len(names) < 2 or least < 2:
        return {name: label(name) for name in names}
    head = next((i for i in range(least) if len({part[i] for part in parts}) > 1), least - 1)
    tail = next((i for i in range(least - head) if len({part[-1 - i] for part in parts}) > 1), 0)
    return {
        name: " ".join(part[head : len(part) - tail]) or name for name, part in zip(names, parts, strict=True)
    }


def _without_home() -> None:
    """Let matplotlib be imported, in silence, where it has no home to keep its cache in.

    It then makes a temporary folder, and logs that it does.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        Path.home()
    except RuntimeError:
        os.environ.setdefault("MPLCONFIGDIR", os.devnull)
