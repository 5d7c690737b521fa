"""The head of the page: what was trained, its key numbers, and what is worth knowing about it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from zoo.evaluation.metrics import metric
from zoo.reports.elements.code import code_marked
from zoo.reports.elements.domains import domain_sizes
from zoo.reports.elements.reading import RunFiles, as_number, as_text


def content(files: RunFiles) -> dict[str, Any]:
    """For the template; called after the other sections, whose warnings it shows."""
    config = files.config
    lines = [item if isinstance(item, str) else item["text"] for item in files.noted]
    return {
        "run_name": files.name,
        "title": title(config),
        "lead": lead(files),
        "facts": [*key_facts(files), *best_checkpoint(files)],
        "warnings": [code_marked(line) for line in [*lines, *files.warnings]],
    }


def title(config: Mapping[str, Any]) -> str:
    """The model's title."""
    return as_text(config.get("title") or config.get("model") or "Training run")


def lead(files: RunFiles) -> str:
    """The first paragraph: which recipe trained it, on what, at what size, as far as that is known."""
    config, data, unit = files.config, files.data, files.unit
    recipe = config.get("recipe")
    count, domains = as_number(data.get(unit)), domain_sizes(data)
    learned_from = f"on {count:,.0f} {unit}" if count is not None else ""
    if domains:
        learned_from = f"on {_counted(domains)}"
    size = config.get("configuration", {}).get("size")
    parts = [
        f"Trained by recipes.{as_text(recipe)}" if recipe else "Trained",
        learned_from,
        f"({as_text(data['layout'])})" if data.get("layout") else "",
        f"at {as_text(size)} pixels" if size else "",
    ]
    return f"{' '.join(part for part in parts if part)}." if len(list(filter(None, parts))) > 1 else ""


def key_facts(files: RunFiles) -> list[tuple[str, str, str]]:
    """Name, value and detail of the run's key numbers, as far as they are known."""
    config, metrics, unit, facts = files.config, files.metrics, files.unit, []
    training = config.get("training", {})
    if len(metrics.steps):
        planned = as_number(training.get("steps"))
        epoch = metrics.last("epoch")
        details = [f"of {planned:,.0f}" if planned else "", f"epoch {epoch:.1f}" if epoch is not None else ""]
        facts.append(("Steps", f"{metrics.steps[-1]:,.0f}", ", ".join(filter(None, details))))
    if (seconds := metrics.last("seconds")) is not None:
        facts.append(("Trained for", _duration(seconds), ""))
    speeds = metrics.columns.get("images_per_second", np.zeros(0))
    speeds = speeds[np.isfinite(speeds)]
    if len(speeds):
        facts.append(("Speed", f"{np.median(speeds):.3g} images/s", "median"))
    data = files.data
    count, held = (as_number(data.get(f"{part}_{unit}")) for part in ("training", "held_out"))
    if count is not None:
        detail = f"{held:,.0f} held out" if held is not None else ""
        facts.append((f"Training {unit}", f"{count:,.0f}", detail))
    return facts


def best_checkpoint(files: RunFiles) -> list[tuple[str, str, str]]:
    """The best checkpoint as a key number, as ``checkpoints/best.json`` has it; none without one."""
    best = files.best
    step, value = as_number(best.get("step")), as_number(best.get("value"))
    if step is None:
        return []
    chosen_by = metric(best["metric"])
    detail = f"by held-out {chosen_by.short}" + ("" if value is None else f", {chosen_by.format(value)}")
    return [("Best checkpoint", f"step {step:,.0f}", detail)]


def _counted(domains: list[tuple[str, float]]) -> str:
    first, *others = domains
    named = [
        f"{first[1]:,.0f} images of {first[0]}",
        *(f"{images:,.0f} of {name}" for name, images in others),
    ]
    return " and ".join(named)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours < 48 else f"{hours / 24:.1f} days"
