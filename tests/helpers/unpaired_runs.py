"""Runs of models without pairs, as the page sees them."""

import json
from pathlib import Path
from typing import Any

from report_pages import Page, page_of


def without_pairs(run: Path, data: dict[str, Any], evaluation: dict[str, Any]) -> Page:
    """The run with other data and another evaluation, as a model without pairs writes them."""
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps(config | {"data": data}))
    (run / "evaluation.json").write_text(json.dumps(evaluation))
    (run / "held_out.csv").write_text("step,target_accuracy\n100,0.2\n200,0.8125\n")
    best = {"metric": "target_accuracy", "step": 200, "value": 0.8125}
    (run / "checkpoints" / "best.json").write_text(json.dumps(best))
    return page_of(run)


LABELLED = {"images": 6000, "training_images": 5800, "held_out_images": 200}
DOMAINS = {"a": {"name": "unicolors", "images": 2310}, "b": {"name": "stripes", "images": 1420}}
TRANSLATED = {
    "step": 200,
    "n": 200,
    "figures": {
        "model": {"accuracy color": 0.87, "kept_accuracy": 0.9, "target_accuracy": 0.8125},
        "real images": {"target_accuracy": 0.97, "accuracy color": 0.985},
        "unchanged input": {"target_accuracy": 0.012, "kept_accuracy": 0.968},
    },
    "targets": [
        {"figure": "target_accuracy", "at_least": 0.8},
        {"figure": "kept_accuracy", "at_least": 0.95},
        {"figure": "silhouette_iou", "at_least": 0.85},
    ],
}
