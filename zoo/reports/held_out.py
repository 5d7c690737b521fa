"""How the figures on held-out pairs went from checkpoint to checkpoint, and which was the best."""

from pathlib import Path

import numpy as np

from zoo.evaluation.metrics import NOT_METRICS, metric
from zoo.reports.curves import draw, told
from zoo.reports.reading import as_number, read_json_or_none, read_metrics

SMALL = (3.7, 2.5)  # inches: three beside each other


def held_out(run: Path, warnings: list[str]) -> tuple[list[dict[str, str]], list[tuple[str, str, str]]]:
    """A panel for each figure of ``held_out.csv``, and the best checkpoint as a key fact, if there is one.

    ``checkpoints/best.json`` holds the best one's step, and the metric and value that made it so.
    """
    measured = read_metrics(run / "held_out.csv", warnings)
    best = read_json_or_none(run / "checkpoints" / "best.json", "best", warnings) or {}
    step, value = as_number(best.get("step")), as_number(best.get("value"))
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
                "alt": told(f"Held out, {title}", {name: shown}),
                "note": " ".join(filter(None, notes)),
            }
        )
    if step is None:
        return panels, []
    known = metric(best["metric"])
    detail = f"by held-out {known.heading}" + ("" if value is None else f", {known.format(value)}")
    return panels, [("Best checkpoint", f"step {step:,.0f}", detail)]
