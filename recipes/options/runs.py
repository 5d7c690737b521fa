"""Which run directory a command uses, and the commands that start and resume it."""

import argparse
import datetime
import os
import shlex
import sys
from pathlib import Path

from recipes.options.options_from_fields import flag
from zoo.errors import UserError
from zoo.io.files import read_json
from zoo.runs.run_directory import is_taken

RUNS = Path("runs")


def choose_run(run: Path | None, recipe: str, resume: str | None) -> tuple[Path, bool]:
    """The directory to write to, and whether it is a run to resume.

    Without ``run``: ``runs/<recipe>``, or with a number if that is taken; with ``resume`` the
    one that was started last. ``resume`` "auto" starts ``run`` if it does not exist.

    Raises:
        UserError: there is nothing to resume, ``run`` is taken, or cannot be created.
    """
    if resume == "auto" and run is None:
        raise UserError("--resume auto: name the run with --run")
    if resume == "must" or (resume == "auto" and (run / "config.json").is_file()):
        if run is not None:
            return run, True
        newest = newest_run(recipe)
        if newest is None:
            raise UserError(f"--resume: no run of {recipe} in {RUNS}/; name it with --run")
        return newest, True
    if run is None:
        number = 1
        while (run := RUNS / (recipe if number == 1 else f"{recipe}-{number}")).exists():
            number += 1
    elif is_taken(run):
        raise UserError(f"--run {run}: already exists; continue it with --resume, or choose another --run")
    above = run
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir() or not os.access(above, os.W_OK):
        reason = f"{above} is not writable" if above.is_dir() else f"{above} is a file"
        raise UserError(f"--run {run}: cannot be created: {reason}; choose another --run")
    return run, False


def newest_run(recipe: str = "") -> Path | None:
    """The run of a recipe, or of any, that was started last; None if there is none."""
    newest = max(RUNS.glob(f"{recipe}*/config.json"), key=_started, default=None)
    return None if newest is None else newest.parent


def _started(config: Path) -> float:
    """When a run was started, in seconds since 1970: by its ``config.json``, or else by that file's time."""
    try:
        return datetime.datetime.fromisoformat(read_json(config)["date"]).timestamp()
    except (UserError, LookupError, TypeError, ValueError, OverflowError):
        return config.stat().st_mtime


def command_line() -> str:
    """The command as it was given, to be shown and repeated."""
    module = Path(sys.argv[0]).stem
    return shlex.join(["python", "-m", f"recipes.{module}", *sys.argv[1:]])


def resume_command(recipe: str, run: Path, arguments: argparse.Namespace) -> str:
    """The command that resumes ``run``, with what its ``config.json`` does not keep."""
    words = ["python", "-m", f"recipes.{recipe}", "--run", str(run), "--resume"]
    words += ["--no-export"] if arguments.no_export else []
    for name in ("cache_mib", "input_service", "prepared", "limit_minutes"):
        if getattr(arguments, name) is not None:
            words += [flag(name), f"{getattr(arguments, name)}"]
    words += ["--strategy", arguments.strategy] if arguments.strategy != "auto" else []
    if arguments.logical_devices > 1:
        words += ["--logical-devices", str(arguments.logical_devices)]
    return shlex.join(words)
