"""What every training recipe does around its model: devices, the run, training, stopping, resuming."""

import argparse
import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recipes.options import console, runs
from recipes.options.presets import apply_preset
from recipes.options.resuming import open_resumed, resumed_values
from zoo.command_line import say, with_flags
from zoo.errors import UserError
from zoo.runs.run_directory import check_name, check_values
from zoo.training.configuration import DecayConfig, TrainingConfig

if TYPE_CHECKING:
    from zoo.backend import tf
    from zoo.data.pipeline.shards import Shard
    from zoo.data.pipeline.sources import ExampleSource
    from zoo.engine.gan import GAN
    from zoo.engine.schedule import Schedule
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.job import Job, Workbench
    from zoo.training.loop import Trainer
    from zoo.training.resumption import Newest


@dataclasses.dataclass(frozen=True)
class Feed:
    """Where a training's batches come from.

    Attributes:
        batches_from: (step, shard) → endless batches of that part from that step on.
        own_errors: enters a context that says in one line what went wrong while reading.
    """

    batches_from: "Callable[[int, Shard], tf.data.Dataset]"
    own_errors: Callable[[], contextlib.AbstractContextManager[None]]


class Session:
    """One call of a training recipe, on every worker of it.

    Args:
        arguments: the command's options.
        recipe: its name.
        model: name of the model that it trains.
        presets: values of each preset by option, for this data.
        default_preset: the one that is used if none is named.
        data_options: options that say which images, which ``data`` in config.json keeps.

    Attributes:
        values: what holds for this run: preset and options, or those of the resumed run.
        resumed: the run that is resumed, or None.
        strategy: what the model must be made under.
        policy: the Keras policy to compute in.
        chief: whether this process speaks and writes.

    Raises:
        UserError: for options that contradict each other, the run or the machine.
    """

    def __init__(
        self,
        arguments: argparse.Namespace,
        recipe: str,
        model: str,
        presets: Mapping[str, Mapping[str, Any]],
        default_preset: str,
        data_options: tuple[str, ...],
    ) -> None:
        self.arguments, self.recipe, self.model = arguments, recipe, model
        self.preset = arguments.preset or default_preset
        self.run_path, resuming = runs.choose_run(arguments.run, recipe, arguments.resume)
        check_name(self.run_path)
        self.resumed = open_resumed(self.run_path, model, recipe) if resuming else None
        self._newest: Newest | None = None  # checkpoint of the resumed run, once it was looked for
        if self.resumed is None:
            self.values = apply_preset(arguments, presets, default_preset)
            if arguments.epochs is not None and arguments.steps is None:
                self.values["steps"] = None
        else:
            self.values = resumed_values(self.resumed, arguments, presets[default_preset], data_options)
        check_values(self.values)

        from zoo.engine.cluster import is_chief, workers
        from zoo.engine.compiled_steps import make_deterministic
        from zoo.engine.strategy import keras_policy, make_strategy

        if arguments.input_service is not None:
            from zoo.data.pipeline.input_client import addresses, connect

            for address in addresses(arguments.input_service):
                connect(address)
        if self.values["deterministic"]:
            make_deterministic(self.values["seed"])
        self.policy = keras_policy(self.values["precision"])
        self.strategy = make_strategy(arguments.strategy, arguments.logical_devices)
        self.chief = is_chief(self.strategy)
        if arguments.run is None and workers(self.strategy) > 1:
            raise UserError("--run: several workers need one run; name it, in a folder that all of them see")
        self._check_batch()

    @contextlib.contextmanager
    def speaking(self) -> Iterator[None]:
        """While entered, only the chief's output is seen; warnings and errors are everyone's.

        A resumed run is locked from here on, a new one as soon as it exists.

        Raises:
            UserError: another process trains the run.
        """
        from zoo.engine.cluster import chief_first, lost_workers_reported

        with contextlib.ExitStack() as self._entered:
            self._entered.enter_context(lost_workers_reported())
            if not self.chief:
                nothing = self._entered.enter_context(open(os.devnull, "w", errors="replace"))
                self._entered.enter_context(contextlib.redirect_stdout(nothing))
            if self.resumed is not None:
                with chief_first(self.strategy):
                    self._lock()
            yield

    def _lock(self) -> None:
        """Let no other process train the run until ``speaking`` is left; the chief does it for all."""
        from zoo.runs.lock import training_lock

        if self.chief:
            self._entered.enter_context(training_lock(self.run_path))

    def training_config(self, examples: int, batches_per_step: int = 1) -> TrainingConfig:
        """How to train on ``examples`` with ``batches_per_step`` batches a step."""
        steps = self.values["steps"]
        if steps is None:
            steps = max(1, self.values["epochs"] * examples // (self.values["batch_size"] * batches_per_step))
        return TrainingConfig(**{**fields(TrainingConfig, self.values), "steps": steps})

    def schedule(self, steps: int, examples: int, batches_per_step: int = 1) -> "Schedule":
        """The learning rate's schedule for a training of ``steps`` on ``examples``."""
        epoch_steps = 1  # where steps are given, the rate changes each step
        if self.values["steps"] is None:  # counted in epochs, it keeps still within each, as the references'
            epoch_steps = max(1, examples // (self.values["batch_size"] * batches_per_step))
        return DecayConfig(**fields(DecayConfig, self.values)).over(steps, epoch_steps)

    def configuration(
        self, kind: type, steps: int = 1, examples: int = 1, per_step: int = 1, **more: Any
    ) -> Any:
        """The configuration ``kind`` of the values here and of ``more``.

        Args:
            kind: a configuration dataclass.
            steps: of the training, for the schedule.
            examples: of an epoch.
            per_step: batches a step.
            more: fields that no option gives.

        Raises:
            UserError: for values that it does not allow, by their options.
        """
        schedule = self.schedule(steps, examples, per_step)
        return kind(**{**fields(kind, self.values), "schedule": schedule, **more})

    @property
    def augmentation(self) -> dict[str, Any]:
        """How examples are drawn and varied, as sources take it."""
        return {name: self.values[name] for name in ("seed", "jitter", "flip")}

    @property
    def cache_mib(self) -> int | None:
        """Memory for decoded images; none where an input service reads them."""
        return self.arguments.cache_mib if self.arguments.input_service is None else 0

    def same_data(self, fingerprint: str, root: Path) -> None:
        """Raise ``UserError`` if the resumed run was trained on other data."""
        if self.resumed is not None and fingerprint != self.resumed.config["data"]["fingerprint"]:
            raise UserError(
                f"{root}: the data is not what {self.run_path} was trained on (its fingerprint differs); "
                "put it back, or start another run without --resume"
            )

    def open_run(self, job: "Job") -> "RunDirectory":
        """Make the run directory of a job, or take the one that is resumed."""
        from zoo.engine.cluster import chief_first
        from zoo.runs.run_directory import RunDirectory

        description = job.description(self.strategy)
        decays = ("schedule", "decay", "decay_every", "decay_factor")
        description["training"] |= {name: self.values[name] for name in decays}
        self._decided = {name: description[name] for name in ("configuration", "training")}
        with chief_first(self.strategy):
            if self.resumed is not None:
                run = self.resumed
            elif self.chief:
                self._lock()
                command = {"recipe": self.recipe, "preset": self.preset, "command": runs.command_line()}
                run = RunDirectory.create(self.run_path, description | command)
            else:
                run = RunDirectory.open(self.run_path, self.model)
        training = job.training
        say(f"run: {run.path}/ ({self.policy}, {training.steps:,} steps of {training.batch_size} images)")
        return run

    def no_larger_than_saved(self) -> contextlib.AbstractContextManager[None]:
        """While entered, networks and optimisers of a resumed run fit what its checkpoint holds."""
        from zoo.engine.weight_limit import weights_of_checkpoint
        from zoo.runs.run_directory import CONFIG
        from zoo.training.resumption import find_newest

        if self.resumed is None:
            return contextlib.nullcontext()
        self._newest = find_newest(self.resumed)  # ``trainer`` raises its fault, where workers agree on it
        checkpoint = self._newest.checkpoint
        if checkpoint is None:
            return contextlib.nullcontext()
        return weights_of_checkpoint(checkpoint.weights, self.run_path / CONFIG)

    def trainer(
        self, model: "GAN", run: "RunDirectory", training: TrainingConfig, examples: int
    ) -> "Trainer":
        """The trainer of ``model``, at the step where the run stopped."""
        from zoo.runs.run_directory import remove_leftovers
        from zoo.training.loop import Trainer

        trainer = Trainer(model, run, training, self.strategy, examples)
        if self.resumed is not None:
            if trainer.restore(self._newest) > training.steps:
                raise UserError(
                    f"--steps {training.steps}: {run.path} has done {trainer.step:,} already; give more"
                )
            if self.chief:
                remove_leftovers(run.path)
                run.update(**self._decided)
            begun = "" if trainer.saved is not None else ": it was stopped before its first checkpoint"
            say(f"resuming from step {trainer.step:,}{begun}")
        return trainer

    def feed(
        self, source: "ExampleSource", run: "RunDirectory", dtype: "tf.DType", batches_per_step: int = 1
    ) -> "Feed":
        """What steps take from ``source``, of ``dtype``: read here, or by an input service."""
        from zoo.data.pipeline.raw_examples import prepare
        from zoo.engine.cluster import chief_first

        service, batch_size = self.arguments.input_service, self.values["batch_size"] * batches_per_step
        if service is None:
            return Feed(
                lambda step, shard: source.training(batch_size, step, dtype, shard), source.own_errors
            )
        folder = self.arguments.prepared or run.path / "prepared"
        with chief_first(self.strategy), console.counted("preparing images") as progress:
            prepared = prepare(source, folder, progress)
        say(f"prepared images: {prepared.folder}/, served by {service}")
        return Feed(
            lambda step, shard: prepared.training(batch_size, step, dtype, shard, service),
            prepared.own_errors,
        )

    def train(
        self,
        workbench: "Workbench",
        trainer: "Trainer",
        batches_from: "Callable[[int, Shard], tf.data.Dataset]",
        after_sample: Callable[[], Any],
    ) -> bool:
        """Train with progress shown; arguments as ``Workbench.train``. False if stopped before the end."""
        with console.training(trainer.config.steps, trainer.step) as on_row:
            return workbench.train(
                trainer,
                batches_from,
                on_row=on_row,
                on_warning=lambda text: console.warn(with_flags(text, self.arguments)),
                after_sample=after_sample,
                limit_minutes=self.arguments.limit_minutes,
                on_stop=console.say_at_once,
            )

    def stopped(self, trainer: "Trainer") -> None:
        """Say what is saved, and how to resume."""
        saved = "nothing" if trainer.saved is None else f"step {trainer.saved:,}"
        say(
            f"stopped after step {trainer.step:,} of {trainer.config.steps:,}; "
            f"saved in {trainer.run.checkpoints}/: {saved}"
        )
        command = runs.resume_command(self.recipe, trainer.run.path, self.arguments)
        say(f"resume with: {command}")

    def _check_batch(self) -> None:
        replicas, batch = self.strategy.num_replicas_in_sync, self.values["batch_size"]
        pieces = self.values["accumulate"]
        if batch % (replicas * pieces):
            fits = max(1, batch // (replicas * pieces)) * replicas * pieces
            of = [f"{replicas} replicas"] if replicas > 1 else []
            of += [f"--accumulate {pieces}"] if pieces > 1 else []
            raise UserError(
                f"--batch-size {batch} is not a multiple of {' × '.join(of)}: use {fits}"
                f"{', or --strategy one' if replicas > 1 else ''}"
            )
        if self.values["jit"] and replicas > 1 and not self._on_gpus():
            raise UserError("--jit: XLA cannot join several replicas on CPUs; leave it out")

    def _on_gpus(self) -> bool:
        return "GPU" in self.strategy.extended.worker_devices[0]


def fields(configuration: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of ``values`` that a configuration dataclass takes."""
    return {name: value for name, value in values.items() if name in configuration.__dataclass_fields__}
