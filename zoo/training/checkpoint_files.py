"""Where a run's checkpoints lie and which counts, by their files' names alone: without TensorFlow."""

import hashlib
import os
import re
from pathlib import Path

from zoo.errors import UserError
from zoo.files import read_json

PREFIX = "step-"
STATE = "state.json"
BEST = "best.json"
"""Beside the checkpoints: metric, step and value of the best one."""


def name(step: int) -> str:
    """Name of the folder of a step's checkpoint."""
    return f"{PREFIX}{step:08d}"


def folders(checkpoints: Path) -> list[Path]:
    """Folders of the checkpoints, the newest first, whether whole or not."""
    return sorted((path for path in checkpoints.glob(f"{PREFIX}*") if os.path.isdir(path)), reverse=True)


def current(checkpoints: Path) -> list[Path]:
    """The folder of the newest checkpoint, and of the best if one was kept."""
    found = folders(checkpoints)[:1]
    try:
        best = checkpoints / name(read_json(checkpoints / BEST)["step"])
    except (UserError, KeyError, TypeError, ValueError):  # none was kept, or the file is damaged
        return found
    return [*found, best] if os.path.isdir(best) else found


def step(folder: Path) -> int | None:
    """Step of a checkpoint, by its folder's name."""
    number = re.fullmatch(rf"{PREFIX}([0-9]+)", folder.name)
    return int(number[1]) if number else None


def digest(folder: Path) -> str | None:
    """What tells a checkpoint from any other: the sha256 of its state, which has those of its files.

    None if it cannot be read.
    """
    try:
        return hashlib.sha256((folder / STATE).read_bytes()).hexdigest()
    except OSError:
        return None
