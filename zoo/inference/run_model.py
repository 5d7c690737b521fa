"""Which model a run trained and how it can be used, from ``config.json`` alone: without TensorFlow."""

from pathlib import Path

from zoo.errors import UserError
from zoo.models import registry
from zoo.models.info import ModelInfo
from zoo.runs.run_directory import RunDirectory


def model_of(run: RunDirectory) -> ModelInfo:
    """The model of a run.

    Raises:
        UserError: the zoo does not have it.
    """
    known = {model.name: model for model in registry.models()}
    if run.config["model"] not in known:
        raise UserError(f"{run.path}: model {run.config['model']!r} is unknown; known: {', '.join(known)}")
    return known[run.config["model"]]


def signatures_of(run: Path) -> tuple[str, ...]:
    """Names of the ways in which a run's model is used, the usual one first.

    Raises:
        UserError: it is not a run directory, or is of a model that the zoo does not have.
    """
    return model_of(RunDirectory.open(run)).signatures
