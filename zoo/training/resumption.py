"""Where a stopped training resumes: its newest whole checkpoint, the same for all workers."""

from dataclasses import dataclass

from zoo.backend import tf
from zoo.engine.cluster import same_on_all
from zoo.errors import UserError
from zoo.runs.checkpoints import Checkpoint, latest_checkpoint
from zoo.runs.run_directory import RunDirectory
from zoo.training.metrics_csv import last_step

_NONE, _FAULT = -1, -2  # in the place of a step, when workers compare what they see


@dataclass(frozen=True)
class Newest:
    """What this worker sees of a run's checkpoints.

    Attributes:
        checkpoint: the newest whole one; None if there never was one, or there is a fault.
        fault: why the run cannot be resumed, or None.
    """

    checkpoint: Checkpoint | None
    fault: UserError | None = None


def find_newest(run: RunDirectory) -> Newest:
    """Look for the newest whole checkpoint of a run; damaged ones are warned about and passed over."""
    try:
        checkpoint = latest_checkpoint(run.checkpoints)
        if checkpoint is None:
            _check_young(run)
    except UserError as error:
        return Newest(None, error)
    return Newest(checkpoint)


def agreed(newest: Newest, run: RunDirectory, strategy: tf.distribute.Strategy) -> Checkpoint | None:
    """The checkpoint that all workers see; they call this together.

    Raises:
        UserError: workers see different checkpoints, or ``newest`` has a fault. A worker that raised before
            the comparison would leave the others to wait for it.
    """
    step = _NONE if newest.checkpoint is None else newest.checkpoint.step
    if not same_on_all(strategy, step if newest.fault is None else _FAULT):
        raise UserError(
            f"{run.checkpoints}: workers see different checkpoints; put the `run` into a folder that all of "
            "them see"
        ) from newest.fault
    if newest.fault is not None:
        raise newest.fault
    return newest.checkpoint


def _check_young(run: RunDirectory) -> None:
    """Raise ``UserError`` if the run has no checkpoint though it has trained past its first."""
    every = run.config.get("training", {}).get("checkpoint_every")
    done = last_step(run.path / "metrics.csv")
    if every is not None and done > every:
        raise UserError(
            f"{run.checkpoints}: empty, though metrics.csv has step {done:,} and a checkpoint was due every "
            f"{every:,}; copy them back from a backup, or start another run"
        )
