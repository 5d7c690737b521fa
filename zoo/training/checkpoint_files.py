"""Where a run's checkpoints lie and which counts, by their files' names alone: without TensorFlow."""

import hashlib
import os
import re
from pathlib import Path

from zoo.errors import UserError
from zoo.training.run_files import read_run_file

PREFIX = "step-"
STATE = "state.json"
BEST = "best.json"
"""Beside the checkpoints: metric, step and value of the best one."""


def folder_name(step: int) -> str:
    """Name of the folder of a step's checkpoint."""
    return f"{PREFIX}{step:08d}"


def step_of(folder: Path) -> int:
    """Step of the checkpoint in a folder of ``folders``."""
    return int(folder.name.removeprefix(PREFIX))


def folders(checkpoints: Path) -> list[Path]:
    """Folders of the checkpoints, the newest first, whether whole or not.

    Raises:
        UserError: ``checkpoints`` is not there, no folder, or cannot be read.
    """
    try:
        with os.scandir(checkpoints) as entries:
            names = [entry.name for entry in entries if re.fullmatch(rf"{PREFIX}[0-9]{{8,20}}", entry.name)]
    except OSError as error:
        remedy = "copy the checkpoints back from a backup, or start another run"
        if isinstance(error, PermissionError):
            remedy = "check its permissions"
        raise UserError(f"{checkpoints}: cannot be read ({error.strerror}); {remedy}") from None
    return sorted((checkpoints / name for name in names), key=step_of, reverse=True)


def current(checkpoints: Path) -> list[Path]:
    """The folder of the newest checkpoint, and of the best if one was kept; none if there are none."""
    found = folders(checkpoints)[:1] if checkpoints.is_dir() else []
    try:
        best = checkpoints / folder_name(read_run_file(checkpoints / BEST, "best")["step"])
    except UserError:  # none was kept, or the file is damaged
        return found
    return [*found, best] if best.is_dir() else found


def digest(folder: Path) -> str | None:
    """What tells a checkpoint from any other: the sha256 of its state, which has those of its files.

    None if it cannot be read.
    """
    try:
        return hashlib.sha256((folder / STATE).read_bytes()).hexdigest()
    except OSError:
        return None
