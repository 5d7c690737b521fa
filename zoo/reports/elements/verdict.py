"""What the metrics of an evaluation mean, in sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from zoo.evaluation.metrics import METRICS, in_order, metric
from zoo.reports.elements.reading import as_number

Values = Mapping[str, Mapping[str, Any]]
"""Metrics by what was measured, "model" among it, and by name, as in ``evaluation.json``."""

REFERENCES = ("real images", "unchanged input")
"""Measured like a model to show what is possible; neither does the task, so neither is to be beaten."""


def verdict(values: Values, targets: Mapping[str, float]) -> str:
    """Whether the model reaches its targets and beats its baselines."""
    return " ".join(
        filter(None, (against_targets(values, targets), against_baselines(values, bool(targets))))
    )


def reaches(model: Mapping[str, Any], name: str, targets: Mapping[str, float]) -> bool:
    """Whether the model's metric is known and no less than its target."""
    value = as_number(model.get(name))
    return value is not None and name in targets and value >= targets[name]


def against_targets(values: Values, targets: Mapping[str, float]) -> str:
    """Which targets the model reaches, in one sentence; "" without targets."""
    if not targets:
        return ""
    model, reached, missed = values.get("model", {}), [], []
    for name in in_order(targets):
        each, value = metric(name), as_number(model.get(name))
        text = "not measured" if value is None else each.format(value)
        text = f"{each.short} ({text}, target {each.format_target(targets[name])})"
        (reached if reaches(model, name, targets) else missed).append(text)
    if not missed:
        which = "its target" if len(reached) == 1 else "all its targets"
        return f"The model reaches {which}: {_listed(reached)}."
    if not reached:
        return f"The model reaches none of its targets: {_listed(missed)}."
    return f"The model reaches the target for {_listed(reached)}; it misses {_listed(missed)}."


def against_baselines(values: Values, targets_known: bool = False) -> str:
    """Whether the model beats its baselines, metric by metric, in one sentence.

    A tie is not a win; a metric that either side lacks does not count. ``REFERENCES`` are not baselines.

    Args:
        values: of the model and its baselines.
        targets_known: whether the model was compared with targets, so that baselines are not missed.
    """
    references = [name for name in values if name in REFERENCES]
    baselines = [name for name in values if name != "model" and name not in REFERENCES]
    if "model" not in values:
        return "The model itself has not been measured."
    if not baselines and references:
        return f"For comparison: the same metrics of {_listed([f'the {name}' for name in references])}."
    if not baselines:
        return "" if targets_known else "No baseline was measured, so these numbers stand alone."
    rivals = {1: f"the {baselines[0]}", 2: "both baselines"}.get(
        len(baselines), f"all {len(baselines)} baselines"
    )
    won, lost, broken = _compared(values, baselines)
    if not won + lost + broken:
        return "The model and its baselines have no metric in common."
    if won and not lost + broken:
        every = "in every metric: " if len(won) > 1 else "in "
        return f"The model beats {rivals} {every}{_listed(won)}."
    sentence = f"The model beats {rivals} in {_listed(won) if won else 'no metric'}"
    if lost:
        sentence += f"; it is beaten or matched in {_listed(lost)}"
    if broken:
        sentence += f"; its {_listed(broken)} could not be measured"
    return sentence + "."


def _compared(values: Values, baselines: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """The metrics that the model wins, that it loses (and to whom), and that it lacks."""
    won, lost, broken = [], [], []
    for name, each in METRICS.items():
        others = {base: as_number(values[base].get(name)) for base in baselines}
        others = {base: value for base, value in others.items() if value is not None}
        value = as_number(values["model"].get(name))
        if not others:
            continue
        if value is None:
            broken.append(each.short)
            continue
        sign = -1 if each.better == "less" else 1
        ahead = [base for base, other in others.items() if sign * other >= sign * value]
        if ahead:
            lost.append(f"{each.short} ({_listed(ahead)})")
        else:
            won.append(each.short)
    return won, lost, broken


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
