"""What every training recipe does once it knows its model and its data: train, look, measure, export."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recipes._unmeasured import Unmeasured, check_best, sentences
from recipes.options import runs
from recipes.options.session import Session
from zoo.command_line import say
from zoo.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from zoo.engine.signature import Signature
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.configuration import TrainingConfig
    from zoo.training.samples import Drawn

Signatures = Mapping[str, "Signature"]


@dataclass(frozen=True)
class Job:
    """What a recipe trains, and how it looks at what it trained.

    Attributes:
        config: the model's configuration.
        training: how it is trained.
        data: what was found: has ``root`` and ``config()``, for ``config.json``.
        source: feeds the training.
        examples: of an epoch.
        draw: signatures of the model by name → what a sample grid shows.
        evaluate: (run, step, signatures) → ``evaluation.json``, which it writes.
        prepare: called once on the chief with the run, before training: makes what ``measure`` needs.
        measure: signatures → figures on held-out examples at each checkpoint; None for none.
        unmeasured: figures that the data at hand do not allow.
        inputs: pictures that a bundle proves itself on: uint8 (N, H, W, C) by ``Picture.domain``.
        exported: signatures that are exported, the first one's bundle is ``bundle/``.
        read: reads all images once before training.
    """

    config: Any
    training: "TrainingConfig"
    data: Any
    source: Any
    examples: int
    draw: Callable[[Signatures], "Drawn"]
    evaluate: Callable[["RunDirectory", int, Signatures], dict[str, Any]]
    read: Callable[[], None]
    prepare: Callable[["RunDirectory"], None] | None = None
    measure: Callable[[Signatures], dict[str, float]] | None = None
    unmeasured: Unmeasured = field(default_factory=dict)
    inputs: Mapping[str, "np.ndarray"] = field(default_factory=dict)
    exported: tuple[str, ...] = field(default=())


def train(session: Session, job: Job) -> int:
    """Train, with samples, figures and checkpoints as it goes; then measure, report and export.

    Returns:
        The command's exit status.

    Raises:
        UserError: nothing can be trained as it was asked; or the training is done, and what follows
            it went wrong.
    """
    from zoo.backend import tf
    from zoo.engine.cluster import chief_first
    from zoo.inference.trained import resolve_statistics, take_weights
    from zoo.io.files import write_text
    from zoo.models.registry import entry_of
    from zoo.reports import write_report
    from zoo.training.samples import SampleGrids

    arguments, strategy, config = session.arguments, session.strategy, job.config
    training = job.training
    say(sentences(job.unmeasured))
    check_best(training.best, job.unmeasured)
    entry = entry_of(session.model)
    with strategy.scope(), session.no_larger_than_saved():
        model = entry.load("model")(config, precision=session.policy)
        model.compile(
            accumulate=training.accumulate, ema=training.ema, sync_batch_norm=training.sync_batch_norm
        )
    chosen = {}
    if entry.choice_of_statistics:
        chosen["statistics"] = resolve_statistics("auto", config.norm, training.batch_size)
    signatures = {name: entry.load("signature")(config, name, **chosen) for name in entry.signatures}
    job.read()
    run = session.open_run(config, training, job.data.config())
    trainer = session.trainer(model, run, training, job.examples)
    if arguments.notes is not None and session.chief:
        write_text(run.path / "notes.md", arguments.notes.strip() + "\n")
    if job.prepare is not None and session.chief:
        job.prepare(run)
    dtype = tf.float64 if session.policy == "float64" else tf.float32
    feed = session.feed(job.source, run, dtype, model.batches_per_step)

    def update() -> None:
        for signature in signatures.values():
            take_weights(signature, model.generators(), model.averages)

    grids = SampleGrids(run if session.chief else None, lambda: job.draw(signatures), update, job.inputs)

    def on_sample(step: int) -> Any:
        sample = grids.draw(step)
        if session.chief:
            write_report(run.path)
        return sample

    def measure(step: int) -> dict[str, float] | None:
        update()
        return job.measure(signatures) if session.chief else None

    try:
        with feed.own_errors():
            finished = session.train(
                trainer,
                batches_from=feed.batches_from,
                on_sample=on_sample,
                measure=None if job.measure is None else measure,
            )
    except KeyboardInterrupt:
        session.stopped(trainer)
        raise
    if not finished:
        session.stopped(trainer)
        return 0
    with chief_first(strategy):  # the others wait until all is written
        if session.chief:
            try:
                _finish(run, job, () if arguments.no_export else job.exported or entry.signatures[:1])
            except UserError as error:
                command = runs.resume_command(session.recipe, run.path, arguments)
                raise UserError(f"{error} (the training is done and saved; to finish: {command})") from error
    return 0


def _finish(run: "RunDirectory", job: Job, exported: tuple[str, ...]) -> None:
    """Measure what was trained, export it, and say what was written."""
    from zoo.inference.trained import load_inference
    from zoo.models.registry import entry_of
    from zoo.reports import write_report

    names = entry_of(run.config["model"]).signatures
    trained = {name: load_inference(run.path, name) for name in names}
    step = trained[names[0]].provenance["step"]
    job.evaluate(run, step, {name: inference.signature for name, inference in trained.items()})
    bundles: list[Path] = []
    if exported:
        from export.sources.run import export_run

        for name in exported:
            bundles.append(export_run(run.path, signature=name, say=say))
    written = [write_report(run.path), run.path / "evaluation.json", run.path / "metrics.csv", run.samples]
    say(f"wrote {path}" for path in [*written, *bundles])
