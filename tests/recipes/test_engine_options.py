"""The engine's options, from the command line to the files of the run."""

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_data import TINY, files, python, side_by_side

from recipes import translate
from zoo import command_line
from zoo.inference.run_checkpoint import load_inference


def steps_of(path: Path) -> list[int]:
    with path.open() as file:
        return [int(row["step"]) for row in csv.DictReader(file)]


@pytest.mark.thorough
@pytest.mark.once
def test_average_best_and_augmentation(tmp_path: Path, train: Callable) -> None:
    """The artifact holds the moving average's weights, of the checkpoint that measured best."""
    data, run = side_by_side(tmp_path / "data"), tmp_path / "run"
    arguments = ["--ema", "0.5", "--accumulate", "2", "--diffaugment", "color,cutout", "--best", "l1"]
    arguments += ["--schedule", "cosine", "--decay", "0.5", "--checkpoint-every", "2", "--keep", "1"]
    # A rate that spoils the generator: an early checkpoint is the best.
    result = train("--data", data, "--run", run, *TINY, *arguments, "--steps", "8", "--no-export",
                   "--learning-rate", "0.1")  # fmt: skip
    assert (result.status, result.err) == (0, "")
    assert steps_of(run / "held_out.csv") == [2, 4, 6, 8]
    best = json.loads((run / "checkpoints" / "best.json").read_text())
    with (run / "held_out.csv").open() as file:
        measured = {int(row["step"]): float(row["l1"]) for row in csv.DictReader(file)}
    assert best["step"] == min(measured, key=measured.get)
    assert best["value"] == pytest.approx(measured[best["step"]])
    kept = {path.name for path in (run / "checkpoints").glob("step-*")}
    assert kept == {f"step-{best['step']:08d}", "step-00000008"}
    evaluation = json.loads((run / "evaluation.json").read_text())
    assert evaluation["step"] == best["step"]
    assert evaluation["figures"]["model"]["l1"] == pytest.approx(best["value"], abs=1e-6)
    last, chosen = (load_inference(run, checkpoint=which) for which in ("last", "auto"))
    assert (last.provenance["step"], chosen.provenance["step"]) == (8, best["step"])
    assert chosen.provenance["weights"] == "moving average"
    config = json.loads((run / "config.json").read_text())
    assert config["configuration"]["diffaugment"] == ["color", "cutout"]
    assert config["configuration"]["schedule"]["kind"] == "cosine"
    assert (config["training"]["ema"], config["training"]["accumulate"]) == (0.5, 2)
    result = train("--run", run, "--resume", "--steps", "9", "--no-export")
    assert (result.status, result.err) == (0, "")
    assert steps_of(run / "held_out.csv") == [2, 4, 6, 8, 9]


@pytest.mark.thorough
@pytest.mark.once
def test_crops_and_steps_at_once(tmp_path: Path, train: Callable) -> None:
    """Trained on crops, used on whole images, of another aspect than square."""
    data, run = side_by_side(tmp_path / "data"), tmp_path / "run"
    arguments = [*TINY, "--size", "64x32", "--crop", "32", "--steps-per-execution", "4", "--no-export"]
    result = train("--data", data, "--run", run, *arguments, "--steps", "6", "--checkpoint-every", "3")
    assert (result.status, result.err) == (0, "")
    assert steps_of(run / "metrics.csv") == [2, 4, 6]
    assert steps_of(run / "held_out.csv") == [3, 6]
    assert load_inference(run).size == (64, 32)
    options = translate.parser().parse_args(
        [str(run), str(data / "0.jpg"), "--output", str(tmp_path / "out")]
    )
    assert command_line.run(translate.main, options) == 0
    with Image.open(tmp_path / "out" / next(iter(files(tmp_path / "out")))) as image:
        assert np.asarray(image).std() > 0


