"""Where a run's checkpoints lie and which of them counts, without TensorFlow."""

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoo.errors import UserError
from zoo.io.files import read_json
from zoo.runs.run_files import read_run_file

PREFIX = "step-"
STATE = "state.json"
BEST = "best.json"
"""Beside the checkpoints: metric, step and value of the best one."""
REMEDY = "copy the checkpoints back from a backup, or start another run"


def folder_name(step: int) -> str:
    """Name of the folder of a step's checkpoint."""
    return f"{PREFIX}{step:08d}"


def step_of(name: str) -> int:
    """Step of a checkpoint, by the name of its folder."""
    return int(name.removeprefix(PREFIX))


def folders(checkpoints: Path) -> list[Path]:
    """Folders of checkpoints, the newest first, whether they are whole or not.

    Raises:
        UserError: ``checkpoints`` is missing, not a folder, or cannot be read.
    """
    try:
        with os.scandir(checkpoints) as entries:
            names = [entry.name for entry in entries if re.fullmatch(rf"{PREFIX}[0-9]{{8,20}}", entry.name)]
    except OSError as error:
        remedy = "check its permissions" if isinstance(error, PermissionError) else REMEDY
        raise UserError(f"{checkpoints}: cannot be read ({error.strerror}); {remedy}") from None
    return [checkpoints / name for name in sorted(names, key=step_of, reverse=True)]


def best_step(checkpoints: Path) -> int | None:
    """Step of the checkpoint that measured best, if the run keeps it.

    Raises:
        UserError: ``best.json`` is damaged.
    """
    if not (checkpoints / BEST).exists():
        return None
    return read_run_file(checkpoints / BEST, "best", remedy="copy it back, or set `checkpoint` to last")[
        "step"
    ]


def current(checkpoints: Path) -> list[Path]:
    """The folder of the newest checkpoint, and of the best if one was kept; none of a run that has none.

    Raises:
        UserError: as ``folders`` and ``best_step``.
    """
    if not os.path.lexists(checkpoints):
        return []
    newest_first, best = folders(checkpoints), best_step(checkpoints)
    return [each for each in newest_first if each is newest_first[0] or step_of(each.name) == best]


def digest(folder: Path) -> str | None:
    """What identifies a checkpoint: the sha256 of its state, which has those of its files.

    None if it cannot be read.
    """
    try:
        return hashlib.sha256((folder / STATE).read_bytes()).hexdigest()
    except OSError:
        return None


def is_current(run: Path, provenance: Mapping[str, Any]) -> bool:
    """Whether what was exported from a run comes from its newest or its best checkpoint.

    Times of files say nothing after a copy, or after a clock was set. A run without checkpoints has
    nothing newer.

    Args:
        run: its directory.
        provenance: that of a bundle's contract.

    Raises:
        UserError: the run's checkpoints or its ``config.json`` cannot be read.
    """
    checkpoints = current(run / "checkpoints")
    if not checkpoints:
        return True
    if "checkpoint" in provenance:
        return provenance["checkpoint"] in [digest(folder) for folder in checkpoints]
    # Bundles of earlier versions name the step, and when the run began.
    config = read_json(run / "config.json")
    begun = config.get("date") if isinstance(config, dict) else None
    steps = [step_of(folder.name) for folder in checkpoints]
    return provenance.get("date") == begun and provenance.get("step") in steps
