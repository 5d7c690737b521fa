"""What two runs have in common: rows of metrics.csv and variables of checkpoints."""

import csv
from pathlib import Path

import numpy as np

from zoo.backend import tf

TIMES = ("seconds", "images_per_second")


def rows(run: Path) -> list[dict[str, str]]:
    """Rows of metrics.csv, but for what depends on the clock."""
    with (run / "metrics.csv").open() as file:
        return [
            {key: value for key, value in row.items() if key not in TIMES} for row in csv.DictReader(file)
        ]


def weights(run: Path) -> dict[str, np.ndarray]:
    """Every variable of the newest checkpoint: networks, optimisers, dropout counters."""
    newest = str(max((run / "checkpoints").iterdir()) / "weights")
    shapes = tf.train.load_checkpoint(newest).get_variable_to_shape_map()
    names = [name for name in shapes if "OBJECT_GRAPH" not in name]
    return {name: tf.train.load_variable(newest, name) for name in names}


def assert_same_runs(one: Path, other: Path) -> None:
    assert rows(one) == rows(other)
    expected, actual = weights(one), weights(other)
    assert expected.keys() == actual.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(value, actual[name], err_msg=name)
