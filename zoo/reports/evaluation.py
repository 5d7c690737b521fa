"""Figures of the evaluation beside those of its baselines, and the verdict in a sentence."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zoo.evaluation.metrics import METRICS, NOT_METRICS, in_order, metric
from zoo.io.paths import path_inside
from zoo.reports.pictures import open_picture, shown_grid
from zoo.reports.reading import as_lines, as_number, as_text

# Measured like a model to show what can be had; none of them does its task, so none is to be beaten.
REFERENCES = ("real images", "unchanged input")


def evaluation_table(
    evaluation: Mapping[str, Any], run: Path, unit: str, warnings: list[str]
) -> dict[str, Any] | None:
    """Figures of the model and its baselines, the best of each row marked; None if nothing was measured.

    ``unit`` is what ``n`` counts, "pairs" or "images". Where ``evaluation`` has "targets", a list of
    {"figure": name, "at_least": value}, ``wanted`` of a row is (bar, whether it was reached), or None.
    """
    figures = evaluation.get("figures")
    if not figures:
        return None
    columns = sorted(figures, key=lambda name: name != "model")  # the model first, the others as they come
    bars = targets(evaluation)
    names = dict.fromkeys(
        key
        for values in figures.values()
        for key, value in values.items()
        if key not in NOT_METRICS and isinstance(value, int | float)
    )
    rows = []
    for name in in_order([*(names | dict.fromkeys(bars))]):
        known = metric(name)
        values = [as_number(figures[column].get(name)) for column in columns]
        rivals = [
            value
            for column, value in zip(columns, values, strict=True)
            if value is not None and column not in REFERENCES
        ]
        best = _best(known.better, rivals)
        marks = [
            best is not None and value == best and column not in REFERENCES
            for column, value in zip(columns, values, strict=True)
        ]
        texts = ["–" if value is None else known.format(value) for value in values]
        reached = _reached(figures.get("model", {}), name, bars)
        rows.append(
            {
                "name": known.heading,
                "detail": known.detail,
                "cells": list(zip(texts, marks, strict=True)),
                "wanted": (f"at least {known.format_target(bars[name])}", reached) if name in bars else None,
            }
        )
    return {
        "verdict": " ".join(filter(None, (reached_or_not(figures, bars), verdict(figures, bool(bars))))),
        "columns": columns,
        "rows": rows,
        "wanted": bool(bars),
        "basis": _basis(evaluation, unit),
        "picture": _held_out(evaluation.get("samples"), run, warnings),
    }


def _best(better: str | None, values: Sequence[float]) -> float | None:
    """The best of two or more values; None where there are fewer, or no direction is better."""
    if better is None or len(values) < 2:
        return None
    return (min if better == "less" else max)(values)


def targets(evaluation: Mapping[str, Any]) -> dict[str, float]:
    """The least value that is wanted of each figure, as far as ``evaluation`` has any."""
    found = {target["figure"]: as_number(target["at_least"]) for target in evaluation.get("targets", ())}
    return {name: least for name, least in found.items() if least is not None}


def _reached(model: Mapping[str, Any], name: str, bars: Mapping[str, float]) -> bool:
    """Whether the model's figure is known and no less than wanted."""
    value = as_number(model.get(name))
    return value is not None and name in bars and value >= bars[name]


def reached_or_not(figures: Mapping[str, Mapping[str, Any]], bars: Mapping[str, float]) -> str:
    """Which figures of the model are as high as was wanted, in one sentence; none without such wishes."""
    if not bars:
        return ""
    model, met, missed = figures.get("model", {}), [], []
    for name in in_order(list(bars)):
        known, value = metric(name), as_number(model.get(name))
        said = "not measured" if value is None else known.format(value)
        text = f"{known.short} ({said}, wanted at least {known.format_target(bars[name])})"
        (met if _reached(model, name, bars) else missed).append(text)
    if not missed:
        return f"The model reaches all that was wanted: {_listed(met)}."
    if not met:
        return f"The model reaches nothing of what was wanted: {_listed(missed)}."
    return f"The model reaches {_listed(met)}; it misses {_listed(missed)}."


def _basis(evaluation: Mapping[str, Any], unit: str) -> str:
    """What was measured: step, pairs or images, size and the protocol in its own words."""
    n, step = as_number(evaluation.get("n")), as_number(evaluation.get("step"))
    counted = as_text(evaluation.get("counted") or f"held-out {unit}")
    parts = []
    if n is not None:
        parts.append(f"Measured on {n:,.0f} {counted}")
    if step is not None:
        parts.append(f"{'at' if parts else 'Measured at'} step {step:,.0f}")
    if evaluation.get("size") and parts:
        parts.append(f"at {as_text(evaluation['size'])} pixels (height × width)")
    sentence = " ".join(parts) + "." if parts else ""
    return " ".join(filter(None, (sentence, *as_lines(evaluation.get("protocol")))))


def _held_out(name: str | None, run: Path, warnings: list[str]) -> dict[str, Any] | None:
    """The grid that the evaluation names, which must lie inside the run directory."""
    if not name:
        return None
    try:
        path = path_inside(run, name)
    except ValueError:
        warnings.append(f"evaluation.json names {name}, which is not in the run directory; it is not shown.")
        return None
    opened = open_picture(path, warnings)
    return None if opened is None else shown_grid(*opened)


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def verdict(figures: Mapping[str, Mapping[str, Any]], judged: bool = False) -> str:
    """Whether the model beats its baselines, figure by figure, in one sentence.

    ``figures`` maps "model" and each baseline's name to its figures, as in ``evaluation.json``.
    A tie is not a win; a figure that either side lacks is not judged. ``REFERENCES`` are no
    baselines. ``judged`` says that other words have judged the model, so that no baseline is no lack.
    """
    references = [name for name in figures if name in REFERENCES]
    baselines = [name for name in figures if name != "model" and name not in REFERENCES]
    if "model" not in figures:
        return "The model itself has not been measured."
    if not baselines and references:
        return f"For comparison: the same figures of {_listed([f'the {name}' for name in references])}."
    if not baselines:
        return "" if judged else "No baseline was measured, so these figures stand alone."
    rivals = {1: f"the {baselines[0]}", 2: "both baselines"}.get(
        len(baselines), f"all {len(baselines)} baselines"
    )
    won, lost, broken = [], [], []
    for key, known in METRICS.items():
        others = {base: as_number(figures[base].get(key)) for base in baselines}
        others = {base: value for base, value in others.items() if value is not None}
        value = as_number(figures["model"].get(key))
        if not others:
            continue
        if value is None:
            broken.append(known.short)
            continue
        sign = -1 if known.better == "less" else 1
        ahead = [base for base, other in others.items() if sign * other >= sign * value]
        if ahead:
            lost.append(f"{known.short} ({_listed(ahead)})")
        else:
            won.append(known.short)
    if not won + lost + broken:
        return "The model and its baselines have no figure in common."
    if won and not lost + broken:
        every = "in every figure: " if len(won) > 1 else "in "
        return f"The model beats {rivals} {every}{_listed(won)}."
    sentence = f"The model beats {rivals} in {_listed(won) if won else 'no figure'}"
    if lost:
        sentence += f"; it is beaten or matched in {_listed(lost)}"
    if broken:
        sentence += f"; its {_listed(broken)} could not be measured"
    return sentence + "."
