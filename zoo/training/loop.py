"""The training loop: steps, rows of metrics, samples, checkpoints, in that order."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from zoo.backend import tf
from zoo.data.pipeline.shards import Shard
from zoo.engine.cluster import any_worker, is_chief, lost_workers_reported
from zoo.engine.compiled_steps import Execution
from zoo.engine.gan import GAN
from zoo.io.files import write_json
from zoo.listener import SILENT
from zoo.runs.checkpoints import BEST, restore_checkpoint, save_checkpoint
from zoo.runs.run_directory import RunDirectory
from zoo.training.best_checkpoint import BestCheckpoint
from zoo.training.configuration import TrainingConfig
from zoo.training.divergence import check_losses, check_weights
from zoo.training.journal import Journal
from zoo.training.loss_sums import Sums
from zoo.training.resumption import Newest, agreed, find_newest
from zoo.training.samples import Sample
from zoo.training.signals import StopRequest


@dataclass(frozen=True)
class Progress:
    """What is known after a row of metrics: for a progress display.

    Attributes:
        step: steps done.
        losses: means since the row before, by name.
        images_per_second: since the row before.
        seconds_left: at that speed.
    """

    step: int
    losses: dict[str, float]
    images_per_second: float
    seconds_left: float


class Trainer:
    """Trains one model in one run directory, alone or as one of several workers.

    Every worker calls the same methods; only the chief writes.

    Args:
        model: compiled, made under the strategy's scope.
        run: where everything is written.
        config: how to train.
        strategy: what ``model`` was made under.
        epoch_size: examples in the training set, to count epochs.

    Attributes:
        step: steps done.
        saved: step of the newest checkpoint, or None.
        chief: whether this process writes.
    """

    def __init__(
        self,
        model: GAN,
        run: RunDirectory,
        config: TrainingConfig,
        strategy: tf.distribute.Strategy,
        epoch_size: int,
    ) -> None:
        self.model = model
        self.run = run
        self.config = config
        self.strategy = strategy
        self.epoch_size = epoch_size
        self.chief = is_chief(strategy)
        self._images = config.batch_size * model.batches_per_step  # of a step
        self.step = 0
        self.saved: int | None = None
        self._seconds = 0.0
        self._unlogged = 0.0  # seconds since the last row, when the checkpoint was written
        self._pending = Sums()  # losses of the steps since the last row
        self._new: tf.Tensor | None = None  # losses of the last execution, perhaps still being computed
        self._best = BestCheckpoint(config.best)
        self._journal_state: dict | None = None
        self._execution = Execution(model, strategy, config.jit)

    def restore(self, newest: Newest | None = None) -> int:
        """Resume from the newest whole checkpoint, or stay at step 0 if there never was one.

        Nothing is written. Returns the step.

        Args:
            newest: of ``find_newest``, where it was looked for before.

        Raises:
            UserError: no checkpoint is whole, or all were removed; workers see different ones.
        """
        checkpoint = agreed(newest or find_newest(self.run), self.run, self.strategy)
        if checkpoint is not None:
            restore_checkpoint(checkpoint, self.model.checkpoint_items())
            state = checkpoint.state
            self.step = self.saved = checkpoint.step
            self._seconds = state.get("seconds", 0.0)
            self._unlogged = state.get("unlogged", 0.0)
            self._pending = Sums.restored(state.get("pending", []))
            self._journal_state = state.get("journal")
            self._best.restore(state.get("best"), self.run.checkpoints, checkpoint.step)
        return self.step

    def train(
        self,
        batches_from: Callable[[int, Shard], tf.data.Dataset],
        on_row: Callable[[Progress], None],
        on_sample: Callable[[int], Sample | None],
        measure: Callable[[int], dict[str, float] | None] | None = None,
        on_warning: Callable[[str], None] = SILENT.say,
        limit_minutes: float | None = None,
        on_stop: Callable[[str], None] = SILENT.say,
    ) -> bool:
        """Train to the last step, or until SIGINT, SIGTERM or the limit, and save.

        Args:
            batches_from: endless batches from a step on, of this worker's part of each.
            on_row: called on the chief after each row of metrics.
            on_sample: called with the step when a sample grid is due.
            measure: called with the step at each checkpoint: on the chief, metrics on held-out
                examples by name, ``config.best`` among them.
            on_warning: called on the chief with each sign that training is going wrong.
            limit_minutes: how long to train at most.
            on_stop: see ``StopRequest``.

        Returns:
            True if all steps are done, False if stopped before.

        Raises:
            UserError: if a loss or a weight is not finite, a checkpoint cannot be written, or
                another worker was lost.
        """
        config = self.config
        journal = None
        if self.chief:
            losses = self.model.discriminator_losses
            journal = Journal(self.run, self.step, losses, self._journal_state, on_warning)
        started = time.monotonic()
        since = time.perf_counter() - self._unlogged

        with StopRequest(on_stop) as stop, lost_workers_reported():
            batches = self._distributed(batches_from)
            while self.step < config.steps:
                self._execute(batches)
                last = self.step == config.steps
                if self.step % config.log_every == 0 or last:
                    row, steps, since = self._row(since)
                    if journal is not None:
                        journal.row(row, steps)
                        on_row(self._progress(row))
                if self.step % config.sample_every == 0 or last:
                    before = time.perf_counter()
                    sample = on_sample(self.step)
                    if journal is not None and sample is not None:
                        journal.sample(self.step, sample)
                    since += time.perf_counter() - before  # not counted as training
                over = limit_minutes is not None and time.monotonic() - started >= 60 * limit_minutes
                stopped = any_worker(self.strategy, stop.signal is not None or over)
                if self.step % config.checkpoint_every == 0 or last or stopped:
                    before = time.perf_counter()
                    self._unlogged = before - since
                    if measure is not None and not stopped:
                        held_out = measure(self.step)
                        if journal is not None:
                            journal.held_out(self.step, held_out)
                            self._best.record(self.step, held_out)
                    self._journal_state = None if journal is None else journal.state()
                    self.save()
                    since += time.perf_counter() - before
                if stopped:
                    break
        if journal is not None:
            journal.flush()
        return self.step == config.steps

    def save(self) -> None:
        """Write a checkpoint of this moment."""
        self._add_losses()
        check_weights(self.model.checkpoint_items(), self.step, self.saved)
        save_checkpoint(
            self.run.checkpoints,
            self.step,
            self.model.checkpoint_items(),
            {
                "seconds": self._seconds,
                "unlogged": self._unlogged,
                "pending": self._pending.state(),
                "journal": self._journal_state,
                "best": self._best.state,
            },
            self.config.keep,
            keep_step=self._best.step,
            write=self.chief,
        )
        if self.chief and self._best.state is not None:
            write_json(self.run.checkpoints / BEST, self._best.state)
        self.saved = self.step

    def _distributed(self, batches_from: Callable[[int, Shard], tf.data.Dataset]) -> Iterator:
        if self.strategy.num_replicas_in_sync == 1:
            return iter(batches_from(self.step, Shard()))

        def of_worker(context: tf.distribute.InputContext) -> tf.data.Dataset:
            replicas = context.num_replicas_in_sync // context.num_input_pipelines
            return batches_from(
                self.step, Shard(context.input_pipeline_id, context.num_input_pipelines, replicas)
            )

        return iter(self.strategy.distribute_datasets_from_function(of_worker))

    def _execute(self, batches: Iterator) -> None:
        """Train up to the next event, ``steps_per_execution`` steps at most."""
        config = self.config
        events = (config.log_every, config.sample_every, config.checkpoint_every)
        count = min(
            config.steps_per_execution,
            config.steps - self.step,
            *(every - self.step % every for every in events),
        )
        new = self._execution(batches, count)
        self._add_losses()  # of the execution before, while the device computes this one
        self._new = new
        self.step += count

    def _add_losses(self) -> None:
        """Add the last execution's losses to the row; raise ``UserError`` unless all are finite."""
        if self._new is None:
            return
        rows, self._new = self._new.numpy(), None
        for row, step in zip(rows, range(self.step - len(rows) + 1, self.step + 1), strict=True):
            losses = dict(zip(self._execution.losses, row.tolist(), strict=True))
            check_losses(losses, step, self.saved)
            self._pending.add(losses)

    def _row(self, since: float) -> tuple[dict[str, float], int, float]:
        """A row of metrics, how many steps it is the mean of, and the time of now."""
        self._add_losses()
        pending, self._pending = self._pending, Sums()
        now = time.perf_counter()
        self._seconds += now - since
        row = {
            "step": self.step,
            "epoch": self.step * self._images / self.epoch_size,
            "seconds": self._seconds,
            "images_per_second": pending.steps * self._images / (now - since),
            **pending.means(),
        }
        return row, pending.steps, now

    def _progress(self, row: dict[str, float]) -> Progress:
        speed = row["images_per_second"]
        left = (self.config.steps - self.step) * self._images / speed
        losses = {
            name: value
            for name, value in row.items()
            if name not in ("step", "epoch", "seconds", "images_per_second")
        }
        return Progress(self.step, losses, speed, left)
