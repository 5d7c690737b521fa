"""The bundle of a training run's model."""

from pathlib import Path
from typing import Any

from export.bundle import NOTHING_MORE, Extras, check_target, say_what_was_written, write_bundle
from export.contract import from_inference
from zoo.errors import UserError
from zoo.inference.run_checkpoint import load_inference
from zoo.inference.run_model import signatures_of
from zoo.listener import SILENT, Listener
from zoo.renamed import former_arguments
from zoo.runs.run_files import read_run_file
from zoo.runs.sample_inputs import sample_inputs


@former_arguments(usage="signature", say="listener")
def export_run(
    run: Path,
    output: Path | None = None,
    statistics: str = "auto",
    checkpoint: str = "auto",
    extras: Extras = NOTHING_MORE,
    listener: Listener = SILENT,
    signature: str | None = None,
    dropout: bool = False,
) -> Path:
    """Write the bundle of a run's model in one of its signatures and return its directory.

    Args:
        run: directory of a training.
        output: where the bundle goes; by default ``RUN/bundle`` for the usual signature, and
            ``RUN/bundle-NAME`` for another.
        statistics: "auto", "image" or "moving", see ``zoo.inference.run_checkpoint``.
        checkpoint: "auto", "last" or "best", see there too.
        extras: see ``Extras``.
        listener: receives one line a step, and what was measured and written at the end.
        signature: its name; by default the usual one.
        dropout: redraw it at each call, see ``zoo.inference.run_checkpoint``.

    Raises:
        UserError: as ``write_bundle``, and where ``run`` cannot be exported.
    """
    run = Path(run)
    if not run.is_dir():
        raise UserError(f"{run} is not a directory: name a training run")
    if output is None:
        is_usual = signature is None or signature == signatures_of(run)[0]
        output = run / ("bundle" if is_usual else f"bundle-{signature}")
    output = Path(output)
    check_target(output)
    evaluation = _evaluation(run / "evaluation.json")
    listener.say(f"{run}: loading the trained generator")
    source = from_inference(load_inference(run, signature, statistics, checkpoint, dropout))
    contract = write_bundle(source, output, sample_inputs(run), extras, evaluation, listener)
    say_what_was_written(contract, output, listener)
    return output


def _evaluation(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    remedy = "remove it or evaluate again"
    evaluation = read_run_file(path, "evaluation", remedy=remedy)
    for name in ("step", "n", "size", "figures"):
        if name not in evaluation:
            raise UserError(f"{path}: {name} is missing; {remedy}")
    return evaluation
