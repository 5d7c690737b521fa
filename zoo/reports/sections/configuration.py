"""How the model was configured and trained."""

from typing import Any

from zoo.engine.configuration import options
from zoo.errors import UserError
from zoo.models.registry import model_info
from zoo.reports.elements.reading import RunFiles, as_text, label
from zoo.reports.elements.tables import groups
from zoo.training.configuration import DecayConfig, TrainingConfig


def content(files: RunFiles) -> dict[str, Any] | None:
    """For the template; None if ``config.json`` says nothing of it."""
    config = files.config
    lists = [*groups("", config.get("configuration")), *groups("training", config.get("training"))]
    command = as_text(config.get("command") or "")
    shown = {"command": command, "groups": lists, "meanings": _meanings(config.get("model"))}
    return shown if command or lists else None


def _meanings(model: Any) -> dict[str, str]:
    """What the fields of a model's configuration and of its training mean, by their labels."""
    try:
        kinds = (model_info(model).load("configuration"), TrainingConfig, DecayConfig)
    except UserError:  # of another version
        kinds = (TrainingConfig, DecayConfig)
    declared = {name: option.help for kind in kinds for name, option in options(kind).items()}
    return {label(name): help_.replace("`", "") for name, help_ in declared.items()}
