"""The evaluation of a run: ``evaluation.json``, its sample grid, and the same in lines of text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zoo.evaluation.metrics import metric
from zoo.evaluation.sample_grid import SampleGrid
from zoo.evaluation.unmeasured import NONE, Unmeasured, sentences
from zoo.io.files import write_json
from zoo.listener import SILENT, Listener

if TYPE_CHECKING:
    from zoo.runs.run_directory import RunDirectory

FILE = "evaluation.json"
PICTURE = "samples/evaluation.png"


@dataclass(frozen=True)
class Evaluation:
    """What a protocol measured of a trained model.

    Attributes:
        metrics: by what was measured ("model", baselines, references) and by metric.
        n: how many items were measured.
        size: (height, width) of the images in pixels.
        definitions: how it was measured, in sentences.
        grid: images that show it.
        targets: metric → the least value that is asked for; unmeasured ones are left out.
        counted: what ``n`` counts.
    """

    metrics: Mapping[str, Mapping[str, float]]
    n: int
    size: tuple[int, int]
    definitions: Sequence[str]
    grid: SampleGrid
    targets: Mapping[str, float] = field(default_factory=dict)
    counted: str = "held-out images"


def write_evaluation(
    run: "RunDirectory",
    step: int,
    evaluation: Evaluation,
    unmeasured: Unmeasured = NONE,
    listener: Listener = SILENT,
) -> dict[str, Any]:
    """Write ``evaluation.json`` and ``samples/evaluation.png`` into ``run``, and say the metrics.

    Args:
        run: where they go.
        step: training steps that the model has done.
        evaluation: what was measured.
        unmeasured: metrics that the data does not allow.
        listener: receives a line for each thing measured and for each target.

    Returns:
        The content of ``evaluation.json``.

    Raises:
        UserError: a file cannot be written.
    """
    from zoo.runs.grids import sample_grid

    metrics = {name: dict(values) for name, values in evaluation.metrics.items() if values or name == "model"}
    targets = {name: least for name, least in evaluation.targets.items() if name in metrics["model"]}
    sample_grid(evaluation.grid.columns, run.path / PICTURE, evaluation.grid.captions)
    content = {
        "step": step,
        "n": evaluation.n,
        "counted": evaluation.counted,
        "size": list(evaluation.size),
        "figures": metrics,
        "protocol": [*evaluation.definitions, *sentences(unmeasured)],
        "targets": [{"figure": name, "at_least": least} for name, least in targets.items()],
        "samples": PICTURE,
    }
    write_json(run.path / FILE, content)
    listener.say(_lines(metrics, targets))
    return content


def _lines(metrics: Mapping[str, Mapping[str, float]], targets: Mapping[str, float]) -> list[str]:
    """A line for each thing measured and for each target."""
    width = max(18, *map(len, metrics))
    lines = []
    for name, values in metrics.items():
        texts = [f"{metric(key).title} {_with_unit(key, value)}" for key, value in values.items()]
        lines.append(f"  {name:{width}} {', '.join(texts)}")
    for name, least in targets.items():
        word = "at least" if metrics["model"][name] >= least else "less than"
        lines.append(f"  {metric(name).title}: {word} the target of {metric(name).format_target(least)}")
    return lines


def _with_unit(name: str, value: float) -> str:
    unit = metric(name).unit
    return f"{metric(name).format(value)}{' ' if unit else ''}{unit}"
