"""The user's notes, in Markdown."""

from typing import Any

from zoo.reports.elements.reading import RunFiles, reason


def content(files: RunFiles) -> dict[str, Any]:
    """For the template."""
    run = files.name if files.run.is_absolute() else files.run
    return {"html": notes(files), "command": f'python -m recipes.report {run} --notes "…"'}


def notes(files: RunFiles) -> Any:
    """``notes.md`` as HTML: raw HTML stays text, and no picture is fetched from elsewhere."""
    try:
        text = (files.run / "notes.md").read_text("utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        files.warnings.append(f"notes.md could not be read ({reason(error)}).")
        return None
    return markdown(text) if text else None


def markdown(text: str) -> Any:
    """Markdown (CommonMark without raw HTML and images) as safe HTML, marked as such for the template."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    return Markup(MarkdownIt("commonmark", {"html": False}).enable("table").disable("image").render(text))
