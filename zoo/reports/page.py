"""The page of a run: its sections in order, written whole."""

from datetime import datetime
from pathlib import Path

from zoo.errors import UserError
from zoo.io.files import write_whole
from zoo.reports.elements.reading import RunFiles
from zoo.reports.sections import (
    bundle,
    configuration,
    curves,
    data,
    header,
    metrics,
    notes,
    provenance,
    samples,
)

SECTIONS = (header, samples, metrics, curves, notes, configuration, data, bundle, provenance)
"""A section is a module with ``content`` and a template of its name beside it; None leaves it out."""

MARKS = ("config.json", "metrics.csv", "evaluation.json")  # or samples/: what marks a run directory


def write_report(run: Path | str) -> Path:
    """Write ``report.html`` into the run directory ``run``, whole, and return its path.

    The page holds its pictures and style within itself, loads nothing and runs nothing.
    Raises ``UserError`` if ``run`` is not a run directory or cannot be written to.
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

    files = RunFiles(run)
    # The header comes last, because it shows the warnings of the others.
    contents = {each: each.content(files) for each in sorted(SECTIONS, key=lambda each: each is header)}
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("page.html.j2").render(
        title=contents[header]["title"],
        run_name=files.name,
        sections=[
            (each.__name__.rpartition(".")[2], contents[each])
            for each in SECTIONS
            if contents[each] is not None
        ],
        written=datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z").lstrip("0"),
    )
