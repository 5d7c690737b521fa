"""What the engine promises of processes: killed at any moment, or several on one job, they end the same."""

import csv
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from case import Case
from cases import CASES

from zoo.backend import tf

pytestmark = pytest.mark.slow
HELPERS = Path(__file__).parents[1] / "helpers"
ROOT = HELPERS.parents[1]
TIMES = ("seconds", "images_per_second")
STEPS = 30

every_case = pytest.mark.parametrize(
    "case", [case for case in CASES if not case.variant], ids=lambda case: case.name
)


def command(case: Case, run: Path, precision: str) -> list[str]:
    return [sys.executable, str(HELPERS / "train_case.py"), case.name, str(run), str(STEPS), precision]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{HELPERS}"}


def trained(case: Case, run: Path, precision: str = "float32") -> Path:
    run_all(command(case, run, precision))
    return run


def run_all(words: list[str]) -> None:
    result = subprocess.run(
        words, env=environment(), cwd=ROOT, text=True, capture_output=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def started(words: list[str]) -> subprocess.Popen:
    return subprocess.Popen(
        words, env=environment(), cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def rows(run: Path) -> list[dict[str, str]]:
    with (run / "metrics.csv").open() as file:
        return [
            {name: cell for name, cell in row.items() if name not in TIMES} for row in csv.DictReader(file)
        ]


def checkpoint(run: Path) -> dict[str, np.ndarray]:
    """All that the last checkpoint holds: weights, slots, averages, counters, pools."""
    newest = str(max((run / "checkpoints").glob("step-*")) / "weights")
    shapes = tf.train.load_checkpoint(newest).get_variable_to_shape_map()
    return {name: tf.train.load_variable(newest, name) for name in shapes if "OBJECT_GRAPH" not in name}


@every_case
def test_killed_is_as_if_undisturbed(case: Case, tmp_path: Path) -> None:
    """SIGKILL at random moments; to the last bit, on the CPU, and each row once.

    pix2pix is killed twice, as resuming a second time has its own faults; the others once.
    """
    whole = trained(case, tmp_path / "whole")
    run, moments = tmp_path / "killed", []
    for _ in range(2 if case.name == "pix2pix" else 1):
        row, wait = random.randrange(3, STEPS - 6, 3), random.uniform(0, 0.3)
        with started(command(case, run, "float32")) as process:
            for line in process.stdout:
                if line.startswith("step ") and int(line.split()[1]) >= row:
                    break
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        moments.append((row, wait))
    trained(case, run)
    assert rows(run) == rows(whole), moments
    one, other = checkpoint(whole), checkpoint(run)
    assert one.keys() == other.keys()
    for name, value in one.items():
        np.testing.assert_array_equal(other[name], value, err_msg=f"{name}, killed at {moments}")


def assert_as_one_process(case: Case, run: Path, alone: Path) -> None:
    assert [row["step"] for row in rows(run)] == [row["step"] for row in rows(alone)]
    one, other = checkpoint(alone), checkpoint(run)
    for name, value in one.items():
        np.testing.assert_allclose(other[name], value, rtol=0, atol=1e-9, err_msg=name)


def test_two_workers_train_as_one_even_if_one_is_killed(tmp_path: Path) -> None:
    """In float64; SIGKILL hits a worker in the middle, and the launcher starts both again.

    CycleGAN, whose pool holds what all workers made: the rest of a step is the same over replicas, and
    batch statistics are tried from the command line.
    """
    case = next(case for case in CASES if case.name == "cyclegan")
    alone = trained(case, tmp_path / "alone", "float64")
    launcher = [sys.executable, "-m", "recipes.launch_local", "--workers", "2", "--"]
    run = tmp_path / "killed"
    said, victim = [], None
    with started([*launcher, *command(case, run, "float64")]) as process:
        for line in process.stdout:
            said.append(line)
            if victim is None and (named := re.match(r"worker 1: pid (\d+)", line)):
                victim = int(named[1])
            if victim and re.search(r"step 1\d$", line):
                os.kill(victim, signal.SIGKILL)
                victim = 0
    assert (process.returncode, victim) == (0, 0), "".join(said)
    assert re.search(r"from [1-9]", "".join(said)), "it did not resume from a checkpoint"
    assert_as_one_process(case, run, alone)
