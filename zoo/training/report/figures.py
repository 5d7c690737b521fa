"""Figures of the evaluation beside those of its baselines, and the verdict in a sentence."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zoo.paths import path_inside
from zoo.training.report.pictures import open_picture, shown_grid
from zoo.training.report.reading import as_lines, as_mapping, as_number, as_text, label

# Name on the page, what it says, whether less is better, digits.
FIGURES = {
    "l1": ("L1", "less is better", True, 3),
    "psnr": ("PSNR, dB", "more is better", False, 2),
    "ssim": ("SSIM", "more is better", False, 3),
    "fid": ("FID", "less is better", True, 1),
    "kid": ("KID", "less is better", True, 4),
    "lpips": ("LPIPS", "less is better", True, 3),
}
NOT_FIGURES = ("n", "size", "step", "seconds")


def evaluation_table(evaluation: Mapping[str, Any], run: Path, warnings: list[str]) -> dict[str, Any] | None:
    """Figures of the model and its baselines, the best of each row marked; None if nothing was measured."""
    figures = {
        str(name): as_mapping(values) for name, values in as_mapping(evaluation.get("figures")).items()
    }
    if not figures:
        return None
    columns = sorted(figures, key=lambda name: name != "model")  # the model first, the others as they come
    names = dict.fromkeys(
        key
        for values in figures.values()
        for key, value in values.items()
        if key not in NOT_FIGURES and isinstance(value, int | float)
    )
    rows = []
    for name in sorted(
        names, key=lambda name: list(FIGURES).index(name) if name in FIGURES else len(FIGURES)
    ):
        title, detail, less, digits = FIGURES.get(name, (label(name), "", None, 3))
        values = [as_number(figures[column].get(name)) for column in columns]
        texts = ["–" if value is None else f"{value:.{digits}f}" for value in values]
        known = [value for value in values if value is not None]
        best = (min if less else max)(known) if less is not None and len(known) > 1 else None
        marks = [best is not None and value == best for value in values]
        rows.append({"name": title, "detail": detail, "cells": list(zip(texts, marks, strict=True))})
    return {
        "verdict": verdict(figures),
        "columns": columns,
        "rows": rows,
        "basis": _basis(evaluation),
        "picture": _held_out(evaluation.get("samples"), run, warnings),
    }


def _basis(evaluation: Mapping[str, Any]) -> str:
    """What was measured: step, pairs, size and the protocol in its own words."""
    n, step = as_number(evaluation.get("n")), as_number(evaluation.get("step"))
    parts = []
    if n is not None:
        parts.append(f"Measured on {n:,.0f} held-out pairs")
    if step is not None:
        parts.append(f"{'at' if parts else 'Measured at'} step {step:,.0f}")
    if evaluation.get("size") and parts:
        parts.append(f"at {as_text(evaluation['size'])} pixels (height × width)")
    sentence = " ".join(parts) + "." if parts else ""
    return " ".join(filter(None, (sentence, *as_lines(evaluation.get("protocol")))))


def _held_out(name: Any, run: Path, warnings: list[str]) -> dict[str, Any] | None:
    """The grid that the evaluation names, which must lie inside the run directory."""
    if not isinstance(name, str) or not name:
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


def verdict(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Whether the model beats its baselines, figure by figure, in one sentence.

    ``figures`` maps "model" and each baseline's name to its figures, as in ``evaluation.json``.
    A tie is not a win; a figure that either side lacks is not judged.
    """
    baselines = [name for name in figures if name != "model"]
    if "model" not in figures:
        return "The model itself has not been measured."
    if not baselines:
        return "No baseline was measured, so these figures stand alone."
    rivals = {1: f"the {baselines[0]}", 2: "both baselines"}.get(
        len(baselines), f"all {len(baselines)} baselines"
    )
    won, lost, broken = [], [], []
    for key, (title, _, less, _) in FIGURES.items():
        name = title.split(",")[0]
        others = {base: as_number(figures[base].get(key)) for base in baselines}
        others = {base: value for base, value in others.items() if value is not None}
        value = as_number(figures["model"].get(key))
        if not others:
            continue
        if value is None:
            broken.append(name)
            continue
        sign = -1 if less else 1
        ahead = [base for base, other in others.items() if sign * other >= sign * value]
        if ahead:
            lost.append(f"{name} ({_listed(ahead)})")
        else:
            won.append(name)
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
