"""Where the run comes from: devices, versions, recipe."""

from collections.abc import Mapping
from typing import Any

from zoo.reports.elements.reading import RunFiles, as_text, label
from zoo.reports.elements.tables import groups


def content(files: RunFiles) -> dict[str, Any] | None:
    """For the template; None if ``config.json`` says nothing of it."""
    lists = provenance(files.config)
    return {"groups": lists} if lists else None


def provenance(config: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """How, on what and with which versions the model was trained, as headed lists."""
    names = {name: label(name) for name in ("strategy", "workers", "precision", "deterministic")}
    names |= {"ema": "moving average of weights", "accumulate": "micro-batches a step"}
    names |= {name: label(name) for name in ("recipe", "format")}
    own = [(meaning, as_text(config[name])) for name, meaning in names.items() if name in config]
    lists = [("Run", own)] if own else []
    for name in ("hardware", "versions"):
        value = config.get(name)
        lists += groups(name, value if isinstance(value, dict) else {name: value} if value else {})
    return lists
