"""Two commands cannot train one run, and the second one changes nothing."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_data import TINY, files, python, side_by_side

from zoo.runs.lock import LOCK, training_lock
from zoo.runs.run_directory import RunDirectory
from zoo.training.configuration import TrainingConfig

SAID = f"run: process {os.getpid()} on "


def stopped_run(path: Path) -> RunDirectory:
    """A run of pix2pix that was stopped before its first checkpoint, as far as ``--resume`` needs it."""
    from dataclasses import asdict

    from recipes.pix2pix_product2model import RECIPE
    from zoo.models.pix2pix.model import Pix2PixConfig

    training = asdict(TrainingConfig(steps=4))
    training |= {"schedule": "constant", "decay": None, "decay_every": None, "decay_factor": 0.5}
    data = {"path": str(path.parent / "data"), "layout": "side-by-side", "direction": "AtoB"}
    return RunDirectory.create(
        path,
        {
            "model": "pix2pix",
            "recipe": RECIPE.name,
            "preset": "quick",
            "configuration": asdict(Pix2PixConfig()),
            "training": training,
            "data": {**data, "held_out": None, "on_bad": "error", "fingerprint": "0"},
            "precision": "float32",
        },
    )


def test_a_run_that_is_trained_is_not_gone_on_with(tmp_path: Path, train: Callable) -> None:
    """Not even its data are looked for; and what only reads the run or writes its page still works."""
    run = stopped_run(tmp_path / "run")
    before = files(tmp_path) | {f"run/{LOCK}"}
    for resume in (["--resume"], ["--resume", "auto"]):
        with training_lock(run.path):
            result = train("--run", run.path, *resume, "--steps", "9", "--strategy", "one")
            assert files(tmp_path) == before
            assert json.loads((run.path / "config.json").read_text()) == run.config
        assert (result.status, result.err.count("\n")) == (2, 1)
        assert SAID in result.err
    with training_lock(run.path):
        assert python("-m", "recipes.report", run.path).returncode == 0


def test_a_new_run_is_begun_once(tmp_path: Path, train: Callable) -> None:
    data, run = side_by_side(tmp_path / "data"), tmp_path / "run"
    with training_lock(run):
        result = train("--data", data, "--run", run, *TINY, "--steps", "1")
        assert [path.name for path in run.iterdir()] == [LOCK]
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert SAID in result.err
    assert not run.exists()


def test_a_run_with_any_name_is_reported_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a home, for a terminal that knows ASCII alone."""
    run = stopped_run(tmp_path / "run")
    odd = run.path.rename(tmp_path / os.fsdecode(b"\xff\x1b[2J"))
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    result = python("-m", "recipes.report", odd)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"wrote {tmp_path}/\\udcff\\x1b[2J/report.html\n"
    assert (odd / "report.html").is_file()
    result = python("-m", "recipes.pix2pix_product2model", "--run", odd, "--resume")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "the name is not UTF-8" in result.stderr
