"""Sample grids of a model as it trains."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoo.evaluation.sample_grid import SampleGrid
from zoo.io.files import write_whole
from zoo.runs.grids import sample_grid
from zoo.runs.run_directory import RunDirectory
from zoo.runs.sample_inputs import sample_inputs_file


@dataclass(frozen=True)
class Sample:
    """A sample grid that was written, and what it shows; see ``SampleGrid``."""

    picture: Path
    inputs: np.ndarray
    outputs: np.ndarray
    targets: np.ndarray | None


def write_sample(run: RunDirectory, step: int, grid: SampleGrid) -> Sample:
    """Write ``samples/step-<step>.png`` into the run."""
    picture = sample_grid(grid.columns, run.samples / f"step-{step:08d}.png", grid.captions)
    return Sample(picture, grid.inputs, grid.outputs, grid.targets)


def write_sample_inputs(run: RunDirectory, inputs: Mapping[str, np.ndarray]) -> None:
    """Keep the images that samples are generated from, which a bundle is verified with too.

    Args:
        run: where they are kept.
        inputs: uint8 (N, H, W, C) by ``Picture.domain``.
    """
    for domain, images in inputs.items():
        content = io.BytesIO()
        np.save(content, images)
        write_whole(sample_inputs_file(run.path, domain), content.getvalue())
