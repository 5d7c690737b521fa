"""Checkpoints that are whole or noticed: each a folder with its files' hashes."""

import hashlib
import os
import shutil
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo.backend import tf
from zoo.errors import UserError
from zoo.files import read_json, write_json

_PREFIX = "step-"
_STATE = "state.json"
_WEIGHTS = "weights"


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint on disk.

    Attributes:
        folder: where it lies.
        step: training steps done.
        state: what the training loop keeps beside the tensors.
    """

    folder: Path
    step: int
    state: dict[str, Any]


def save_checkpoint(
    folder: Path, step: int, items: dict[str, Any], state: dict[str, Any], keep: int = 2
) -> Checkpoint:
    """Write ``folder/step-<step>`` and remove all but the last ``keep`` checkpoints.

    It is written under a temporary name, synchronised to disk and renamed, so that a crash or
    a full disk leaves the ones before intact.

    Args:
        folder: the run's ``checkpoints``.
        step: training steps done.
        items: what to save, by name: networks, optimisers.
        state: JSON values of the training loop.
        keep: how many checkpoints stay.

    Raises:
        UserError: if the disk is full or not writable; nothing is left half-written.
    """
    target = folder / f"{_PREFIX}{step:08d}"
    temporary = folder / f".{target.name}.tmp"
    for left in folder.glob(f".{_PREFIX}*.tmp"):  # of a run that was killed while saving
        shutil.rmtree(left, ignore_errors=True)
    try:
        temporary.mkdir(parents=True)
        tf.train.Checkpoint(**items).write(str(temporary / _WEIGHTS))
        hashes = {path.name: _hash(path) for path in sorted(temporary.iterdir())}
        write_json(temporary / _STATE, {"step": step, "files": hashes, "state": state})
        for path in temporary.iterdir():
            _synchronise(path)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(temporary, target)
    except (OSError, tf.errors.OpError, UserError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        before = [kept.name for kept in _folders(folder) if kept != target][:1]
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise UserError(
            f"{target}: the checkpoint cannot be written ({reason}); "
            f"{f'the one before, {before[0]}, is intact' if before else 'there is none before it'}. "
            "Free some space, then go on with --resume"
        ) from None
    for old in _folders(folder)[keep:]:
        shutil.rmtree(old)
    return Checkpoint(target, step, state)


def latest_checkpoint(folder: Path) -> Checkpoint | None:
    """The newest checkpoint that is whole, or None; damaged ones are warned about and passed over."""
    for candidate in _folders(folder):
        try:
            found = read_json(candidate / _STATE)
            if candidate.name != f"{_PREFIX}{found['step']:08d}":
                raise UserError(f"{_STATE} is of step {found['step']}")
            for name, digest in found["files"].items():
                if _hash(candidate / name) != digest:
                    raise UserError(f"{name} is not what was written")
            return Checkpoint(candidate, found["step"], found["state"])
        except (UserError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            warnings.warn(
                f"{candidate}: damaged ({error}); it is passed over for the one before", stacklevel=2
            )
    return None


def restore_checkpoint(checkpoint: Checkpoint, items: dict[str, Any], partly: bool = False) -> None:
    """Read the tensors of ``checkpoint`` into ``items``.

    Args:
        checkpoint: what ``latest_checkpoint`` found.
        items: what to fill, by the names it was saved with.
        partly: take only some of what was saved (a generator alone).

    Raises:
        UserError: if they do not fit.
    """
    try:
        status = tf.train.Checkpoint(**items).read(str(checkpoint.folder / _WEIGHTS))
        if partly:
            status.assert_existing_objects_matched().expect_partial()
        else:
            status.assert_consumed()
    except (AssertionError, ValueError, tf.errors.OpError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{checkpoint.folder}: does not fit this model ({reason})") from None


def _folders(folder: Path) -> list[Path]:
    return sorted((path for path in folder.glob(f"{_PREFIX}*") if path.is_dir()), reverse=True)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _synchronise(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