def test_a_time_limit_saves_and_says_how_to_go_on(tmp_path: Path, train: Callable) -> None:
    data, run = side_by_side(tmp_path / "data"), tmp_path / "run"
    result = train("--data", data, "--run", run, *TINY, "--steps", "500", "--limit-minutes", "0.001")
    assert (result.status, result.err) == (0, "")
    assert f"resume with: python -m recipes.pix2pix_product2model --run {run} --resume" in result.out
    assert not (run / "bundle").exists()
    result = train("--run", run, "--resume", "auto", "--limit-minutes", "0.001")
    assert result.status == 0
    assert "resuming from step" in result.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--accumulate 3", "--batch-size 2 is not a multiple of --accumulate 3: use 3"),
        ("--crop 64", "--crop 64x64: larger than the images, --size 32x32"),
        ("--save-memory", "--save-memory: the U-Net has no residual blocks"),
        ("--diffaugment colour", "'colour': must be some of color, translation, cutout"),
        ("--input-service nowhere", "'nowhere' is not an address; give HOST:PORT"),
        ("--input-service 127.0.0.1:1", "127.0.0.1:1: cannot be reached"),
        ("--strategy multiworker", "set TF_CONFIG, or start them with recipes.launch_local"),
        ("--ema 1", "'1': must be in [0, 1)"),
    ],
)
def test_options_that_cannot_be(tmp_path: Path, train: Callable, options: str, message: str) -> None:
    """One line, status 2, and no run directory."""
    data, run = side_by_side(tmp_path / "data"), tmp_path / "run"
    result = train("--data", data, "--run", run, *TINY, "--steps", "2", *options.split())
    assert (result.status, result.err.count("\n")) == (2, 1), result.err
    assert message in result.err
    assert not run.exists()


def test_resume_auto_starts_what_is_not_there(tmp_path: Path, train: Callable) -> None:
    data, run = side_by_side(tmp_path / "data"), tmp_path / "run"
    result = train("--data", data, "--run", run, *TINY, "--steps", "2", "--no-export", "--resume", "auto")
    assert (result.status, result.err) == (0, "")
    assert "resuming" not in result.out


@pytest.mark.slow
def test_replicas_residual_blocks_and_determinism(tmp_path: Path) -> None:
    """Two logical devices from the command line; the same command gives the same bits."""
    data, files_of = side_by_side(tmp_path / "data"), []
    tiny = [word if word != "one" else "mirrored" for word in TINY]
    for name in ("one", "other"):
        result = python(
            "-m", "recipes.pix2pix_product2model", "--data", data, "--run", tmp_path / name, *tiny,
            "--steps", "6", "--logical-devices", "2", "--sync-batch-norm", "--generator", "resnet-6",
            "--save-memory", "--dropout", "0.5", "--deterministic", "--no-export", "--schedule", "step",
            "--decay-every", "2",
        )  # fmt: skip
        assert result.returncode == 0, result.stdout + result.stderr
        files_of.append(
            (tmp_path / name / "checkpoints/step-00000006/weights.data-00000-of-00001").read_bytes()
        )
    assert files_of[0] == files_of[1]
    config = json.loads((tmp_path / "one" / "config.json").read_text())
    assert (config["strategy"], config["workers"]) == ("MirroredStrategy, 2 replicas", 1)


@pytest.mark.slow
def test_two_workers_from_the_command_line(tmp_path: Path) -> None:
    """One run, written by the chief alone, with the rows of one process; batch statistics are of both."""
    data = side_by_side(tmp_path / "data")
    tiny = [
        word if word not in ("one", "float32") else {"one": "auto", "float32": "float64"}[word]
        for word in TINY
    ]
    arguments = [
        "-m",
        "recipes.pix2pix_product2model",
        "--data",
        data,
        *tiny,
        "--steps",
        "6",
        "--sync-batch-norm",
    ]
    result = python(*arguments, "--run", tmp_path / "alone", "--no-export")
    assert result.returncode == 0, result.stdout + result.stderr
    launcher = ["-m", "recipes.launch_local", "--workers", "2", "--", sys.executable]
    result = python(*launcher, *arguments, "--run", tmp_path / "two")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("measuring on the held-out pairs") == 1
    alone, two = (
        np.loadtxt(tmp_path / name / "metrics.csv", delimiter=",", skiprows=1)[:, [0, 1, *range(4, 10)]]
        for name in ("alone", "two")
    )
    np.testing.assert_allclose(two, alone, rtol=1e-8)
    assert (tmp_path / "two" / "bundle" / "verification.json").is_file()
    assert json.loads((tmp_path / "two" / "config.json").read_text())["workers"] == 2
