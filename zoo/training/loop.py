"""The training loop: steps, rows of metrics, samples, checkpoints, in that order of care."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zoo.backend import tf
from zoo.errors import UserError
from zoo.gan import GAN
from zoo.training.checkpoints import latest_checkpoint, restore_checkpoint, save_checkpoint
from zoo.training.metrics_log import MetricsLog
from zoo.training.run_directory import RunDirectory
from zoo.training.signals import StopRequest


@dataclass(frozen=True)
class TrainingConfig:
    """How a model is trained, beside what its own configuration says.

    Attributes:
        steps: training steps in all.
        batch_size: images a step, over all replicas.
        seed: of the order of the data and its augmentation.
        jitter: enlarge by 286/256 and crop at random.
        flip: mirror half of the examples.
        log_every: steps between two rows of ``metrics.csv``.
        sample_every: steps between two sample grids.
        checkpoint_every: steps between two checkpoints.
        keep: checkpoints that stay on disk.
    """

    steps: int
    batch_size: int = 1
    seed: int = 0
    jitter: bool = True
    flip: bool = True
    log_every: int = 50
    sample_every: int = 500
    checkpoint_every: int = 1000
    keep: int = 2


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
    """Trains one model in one run directory.

    Args:
        model: compiled, made under the strategy's scope.
        run: where everything is written.
        config: how to train.
        strategy: what ``model`` was made under.
        epoch_size: pairs in the training set, to count epochs.
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
        self.step = 0
        self._seconds = 0.0
        self._pending: list[dict[str, float]] = []  # losses of the steps since the last row

    def restore(self) -> int:
        """Go on from the newest whole checkpoint, if there is one; returns the step."""
        found = latest_checkpoint(self.run.checkpoints)
        if found is not None:
            restore_checkpoint(found, self.model.checkpoint_items())
            self.step = found.step
            self._seconds = found.state["seconds"]
            self._pending = found.state["pending"]
        return self.step

    def train(
        self,
        batches_from: Callable[[int], tf.data.Dataset],
        on_row: Callable[[Progress], None],
        on_sample: Callable[[int], None],
    ) -> bool:
        """Train to the last step, or until SIGINT or SIGTERM, and save.

        Args:
            batches_from: endless batches from a step on.
            on_row: called after each row of metrics.
            on_sample: called with the step when a sample grid is due.

        Returns:
            True if all steps are done, False if stopped before.

        Raises:
            UserError: if a loss is not finite, or a checkpoint cannot be written.
        """
        log = MetricsLog(self.run.path / "metrics.csv", self.step)
        scalars = tf.summary.create_file_writer(str(self.run.path / "logs"))
        dataset = batches_from(self.step)
        if self.strategy.num_replicas_in_sync > 1:
            dataset = self.strategy.experimental_distribute_dataset(dataset)
        batches = iter(dataset)
        train_function = self.model.make_train_function()
        config, saved = self.config, self.step
        since = time.perf_counter()

        with StopRequest() as stop, scalars.as_default():
            while self.step < config.steps and stop.signal is None:
                losses = train_function(batches)
                self.step += 1
                self._pending.append(losses)
                last = self.step == config.steps
                if self.step % config.log_every == 0 or last:
                    row, since = self._row(since)
                    log.append({**row})
                    for name, value in row.items():
                        tf.summary.scalar(name, value, self.step)
                    on_row(self._progress(row))
                if self.step % config.sample_every == 0 or last:
                    before = time.perf_counter()
                    on_sample(self.step)
                    since += time.perf_counter() - before  # not counted as training
                if self.step % config.checkpoint_every == 0 or last:
                    before = time.perf_counter()
                    self.save()
                    saved = self.step
                    since += time.perf_counter() - before
            if saved != self.step:
                self.save()
        return self.step == config.steps

    def save(self) -> None:
        """Write a checkpoint of this moment."""
        self._pending = self._checked_losses()
        save_checkpoint(
            self.run.checkpoints,
            self.step,
            self.model.checkpoint_items(),
            {"seconds": self._seconds, "pending": self._pending},
            self.config.keep,
        )

    def _checked_losses(self) -> list[dict[str, float]]:
        """Losses of the pending steps as numbers, all finite."""
        numbers = [{name: float(value) for name, value in losses.items()} for losses in self._pending]
        for back, losses in enumerate(reversed(numbers)):
            faulty = [name for name, value in losses.items() if not np.isfinite(value)]
            if faulty:
                raise UserError(
                    f"step {self.step - back}: {', '.join(faulty)} not finite; training stopped and the last "
                    f"good checkpoint in {self.run.checkpoints} kept. Try --precision float32 or a lower "
                    "--learning-rate"
                )
        return numbers

    def _row(self, since: float) -> tuple[dict[str, float], float]:
        losses = self._checked_losses()
        now = time.perf_counter()
        self._seconds += now - since
        row = {
            "step": self.step,
            "epoch": self.step * self.config.batch_size / self.epoch_size,
            "seconds": self._seconds,
            "images_per_second": len(losses) * self.config.batch_size / (now - since),
            **{name: float(np.mean([step[name] for step in losses])) for name in losses[0]},
        }
        self._pending = []
        return row, now

    def _progress(self, row: dict[str, float]) -> Progress:
        speed = row["images_per_second"]
        left = (self.config.steps - self.step) * self.config.batch_size / speed
        losses = {
            name: value
            for name, value in row.items()
            if name not in ("step", "epoch", "seconds", "images_per_second")
        }
        return Progress(self.step, losses, speed, left)
