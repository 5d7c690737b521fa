"""How the model was configured and trained."""

from typing import Any

from zoo.reports.elements.reading import RunFiles, as_text
from zoo.reports.elements.tables import groups


def content(files: RunFiles) -> dict[str, Any] | None:
    """For the template; None if ``config.json`` says nothing of it."""
    config = files.config
    lists = [*groups("", config.get("configuration")), *groups("training", config.get("training"))]
    command = as_text(config.get("command") or "")
    return {"command": command, "groups": lists} if command or lists else None
