"""The pictures and figures of a paired model: sample grids as it trains, held-out figures at the end."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zoo.backend import tf
from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import fit
from zoo.data.pipeline.pairs import PairSource
from zoo.data.sets.pair_set import PairSet
from zoo.evaluation.baselines import Baselines
from zoo.evaluation.pair_metrics import PairMetrics
from zoo.io.files import write_json, write_whole
from zoo.runs.grids import sample_grid
from zoo.runs.run_directory import RunDirectory
from zoo.runs.sample_inputs import sample_inputs_file

EVALUATION_BATCH = 16


@dataclass(frozen=True)
class Drawn:
    """What a sample grid shows.

    Attributes:
        columns: title → images (N, H, W, C), uint8 or floats in [-1, 1].
        inputs: what the generator was given: such images, or vectors (N, D).
        outputs: what it made of them: such images.
        targets: real images like those that it should make, if at hand.
        captions: a line beneath each row, or None.
    """

    columns: Mapping[str, Any]
    inputs: np.ndarray
    outputs: np.ndarray
    targets: np.ndarray | None = None
    captions: Sequence[str] | None = None


@dataclass(frozen=True)
class Sample:
    """A sample grid that was written, and what it shows; see ``Drawn``."""

    picture: Path
    inputs: np.ndarray
    outputs: np.ndarray
    targets: np.ndarray | None


class SampleGrids:
    """Draws what a model makes of the same few held-out examples as training goes.

    Every worker calls ``draw``; only the chief writes.

    Args:
        run: grids go to its ``samples``; None where this process is not the chief.
        draw: what the grid shows, by the networks as they are used.
        update: gives those networks the weights of the ones in training.
        inputs: pictures to be kept for the exporter: uint8 (N, H, W, C) by ``Picture.domain``.
    """

    def __init__(
        self,
        run: RunDirectory | None,
        draw: Callable[[], Drawn],
        update: Callable[[], None],
        inputs: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        self._run, self._draw, self._update = run, draw, update
        if run is not None:
            for domain, pictures in (inputs or {}).items():
                content = io.BytesIO()
                np.save(content, pictures)
                write_whole(sample_inputs_file(run.path, domain), content.getvalue())

    def draw(self, step: int) -> Sample | None:
        """Write ``samples/step-<step>.png``; None where this process is not the chief."""
        self._update()
        if self._run is None:
            return None
        drawn = self._draw()
        picture = sample_grid(drawn.columns, self._run.samples / f"step-{step:08d}.png", drawn.captions)
        return Sample(picture, drawn.inputs, drawn.outputs, drawn.targets)


def measure_pairs(generate: Callable[[tf.Tensor], tf.Tensor], held_out: PairSource) -> dict[str, float]:
    """L1, PSNR and SSIM of a generator on all of ``held_out``, by name; see ``PairMetrics``."""
    metrics = PairMetrics()
    for sources, targets in held_out.evaluation(EVALUATION_BATCH):
        metrics.update(np.asarray(generate(sources)), np.asarray(targets))
    return metrics.result()


def sample_pairs(held_out: PairSet, size: tuple[int, int], channels: tuple[int, int], wanted: int = 6):
    """A few pairs of ``held_out`` fitted to ``size``: uint8 sources and targets, (N, H, W, C)."""
    loaded = [held_out.load(i, *channels) for i in evenly_spaced(len(held_out), wanted)]
    sources, targets = ([fit(pair[side], size) for pair in loaded] for side in (0, 1))
    return np.stack(sources), np.stack(targets)


def evaluate_held_out(
    run: RunDirectory,
    step: int,
    generate: Callable[[tf.Tensor], tf.Tensor],
    training: PairSource,
    held_out: PairSource,
) -> dict[str, Any]:
    """Measure a generator on the held-out pairs beside the two baselines; write ``evaluation.json``.

    Args:
        run: ``evaluation.json`` and ``samples/evaluation.png`` are written into it.
        step: training steps that the generator has done.
        generate: (N, H, W, C) in [-1, 1] → (N, H, W, C) in [-1, 1].
        training: the pairs trained on, for the baselines.
        held_out: the pairs to measure on.

    Returns:
        What ``evaluation.json`` holds: step, n, size, figures by method, protocol, samples.
    """
    baselines = Baselines.from_training(training.evaluation(EVALUATION_BATCH), training.target)
    mean = baselines.mean_image()
    figures = {name: PairMetrics() for name in ("model", "mean model image", "nearest training product")}
    shown: list[list[np.ndarray]] = []
    wanted = set(evenly_spaced(len(held_out.pairs), 8))
    place = 0
    for sources, targets in held_out.evaluation(EVALUATION_BATCH):
        predictions = {
            "model": np.asarray(generate(sources)),
            "mean model image": np.broadcast_to(mean, targets.shape),
            "nearest training product": baselines.nearest(sources)[0],
        }
        for name, images in predictions.items():
            figures[name].update(images, targets)
        for i in range(len(sources)):
            if place + i in wanted:
                rows = (
                    sources,
                    predictions["model"],
                    targets,
                    mean[None],
                    predictions["nearest training product"],
                )
                shown.append([np.asarray(images[min(i, len(images) - 1)]) for images in rows])
        place += len(sources)
    titles = ("input", "generated", "real", "mean", "nearest")
    sample_grid(
        {title: np.stack([row[column] for row in shown]) for column, title in enumerate(titles)},
        run.samples / "evaluation.png",
    )
    model = figures["model"]
    evaluation = {
        "step": step,
        "n": model.n,
        "size": list(model.size),
        "figures": {name: measured.result() for name, measured in figures.items()},
        "protocol": model.definitions,
        "samples": "samples/evaluation.png",
    }
    write_json(run.path / "evaluation.json", evaluation)
    return evaluation
