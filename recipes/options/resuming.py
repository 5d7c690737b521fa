"""What resuming a run takes from its ``config.json``, and what the command line may change of it."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from recipes.options.options_from_fields import adjustable, flag
from recipes.options.presets import plain
from recipes.options.recipe_options import LengthOptions
from zoo.errors import UserError
from zoo.runs.run_directory import RunDirectory
from zoo.training.configuration import TrainingConfig

ADJUSTABLE = adjustable(TrainingConfig, LengthOptions)


def open_resumed(path: Path, model: str, recipe: str) -> RunDirectory:
    """The run to resume.

    Raises:
        UserError: it is not a run of that model and recipe, or cannot be written to.
    """
    run = RunDirectory.open(path, model=model)
    if run.config.get("recipe") != recipe:
        raise UserError(
            f"{path}: this run belongs to the recipe {run.config.get('recipe')}; resume it with that, or "
            "choose another --run"
        )
    run.check_writable()
    return run


def resumed_values(
    run: RunDirectory, arguments: argparse.Namespace, names: Iterable[str], data_options: tuple[str, ...]
) -> dict[str, Any]:
    """Values of the run to resume; fills in ``arguments`` what else it was started with.

    Args:
        run: the run.
        arguments: of the command.
        names: options that presets decide.
        data_options: options that say which images.

    Raises:
        UserError: an option contradicts the run, or its ``config.json`` lacks something.
    """
    try:
        config, data = run.config, run.config["data"]
        stored = {**config["configuration"], **config["training"], "epochs": None}
        stored["precision"] = config["precision"].removeprefix("mixed_")
        values = {name: _tuple(stored[name]) for name in names}
        if arguments.layout == "auto":
            arguments.layout = None
        for name in data_options:
            setattr(arguments, name, unchanged(name, getattr(arguments, name), _tuple(data[name])))
        unchanged("preset", arguments.preset, config["preset"])
        if arguments.data is None:
            paths = data["path"] if isinstance(data["path"], list) else [data["path"]]
            arguments.data = list(map(Path, paths)) if "from" in data_options else Path(paths[0])
    except KeyError as error:
        raise UserError(
            f"{run.path}/config.json has no {error.args[0]!r}: it was written by another version; start "
            "another run"
        ) from None
    for name, value in list(values.items()):
        given = getattr(arguments, name, None)
        if name in ADJUSTABLE:
            values[name] = value if given is None else given
        elif not (name == "precision" and given == "auto"):
            unchanged(name, given, value)
    if arguments.epochs is not None and arguments.steps is None:
        values["steps"] = None
    return values


def unchanged(name: str, given: Any, stored: Any) -> Any:
    """``stored``, what a run has; ``UserError`` if the option given with ``--resume`` contradicts it."""
    if given is not None and given != stored:
        option = f"{flag(name)} {plain(given)}"
        if isinstance(given, bool):
            option = flag(name if given else f"no_{name}")
        raise UserError(
            f"{option} contradicts the run, which has {plain(stored)}: leave it out, or start another run "
            "without --resume"
        )
    return stored


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
