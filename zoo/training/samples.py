"""The pictures and figures of a paired model: sample grids as it trains, held-out figures at the end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from zoo.backend import keras, tf
from zoo.data.images import fit, to_float
from zoo.data.pair_set import PairSet
from zoo.data.pairs import PairSource
from zoo.files import write_json
from zoo.metrics.baselines import Baselines
from zoo.metrics.images import ImageFigures
from zoo.spread import spread
from zoo.training.grids import sample_grid
from zoo.training.inference import SAMPLE_INPUTS, copy_weights
from zoo.training.run_directory import RunDirectory

EVALUATION_BATCH = 16


class SampleGrids:
    """Draws input | generated | real of the same few held-out pairs as training goes.

    Args:
        run: grids go to its ``samples``.
        pairs: uint8 images (sources, targets), (N, H, W, C) each.
        trained: the generator in training.
        used: the generator as it is used, of the same layers; weights are copied into it.
    """

    def __init__(
        self,
        run: RunDirectory,
        pairs: tuple[np.ndarray, np.ndarray],
        trained: keras.Model,
        used: keras.Model,
    ) -> None:
        self._run, self._trained, self._used = run, trained, used
        self._sources, self._targets = pairs
        np.save(run.samples / SAMPLE_INPUTS, self._sources)

    def draw(self, step: int) -> Path:
        """Write ``samples/step-<step>.png``."""
        copy_weights(self._trained, self._used)
        columns = {
            "input": self._sources,
            "generated": self._used.predict_on_batch(to_float(self._sources)),
            "real": self._targets,
        }
        return sample_grid(columns, self._run.samples / f"step-{step:08d}.png")


def sample_pairs(held_out: PairSet, size: tuple[int, int], channels: tuple[int, int], wanted: int = 6):
    """A few pairs of ``held_out`` fitted to ``size``: uint8 sources and targets, (N, H, W, C)."""
    loaded = [held_out.load(i, *channels) for i in spread(len(held_out), wanted)]
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
    figures = {name: ImageFigures() for name in ("model", "mean model image", "nearest training product")}
    shown: list[list[np.ndarray]] = []
    wanted = set(spread(len(held_out.pairs), 8))
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
    results = {name: measured.result() for name, measured in figures.items()}
    evaluation = {
        "step": step,
        "n": results["model"]["n"],
        "size": results["model"]["size"],
        "figures": {
            name: {key: result[key] for key in ("l1", "psnr", "ssim")} for name, result in results.items()
        },
        "protocol": results["model"]["protocol"],
        "samples": "samples/evaluation.png",
    }
    write_json(run.path / "evaluation.json", evaluation)
    return evaluation
