"""A training from start to finish: a model, what it learns from, and the protocol that measures it.

protocol = PairsProtocol(source, held_out)
job = Job("pix2pix", Pix2PixConfig(), TrainingConfig(steps=1500), source, protocol)
run = train(job, "runs/shots")
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from zoo.backend import tf
from zoo.data.pipeline.shards import Shard
from zoo.data.pipeline.sources import ExampleSource
from zoo.engine.cluster import workers
from zoo.engine.gan import GAN
from zoo.engine.signature import Signature
from zoo.engine.strategy import describe_hardware
from zoo.evaluation.protocol import Protocol
from zoo.evaluation.unmeasured import check_best
from zoo.inference.run_checkpoint import load_inference, resolve_statistics, take_weights
from zoo.listener import SILENT, Listener
from zoo.models.info import ModelInfo
from zoo.models.registry import model_info
from zoo.runs.lock import training_lock
from zoo.runs.run_directory import RunDirectory
from zoo.training.configuration import TrainingConfig
from zoo.training.loop import Progress, Trainer
from zoo.training.samples import Sample, write_sample, write_sample_inputs


@dataclass(frozen=True)
class Job:
    """What is trained, and how it is measured.

    Attributes:
        model: name in the registry, such as "pix2pix".
        config: the model's configuration.
        training: how it is trained.
        source: the examples it learns from.
        protocol: samples and measures it.
        precision: Keras policy, such as "float32" or "mixed_bfloat16".
        data: what ``config.json`` says of the data, as ``Prepared.config`` gives it.
    """

    model: str
    config: Any
    training: TrainingConfig
    source: ExampleSource
    protocol: Protocol
    precision: str = "float32"
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def entry(self) -> ModelInfo:
        """The model's entry in the registry."""
        return model_info(self.model)

    @property
    def dtype(self) -> tf.DType:
        """Of the examples."""
        return tf.float64 if self.precision == "float64" else tf.float32

    def description(self, strategy: tf.distribute.Strategy) -> dict[str, Any]:
        """What ``config.json`` says of a run of this job under ``strategy``."""
        return {
            "model": self.model,
            "title": self.entry.title,
            "configuration": asdict(self.config),
            "training": asdict(self.training),
            "data": dict(self.data),
            "hardware": describe_hardware(),
            "strategy": f"{type(strategy).__name__}, {strategy.num_replicas_in_sync} replicas",
            "workers": workers(strategy),
            "precision": self.precision,
        }


class Workbench:
    """The model of a job under a strategy, and the same as it is used after training.

    Args:
        job: what to build.
        strategy: what the model is trained under.
        limit: entered while the model is built, as ``weights_of_checkpoint``.

    Attributes:
        model: compiled.
        signatures: by name; ``update`` gives them the weights of ``model``.

    Raises:
        UserError: the metric that selects the best checkpoint cannot be measured, or no bundle could
            describe the model.
    """

    def __init__(
        self,
        job: Job,
        strategy: tf.distribute.Strategy,
        limit: AbstractContextManager[None] | None = None,
    ) -> None:
        check_best(job.training.best, job.protocol.unmeasured)
        self.job, entry, training = job, job.entry, job.training
        with strategy.scope(), limit or nullcontext():
            self.model: GAN = entry.load("model")(job.config, precision=job.precision)
            self.model.compile(
                accumulate=training.accumulate, ema=training.ema, sync_batch_norm=training.sync_batch_norm
            )
        options = {}
        if entry.choice_of_statistics:
            options["statistics"] = resolve_statistics("auto", job.config.norm, training.batch_size)
        self.signatures: dict[str, Signature] = {
            name: entry.load("signature")(job.config, name, **options) for name in entry.signatures
        }

    def update(self) -> None:
        """Give the signatures the weights in training, or their moving averages."""
        for signature in self.signatures.values():
            take_weights(signature, self.model.generators(), self.model.averages)

    def prepare(self, trainer: Trainer) -> None:
        """Get ready what samples and metrics need, and keep it in the run; only the chief writes."""
        if trainer.chief:
            self.job.protocol.prepare(trainer.run)
            write_sample_inputs(trainer.run, self.job.protocol.inputs)

    def train(
        self,
        trainer: Trainer,
        batches_from: Callable[[int, Shard], tf.data.Dataset],
        on_row: Callable[[Progress], None],
        on_warning: Callable[[str], None],
        after_sample: Callable[[], None] = lambda: None,
        limit_minutes: float | None = None,
        on_stop: Callable[[str], None] = SILENT.say,
    ) -> bool:
        """Train with samples and metrics as it goes; every worker calls it, after ``prepare``.

        Args:
            trainer: of the model.
            batches_from, on_row, on_warning, limit_minutes, on_stop: as ``Trainer.train``.
            after_sample: called on the chief after each sample grid, as to write a report.

        Returns:
            True if all steps are done, False if stopped before.

        Raises:
            UserError: as ``Trainer.train``.
        """

        def sample(step: int) -> Sample | None:
            self.update()
            if not trainer.chief:
                return None
            written = write_sample(trainer.run, step, self.job.protocol.samples(self.signatures))
            after_sample()
            return written

        def measure(step: int) -> dict[str, float] | None:
            self.update()
            return self.job.protocol.measure(self.signatures) if trainer.chief else None

        return trainer.train(batches_from, on_row, sample, measure, on_warning, limit_minutes, on_stop)


def evaluate(run: RunDirectory, protocol: Protocol) -> dict[str, Any]:
    """Measure the model of a run; write ``evaluation.json`` and its sample grid into the run.

    Args:
        run: with a checkpoint; the best one is measured if it kept one.
        protocol: after ``Protocol.prepare``.

    Returns:
        The content of ``evaluation.json``.

    Raises:
        UserError: the run has no whole checkpoint.
    """
    names = model_info(run.config["model"]).signatures
    trained = {name: load_inference(run.path, name) for name in names}
    step = trained[names[0]].provenance["step"]
    return protocol.evaluate(run, step, {name: each.signature for name, each in trained.items()})


def train(
    job: Job,
    folder: Path | str,
    strategy: tf.distribute.Strategy | None = None,
    listener: Listener = SILENT,
) -> RunDirectory:
    """Train a job to its last step in a new run directory, and measure it.

    Args:
        job: what to train.
        folder: the run directory, which must be new or empty.
        strategy: what to train under, in this process alone; TensorFlow's current one by default.
        listener: receives how far the training is, and warning signs.

    Returns:
        The run, with its checkpoints, samples, ``metrics.csv`` and ``evaluation.json``.

    Raises:
        UserError: ``folder`` is taken, or the training goes wrong.
        KeyboardInterrupt: SIGINT or SIGTERM stopped it; the checkpoint of the last step is saved.
    """
    strategy = strategy or tf.distribute.get_strategy()
    workbench = Workbench(job, strategy)
    batch_size = job.training.batch_size * workbench.model.batches_per_step
    with training_lock(Path(folder)):
        run = RunDirectory.create(Path(folder), job.description(strategy))
        trainer = Trainer(workbench.model, run, job.training, strategy, len(job.source))
        workbench.prepare(trainer)
        with job.source.own_errors(), listener.counted("training") as progress:
            finished = workbench.train(
                trainer,
                lambda step, shard: job.source.training(batch_size, step, job.dtype, shard),
                on_row=lambda row: progress(row.step, job.training.steps),
                on_warning=listener.warn,
            )
        if not finished:
            raise KeyboardInterrupt(
                f"stopped after step {trainer.step:,} of {job.training.steps:,}; it is saved"
            )
        evaluate(run, job.protocol)
    return run
