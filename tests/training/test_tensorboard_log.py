"""Protects TensorBoard's view of a run: each step once, as last trained, with its samples."""

from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator

from zoo.backend import tf
from zoo.runs.grids import sample_grid
from zoo.training.tensorboard_log import LARGEST, scalars_writer, summarise_grid


def trained(folder: Path, start: int, steps: list[int], go: int) -> None:
    """The ``go``-th part of a training, all its losses ``go``; its file is named to be read in that order."""
    before = set(folder.glob("*"))
    writer = scalars_writer(folder, start)
    with writer.as_default():
        for step in steps:
            tf.summary.scalar("g_l1", float(go), step)
    writer.close()
    (written,) = set(folder.glob("*")) - before
    written.rename(folder / f"events.out.tfevents.{go:010d}.host")


def test_what_a_run_took_back_is_not_shown(tmp_path: Path) -> None:
    """Killed at 9, on from the checkpoint at 4, and once more: as metrics.csv, no step twice."""
    trained(tmp_path, 0, [2, 4, 6, 8], go=1)
    trained(tmp_path, 4, [6, 8, 10], go=2)
    trained(tmp_path, 8, [10, 12], go=3)
    trained(tmp_path, 10, [], go=4)  # stopped before its first row: 12 is gone nevertheless
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    shown = [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors("g_l1")]
    assert shown == [(2, 1), (4, 1), (6, 2), (8, 2), (10, 3)]


@pytest.mark.parametrize("size", [64, 700])
def test_samples_are_in_the_log(size: int, tmp_path: Path) -> None:
    """The picture at its step, in its own colours; no larger than a log can keep hundreds of."""
    columns = {name: np.full((2, size, size, 3), 90, np.uint8) for name in ("input", "generated")}
    png = sample_grid(columns, tmp_path / "step-00000250.png")
    writer = scalars_writer(tmp_path / "logs", 0)
    with writer.as_default():
        summarise_grid(png, 250)
    writer.close()
    events = EventAccumulator(str(tmp_path / "logs"))
    events.Reload()
    (event,) = events.Tensors("samples")
    picture = tf.io.decode_png(event.tensor_proto.string_val[2]).numpy()
    assert event.step == 250
    assert max(picture.shape) <= LARGEST
    assert picture[picture.shape[0] // 4, picture.shape[1] // 4].tolist() == [90, 90, 90]
