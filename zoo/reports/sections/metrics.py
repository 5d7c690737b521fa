"""Metrics of the evaluation beside those of its baselines."""

from collections.abc import Mapping, Sequence
from typing import Any

from zoo.evaluation.metrics import NOT_METRICS, in_order, metric
from zoo.io.paths import path_inside
from zoo.reports.elements.pictures import open_picture, shown_grid
from zoo.reports.elements.reading import RunFiles, as_lines, as_number, as_text
from zoo.reports.elements.verdict import REFERENCES, Values, reaches, verdict


def content(files: RunFiles) -> dict[str, Any]:
    """For the template; ``evaluation`` is None if nothing was measured."""
    return {"evaluation": evaluation(files), "unit": files.unit}


def evaluation(files: RunFiles) -> dict[str, Any] | None:
    """The table of metrics with the best of each row marked, the verdict, and how it was measured."""
    values = files.evaluation.get("figures")
    if not values:
        return None
    columns = sorted(values, key=lambda name: name != "model")  # the model first, the others as they come
    targets = targets_of(files.evaluation)
    return {
        "verdict": verdict(values, targets),
        "columns": columns,
        "rows": [_row(name, values, columns, targets) for name in _names(values, targets)],
        "targets": bool(targets),
        "basis": _basis(files.evaluation, files.unit),
        "picture": _picture(files),
    }


def targets_of(content: Mapping[str, Any]) -> dict[str, float]:
    """The least value that each metric should have, as far as ``evaluation.json`` has any."""
    targets = {each["figure"]: as_number(each["at_least"]) for each in content.get("targets", ())}
    return {name: least for name, least in targets.items() if least is not None}


def _names(values: Values, targets: Mapping[str, float]) -> list[str]:
    """Names of what was measured or should have been."""
    measured = [
        name
        for of_one in values.values()
        for name, value in of_one.items()
        if name not in NOT_METRICS and isinstance(value, int | float)
    ]
    return in_order(dict.fromkeys([*measured, *targets]))


def _row(name: str, values: Values, columns: Sequence[str], targets: Mapping[str, float]) -> dict[str, Any]:
    each = metric(name)
    numbers = {column: as_number(values[column].get(name)) for column in columns}
    rivals = [number for column, number in numbers.items() if number is not None and column not in REFERENCES]
    best = None
    if each.better is not None and len(rivals) > 1:
        best = (min if each.better == "less" else max)(rivals)
    cells = [
        (
            "–" if number is None else each.format(number),
            best is not None and number == best and column not in REFERENCES,
        )
        for column, number in numbers.items()
    ]
    target = None
    if name in targets:
        reached = reaches(values.get("model", {}), name, targets)
        target = (f"at least {each.format_target(targets[name])}", reached)
    return {"name": each.heading, "detail": each.detail, "cells": cells, "target": target}


def _basis(content: Mapping[str, Any], unit: str) -> str:
    """What was measured, where and how: step, pairs or images, size, and the protocol's own sentences."""
    n, step = as_number(content.get("n")), as_number(content.get("step"))
    counted = as_text(content.get("counted") or f"held-out {unit}")
    parts = []
    if n is not None:
        parts.append(f"Measured on {n:,.0f} {counted}")
    if step is not None:
        parts.append(f"{'at' if parts else 'Measured at'} step {step:,.0f}")
    if content.get("size") and parts:
        parts.append(f"at {as_text(content['size'])} pixels (height × width)")
    sentence = " ".join(parts) + "." if parts else ""
    return " ".join(filter(None, (sentence, *as_lines(content.get("protocol")))))


def _picture(files: RunFiles) -> dict[str, Any] | None:
    """The grid that the evaluation names, which must lie inside the run directory."""
    name = files.evaluation.get("samples")
    if not name:
        return None
    try:
        path = path_inside(files.run, name)
    except ValueError:
        files.warnings.append(
            f"evaluation.json names {name}, which is not in the run directory; it is not shown."
        )
        return None
    opened = open_picture(path, files.warnings)
    return None if opened is None else shown_grid(*opened)
