"""Checkpoints: each a folder with its files' hashes, so that damage is noticed."""

import hashlib
import os
import re
import shutil
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo.backend import tf
from zoo.engine.cluster import lost_workers_reported
from zoo.errors import UserError, WorkerLost
from zoo.io.files import write_json
from zoo.runs.checkpoint_files import BEST, PREFIX, REMEDY, STATE, folder_name, folders, step_of
from zoo.runs.run_files import NewerFormatError, read_run_file

FORMAT = 1
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

    @property
    def weights(self) -> Path:
        """What the names of TensorFlow's files begin with."""
        return self.folder / _WEIGHTS


def save_checkpoint(
    folder: Path,
    step: int,
    items: dict[str, Any],
    state: dict[str, Any],
    keep: int = 2,
    keep_step: int | None = None,
    write: bool = True,
) -> Checkpoint:
    """Write ``folder/step-<step>`` and remove all but the last ``keep`` and the one of ``keep_step``.

    It is written under a temporary name, synchronised to disk and renamed, so that a crash or
    a full disk leaves the ones before intact.

    Args:
        folder: the run's ``checkpoints``.
        step: training steps done.
        items: what to save, by name: networks, optimisers.
        state: JSON values of the training loop.
        keep: how many of the newest checkpoints stay.
        keep_step: one that stays besides, such as the best.
        write: whether this worker is the one that writes; the others must call this all the same,
            because variables that are averaged when read are read by all workers together.

    Raises:
        UserError: if the disk is full or not writable; nothing is left half-written.
        WorkerLost: if another worker died meanwhile.
    """
    target = folder / folder_name(step)
    if not write:
        with tempfile.TemporaryDirectory() as nowhere, lost_workers_reported():
            tf.train.Checkpoint(**items).write(str(Path(nowhere) / _WEIGHTS))
        return Checkpoint(target, step, state)
    temporary = folder / f".{target.name}.tmp"
    for left in folder.glob(f".{PREFIX}*.tmp"):  # of a run that was killed while saving
        shutil.rmtree(left, ignore_errors=True)
    try:
        temporary.mkdir(parents=True)
        with lost_workers_reported():
            tf.train.Checkpoint(**items).write(str(temporary / _WEIGHTS))
        hashes = {path.name: _hash(path) for path in sorted(temporary.iterdir())}
        write_json(temporary / STATE, {"format": FORMAT, "step": step, "files": hashes, "state": state})
        for path in temporary.iterdir():
            _synchronise(path)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(temporary, target)
    except WorkerLost:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    except (OSError, tf.errors.OpError, UserError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        before = [kept.name for kept in folders(folder) if kept != target][:1]
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        if isinstance(error, tf.errors.OpError):  # which says where in the graph first, what kernel last
            reason = re.sub(r"\{\{.*?\}\} *| *\[Op:.*?\]", "", reason).split("; ")[-1]
        raise UserError(
            f"{target}: the checkpoint cannot be written ({reason}); "
            f"{f'the one before, {before[0]}, is intact' if before else 'there is none before it'}. "
            "Free some space, then `resume` it"
        ) from None
    # Later ones are damaged, and were passed over when training resumed: they are not counted.
    for old in [path for path in folders(folder) if step_of(path.name) <= step][keep:]:
        if keep_step is None or old.name != folder_name(keep_step):
            shutil.rmtree(old)
    return Checkpoint(target, step, state)


def latest_checkpoint(folder: Path) -> Checkpoint | None:
    """The newest checkpoint that is whole; damaged ones are warned about and passed over.

    None if there never was any, as in a training that was killed before its first one.

    Raises:
        UserError: there are some and none is whole; one is of a newer format; ``folder`` cannot be read.
    """
    damaged: dict[Path, str] = {}
    for candidate in folders(folder):
        try:
            checkpoint = _opened(candidate)
        except _DamagedError as error:
            damaged[candidate] = str(error)
            continue
        for path, fault in damaged.items():
            warnings.warn(f"{path}: damaged ({fault}); using the one before it", stacklevel=2)
        return checkpoint
    if damaged:
        named = ", ".join(f"{path.name} ({fault})" for path, fault in damaged.items())
        raise UserError(f"{folder}: every checkpoint is damaged: {named}; {REMEDY}")
    if (folder / BEST).exists():
        raise UserError(f"{folder}: {BEST} is there, but no checkpoint; {REMEDY}")
    return None


def checkpoint_of(folder: Path, step: int) -> Checkpoint | None:
    """The checkpoint of ``step``; None, with a warning, if it is gone or damaged.

    Raises:
        UserError: it is of a newer format.
    """
    candidate = folder / folder_name(step)
    try:
        return _opened(candidate)
    except _DamagedError as error:
        fault = f"damaged ({error})" if candidate.exists() else "no longer there"
        warnings.warn(f"{candidate}, the best checkpoint, is {fault}; it is not used", stacklevel=2)
        return None


class _DamagedError(Exception):
    """A checkpoint is not what was written: the message says in what."""


def _opened(candidate: Path) -> Checkpoint:
    """The checkpoint in a folder, each of its files compared with its hash."""
    try:
        content = read_run_file(candidate / STATE, "state", FORMAT)
    except NewerFormatError:
        raise
    except UserError as error:
        reason = str(error).removeprefix(f"{candidate}{os.sep}").partition("; ")[0]
        raise _DamagedError(reason) from None
    if candidate.name != folder_name(content["step"]):
        raise _DamagedError(f"{STATE} is of step {content['step']}")
    for name, digest in content["files"].items():
        path = candidate / name
        try:
            if not path.is_file() or _hash(path) != digest:
                raise _DamagedError(f"{name} is {'not what was written' if path.exists() else 'missing'}")
        except OSError as error:
            raise _DamagedError(f"{name}: {error.strerror}") from None
    return Checkpoint(candidate, content["step"], content["state"])


def restore_checkpoint(checkpoint: Checkpoint, items: dict[str, Any], partly: bool = False) -> None:
    """Read the tensors of ``checkpoint`` into ``items``.

    Args:
        checkpoint: of ``latest_checkpoint``.
        items: what to fill, by the names it was saved with.
        partly: take only some of what was saved (a generator alone).

    Raises:
        UserError: if they do not fit.
    """
    try:
        status = tf.train.Checkpoint(**items).read(str(checkpoint.weights))
        if partly:
            status.expect_partial().assert_existing_objects_matched()
        else:
            status.assert_consumed()
    except (AssertionError, ValueError, tf.errors.OpError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{checkpoint.folder}: does not fit this model ({reason})") from None


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _synchronise(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
