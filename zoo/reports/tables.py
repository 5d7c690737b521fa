"""What the page says in words and lists: key numbers, notes, configuration, data, bundle."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zoo.reports.reading import Metrics, as_mapping, as_number, as_text, label, reason


def unit(data: Mapping[str, Any]) -> str:
    """What the model learns from, as the page calls it: "pairs", or "images" where it has no pairs."""
    return "images" if {"images", "training_images", "held_out_images", "domains"} & set(data) else "pairs"


def _domains(data: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Name and number of images of each domain, {"a": {"name", "images"}, "b": ...} in ``config.json``."""
    found = []
    for domain in data.get("domains", {}).values():
        if "images" in domain:
            found.append((domain["name"], domain["images"]))
    return found


def lead(config: Mapping[str, Any]) -> str:
    """The first paragraph: which recipe made it, from what, at what size, as far as that is known."""
    data, recipe = config.get("data", {}), config.get("recipe")
    count, domains = as_number(data.get(unit(data))), _domains(data)
    learnt = f"on {count:,.0f} {unit(data)}" if count is not None else ""
    if domains:
        learnt = f"on {_counted(domains)}"
    size = config.get("configuration", {}).get("size")
    parts = [
        f"Trained by recipes.{as_text(recipe)}" if recipe else "Trained",
        learnt,
        f"({as_text(data['layout'])})" if data.get("layout") else "",
        f"at {as_text(size)} pixels" if size else "",
    ]
    return f"{' '.join(part for part in parts if part)}." if len(list(filter(None, parts))) > 1 else ""


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


def key_facts(config: Mapping[str, Any], metrics: Metrics) -> list[tuple[str, str, str]]:
    """Name, value and detail of the run's key numbers, as far as they are known."""
    facts = []
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
    data = config.get("data", {})
    learnt, held = (as_number(data.get(f"{part}_{unit(data)}")) for part in ("training", "held_out"))
    if learnt is not None:
        detail = f"{held:,.0f} held out" if held is not None else ""
        facts.append((f"Training {unit(data)}", f"{learnt:,.0f}", detail))
    return facts


def notes(path: Path, warnings: list[str]) -> Any:
    """A person's Markdown as HTML: raw HTML stays text, and no picture is fetched from elsewhere."""
    try:
        text = path.read_text("utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        warnings.append(f"{path.name} could not be read ({reason(error)}).")
        return None
    return markdown(text) if text else None


def markdown(text: str) -> Any:
    """Markdown (CommonMark without raw HTML and images) as safe HTML, marked as such for the template."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    return Markup(MarkdownIt("commonmark", {"html": False}).enable("table").disable("image").render(text))


def groups(heading: str, value: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Nested mappings as headed lists of names and values, the plain values first."""
    own, nested = [], []
    for key, item in as_mapping(value).items():
        if isinstance(item, dict) and item:
            nested += groups(f"{heading} · {label(key)}" if heading else label(key), item)
        else:
            own.append((label(key), as_text(item)))
    return ([(heading.capitalize() if heading else "Model", own)] if own else []) + nested


def data_pairs(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What ``config.json`` says of the data, as names and values."""
    domains = [(f"domain {name}", f"{images:,.0f} images") for name, images in _domains(data)]
    return domains + [
        (
            label(key),
            f"{item:,}" if type(item) is int else as_text(item),
        )  # counts, where a seed may be among others
        for key, item in data.items()
        if key not in ("description", "skipped") and not (domains and key == "domains")
    ]


def skipped(value: Any) -> list[tuple[str, str]]:
    """File and reason of each image that was left out."""
    found = []
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            found.append((as_text(item.get("file")), as_text(item.get("reason"))))
        else:
            found.append((as_text(item), "–"))
    return found


def provenance(config: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """How, on what and with which versions the run was made, as headed lists."""
    names = {name: label(name) for name in ("strategy", "workers", "precision", "deterministic")}
    names |= {"ema": "moving average of weights", "accumulate": "micro-batches a step"}
    names |= {name: label(name) for name in ("recipe", "format")}
    own = [(said, as_text(config[name])) for name, said in names.items() if name in config]
    made = [("Run", own)] if own else []
    for name in ("hardware", "versions"):
        value = config.get(name)
        made += groups(name, value if isinstance(value, dict) else {name: value} if value else {})
    return made


def verification_table(verification: Mapping[str, Any]) -> dict[str, Any] | None:
    """The checks of the bundle and their verdict; None without a verification."""
    if not verification:
        return None
    checks = []
    for check in verification.get("checks", ()):
        passed = {True: "pass", False: "fail", None: ""}[check.get("pass")]
        error, tolerance = as_number(check.get("max_abs")), as_number(check.get("tolerance"))
        checks.append(
            {
                "artifact": as_text(check.get("artifact")),
                "case": as_text(check.get("case")),
                "max_abs": "–" if error is None else f"{error:.2g}",
                "tolerance": as_text(check.get("tolerance")) if tolerance is None else f"{tolerance:.2g}",
                "levels": as_text(check.get("levels")),
                "verdict": passed or "–",
                "state": passed,
            }
        )
    verdict = verification.get("verdict")
    failed = sum(check["state"] == "fail" for check in checks)
    summary = f"{len(checks)} checks, {failed} failed." if checks else ""
    state = {"pass": "pass", "fail": "fail"}.get(verdict, "")
    return {
        "verdict": as_text(verdict) if verdict is not None else "",
        "state": state,
        "summary": summary,
        "checks": checks,
    }
