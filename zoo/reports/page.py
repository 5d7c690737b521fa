"""The page of a run: put together from its parts, and written whole."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from zoo.errors import UserError
from zoo.io.files import write_whole
from zoo.reports.curves import curves
from zoo.reports.evaluation import evaluation_table
from zoo.reports.held_out import held_out
from zoo.reports.pictures import samples
from zoo.reports.reading import as_lines, as_text, read_json_or_none, read_metrics
from zoo.reports.tables import (
    data_pairs,
    groups,
    key_facts,
    lead,
    notes,
    provenance,
    skipped,
    unit,
    verification_table,
)

MARKS = ("config.json", "metrics.csv", "evaluation.json")  # or samples/: what tells a run directory
SKIPPED = 500  # files listed as left out
OPTION = r"(--[a-z][a-z0-9-]*)"  # in a warning: set as code, unbroken


def write_report(run: Path | str) -> Path:
    """Write ``report.html`` into the run directory ``run``, whole, and return its path.

    The page holds its pictures and style within itself, loads nothing and runs nothing.
    Raises ``UserError`` if ``run`` is no run directory or cannot be written to.
    """
    run = Path(run)
    check_run(run)
    path = run / "report.html"
    write_whole(path, render(run).encode("utf-8", "replace"))
    return path


def check_run(run: Path) -> None:
    """Raise ``UserError`` unless ``run`` holds at least one thing that training writes."""
    if not run.is_dir():
        raise UserError(f"{run} is not a directory; give the run directory that training named")
    if not any((run / name).is_file() for name in MARKS) and not (run / "samples").is_dir():
        raise UserError(
            f"{run} is not a run directory: one has config.json, and soon metrics.csv and samples/; "
            "give the directory that training named"
        )


def render(run: Path) -> str:
    """The page of ``run`` as HTML text; everything from files is escaped."""
    import jinja2

    warnings: list[str] = []
    config = read_json_or_none(run / "config.json", "run", warnings) or {}
    evaluation = read_json_or_none(run / "evaluation.json", "evaluation", warnings) or {}
    verification = read_json_or_none(run / "bundle" / "verification.json", "verification", warnings) or {}
    noted = read_json_or_none(run / "warnings.json", "warnings", warnings) or []
    metrics = read_metrics(run / "metrics.csv", warnings)
    data = config.get("data", {})
    sample, strip, strip_wide = samples(run / "samples", warnings)
    panels, curves_note = curves(metrics)
    held_out_panels, best = held_out(run, warnings)
    run_name = run.resolve().name

    context = {
        "run_name": run_name,
        "title": as_text(config.get("title") or config.get("model") or "Training run"),
        "lead": lead(config),
        "facts": [*key_facts(config, metrics), *best],
        "sample": sample,
        "strip": strip,
        "strip_wide": strip_wide,
        "strip_of": _strip_of(sample) if strip and not strip_wide else "",
        "unit": unit(data),
        "evaluation": evaluation_table(evaluation, run, unit(data), warnings),
        "panels": panels,
        "curves_note": curves_note,
        "held_out": held_out_panels,
        "notes": notes(run / "notes.md", warnings),
        "notes_command": f'python -m recipes.report {run_name if run.is_absolute() else run} --notes "…"',
        "command": as_text(config.get("command") or ""),
        "configuration": [
            *groups("", config.get("configuration")),
            *groups("training", config.get("training")),
        ],
        "data_lines": as_lines(data.get("description")),
        "data_pairs": data_pairs(data),
        "skipped": skipped(data.get("skipped")),
        "skipped_limit": SKIPPED,
        "verification": verification_table(verification),
        "provenance": provenance(config),
        "warnings": [re.split(OPTION, line) for line in [*_told(noted), *warnings]],
        "written": datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z").lstrip("0"),
    }
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("report.html.j2").render(context)


def _strip_of(sample: dict[str, Any]) -> str:
    """Title of the column that the strip follows, unless it goes without saying."""
    return "" if sample["followed"].startswith("generated") else sample["followed"]


def _told(noted: list[str | dict[str, Any]]) -> list[str]:
    """The lines of ``warnings.json``: texts, or texts with the step at which they were noted."""
    return [item if isinstance(item, str) else item["text"] for item in noted]
