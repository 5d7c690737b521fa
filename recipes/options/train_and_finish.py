"""What every training recipe does once it knows its job: train, report, measure, export."""

from typing import TYPE_CHECKING

from recipes.options import runs
from recipes.options.console import TERMINAL
from recipes.options.session import Session
from zoo.command_line import say
from zoo.errors import UserError

if TYPE_CHECKING:
    from zoo.data.pipeline.sources import ExampleSource
    from zoo.data.preparation.prepared import Prepared
    from zoo.evaluation.protocol import Protocol
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.job import Job


def train(
    session: Session,
    job: "Job",
    data: "Prepared",
    sources: "list[ExampleSource]",
    exported: tuple[str, ...] = (),
) -> int:
    """Train, with samples, metrics and checkpoints as it goes; then measure, report and export.

    Args:
        session: the call.
        job: what to train.
        data: the prepared data set.
        sources: its readers, which are read through once before training.
        exported: signatures to export, the first one's bundle being ``bundle/``; by default the
            model's first.

    Returns:
        The command's exit status.

    Raises:
        UserError: it cannot be trained as asked; or it was trained, and what follows failed.
    """
    from zoo.data.preparation.feeding import read_all
    from zoo.engine.cluster import chief_first
    from zoo.evaluation.unmeasured import sentences
    from zoo.io.files import write_text
    from zoo.reports import write_report
    from zoo.training.job import Workbench

    arguments = session.arguments
    say(sentences(job.protocol.unmeasured))
    workbench = Workbench(job, session.strategy, session.no_larger_than_saved())
    read_all(data, sources, session.resumed is not None, TERMINAL)
    run = session.open_run(job)
    trainer = session.trainer(workbench.model, run, job.training, len(job.source))
    if session.chief:
        if arguments.notes is not None:
            write_text(run.path / "notes.md", arguments.notes.strip() + "\n")
        if session.resumed is None:
            data.keep(run.path, TERMINAL)
    workbench.prepare(trainer)
    feed = session.feed(job.source, run, job.dtype, workbench.model.batches_per_step)
    try:
        with feed.own_errors():
            finished = session.train(
                workbench, trainer, feed.batches_from, after_sample=lambda: write_report(run.path)
            )
    except KeyboardInterrupt:
        session.stopped(trainer)
        raise
    if not finished:
        session.stopped(trainer)
        return 0
    with chief_first(session.strategy):  # the others wait until all is written
        if session.chief:
            try:
                names = exported or job.entry.signatures[:1]
                _finish(run, job.protocol, () if arguments.no_export else names)
            except UserError as error:
                command = runs.resume_command(session.recipe, run.path, arguments)
                raise UserError(f"{error} (the training is done and saved; to finish: {command})") from error
    return 0


def _finish(run: "RunDirectory", protocol: "Protocol", exported: tuple[str, ...]) -> None:
    """Measure what was trained, export it, and say what was written."""
    from zoo.data.preparation.rejected_csv import REJECTED
    from zoo.reports import write_report
    from zoo.training.job import evaluate

    evaluate(run, protocol)
    bundles = []
    if exported:
        from export.sources.training_run import export_run

        bundles = [export_run(run.path, signature=name, listener=TERMINAL) for name in exported]
    written = [write_report(run.path), run.path / "evaluation.json", run.path / "metrics.csv", run.samples]
    rejected = [path for path in [run.path / REJECTED] if path.is_file()]
    say(f"wrote {path}" for path in [*written, *rejected, *bundles])
