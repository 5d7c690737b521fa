"""Losses over the training, and metrics on held-out examples from checkpoint to checkpoint."""

import re
from typing import Any

import numpy as np

from zoo.evaluation.metrics import NOT_METRICS, metric
from zoo.reports.elements.plots import description, draw
from zoo.reports.elements.reading import Metrics, RunFiles, as_number, label, read_metrics

SMALL = (3.7, 2.5)  # inches: three beside each other


def content(files: RunFiles) -> dict[str, Any]:
    """For the template."""
    panels, explanation = losses(files.metrics)
    return {
        "panels": panels,
        "explanation": explanation,
        "held_out": held_out(files),
        "unit": files.unit,
    }


def losses(metrics: Metrics) -> tuple[list[dict[str, str]], str]:
    """A panel for each group of losses, and how to read the lines."""
    groups: dict[tuple[str, str], dict[str, np.ndarray]] = {}
    for name, values in metrics.columns.items():
        if name not in ("epoch", "seconds", "images_per_second") and np.isfinite(values).sum() > 1:
            groups.setdefault(_panel(name), {})[name] = values
    if not groups:
        return [], ""
    width = min(len(metrics.steps), max(1, len(metrics.steps) // 25)) | 1
    width = min(width, len(metrics.steps))
    panels = [
        {
            "title": title,
            "source": draw(metrics.steps, lines, width, key),
            "alt": description(title, lines),
            "note": "",
        }
        for (key, title), lines in sorted(groups.items())
    ]
    for panel, (key, _) in zip(panels, sorted(groups), strict=True):
        if key.startswith("4"):
            panel["note"] = "A discriminator that cannot tell gives 0.5 to both."
    smooth = (
        f" Strong lines: means over {width} neighbouring rows; faint lines: as recorded." if width > 1 else ""
    )
    return panels, f"Over training steps.{smooth}"


def _panel(name: str) -> tuple[str, str]:
    """The key and title of the panel in which a column of losses belongs."""
    first, _, rest = name.partition("_")
    kind = rest.partition("_")[0]
    if name.endswith("_probability"):
        return "4 probability", "What the discriminator thinks: D(real) and D(fake)"
    if first in ("d", "discriminator"):
        return "1 discriminator", "Discriminator loss"
    if first in ("g", "generator") and kind == "adversarial":
        return "2 adversarial", "Generator: adversarial loss"
    if first in ("g", "generator") and kind:
        title = kind.upper() if re.fullmatch(r"l\d", kind) else kind
        return f"3 {kind}", f"Generator: {title} loss"
    return f"5 {first}", label(first if rest else name).capitalize()


def held_out(files: RunFiles) -> list[dict[str, str]]:
    """A panel for each metric of ``held_out.csv``, the best checkpoint of ``best.json`` in a ring."""
    measured = read_metrics(files.run / "held_out.csv", files.warnings)
    step = as_number(files.best.get("step"))
    panels = []
    for name, values in measured.columns.items():
        if name in NOT_METRICS or np.isfinite(values).sum() < 2:
            continue
        known = metric(name)
        title = f"{known.title}, %" if known.percent else known.heading
        at = values[(measured.steps == step) & np.isfinite(values)]
        notes = [f"{known.detail[0].upper()}{known.detail[1:]}." if known.detail else ""]
        notes.append(f"The best checkpoint, ringed, has {known.format(at[0])}." if len(at) else "")
        shown = 100 * values if known.percent else values
        panels.append(
            {
                "title": title,
                "source": draw(measured.steps, {name: shown}, 1, f"held out {name}", SMALL, step),
                "alt": description(f"Held out, {title}", {name: shown}),
                "note": " ".join(filter(None, notes)),
            }
        )
    return panels
