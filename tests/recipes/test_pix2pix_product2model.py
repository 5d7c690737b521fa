"""The main job from folder to bundle, stopped and gone on with, at 32 pixels."""

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from recorded_runs import assert_same_runs, rows
from tiny_data import LAYOUTS, ROOT, TINY, files, python, side_by_side

from recipes import report, translate
from zoo import command_line
from zoo.backend import tf


@pytest.mark.sampled
@pytest.mark.parametrize("layout", LAYOUTS)
def test_files_of_a_run(layout: str, tmp_path: Path, train: Callable) -> None:
    data, run = LAYOUTS[layout](tmp_path / "data"), tmp_path / "run"
    before = files(data)
    arguments = ["--steps", "4", "--held-out", "2", "--no-export", "--notes", "First try."]
    result = train("--data", data, "--run", run, *TINY, *arguments)
    assert (result.status, result.err) == (0, "")
    assert f"layout: {layout}" in result.out
    assert "split: 4 pairs to train on, 2 held out" in result.out
    assert files(data) == before
    logs = {name for name in files(run) if name.startswith("logs/")}
    assert len(logs) == 1
    assert files(run) - logs == {
        "config.json", "metrics.csv", "held_out.csv", "evaluation.json", "report.html", "notes.md",
        "samples/inputs.npy", "samples/step-00000004.png", "samples/evaluation.png",
        *(f"checkpoints/step-00000004/{name}" for name in
          ("state.json", "weights.index", "weights.data-00000-of-00001")),
    }  # fmt: skip
    for name in ("report.html", "evaluation.json", "metrics.csv"):
        assert f"wrote {run / name}" in result.out
    config = json.loads((run / "config.json").read_text())
    assert (config["model"], config["recipe"]) == ("pix2pix", "pix2pix_product2model")
    assert (config["data"]["layout"], config["data"]["pairs"]) == (layout, 6)
    assert re.fullmatch("[0-9a-f]{64}", config["data"]["fingerprint"])
    assert config["versions"]["tensorflow"] == tf.__version__
    assert [row["step"] for row in rows(run)] == ["2", "4"]
    evaluation = json.loads((run / "evaluation.json").read_text())
    assert (evaluation["step"], evaluation["n"]) == (4, 2)
    assert set(evaluation["figures"]) == {"model", "mean model image", "nearest training product"}

    # every later command takes the run alone
    assert command_line.run(report.main, report.parser().parse_args([str(run)])) == 0
    assert "First try." in (run / "report.html").read_text()
    options = translate.parser().parse_args([str(run), str(data), "--output", str(tmp_path / "out")])
    assert command_line.run(translate.main, options) == 0
    assert len(files(tmp_path / "out")) == len({name for name in before if name.endswith(".jpg")})


@pytest.mark.slow
def test_with_export(tmp_path: Path, train: Callable) -> None:
    data, run = side_by_side(tmp_path / "data"), tmp_path / "run"
    assert train("--data", data, "--run", run, *TINY, "--steps", "4").status == 0
    bundle = {name for name in files(run) if name.startswith("bundle/")}
    assert {f"bundle/{name}" for name in ("model.onnx", "contract.json", "card.md", "verify.py")} <= bundle
    assert json.loads((run / "bundle" / "contract.json").read_text())["size"]["multiple"] == 32
    with Image.open(run / "samples" / "step-00000004.png") as grid:
        assert grid.width > 3 * 32
    result = python("-m", "export", "verify", run / "bundle")
    assert result.returncode == 0, result.stdout + result.stderr


def test_help_does_not_import_tensorflow() -> None:
    code = (
        "import runpy, sys\n"
        "sys.argv = ['x', '--help']\n"
        "try: runpy.run_module('recipes.pix2pix_product2model', run_name='__main__')\n"
        "except SystemExit as left: assert not left.code\n"
        "heavy = {'tensorflow', 'keras', 'pandas', 'sklearn', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    result = python("-c", code)
    assert result.returncode == 0, result.stderr
    assert "(default: quick 96x96, with --data 128x128, paper 256x256)" in " ".join(result.stdout.split())


@pytest.mark.slow
def test_stopped_and_gone_on_with_is_as_if_undisturbed(tmp_path: Path, train: Callable) -> None:
    """Weights, optimisers, dropout counters and rows to the last bit; float32 on the CPU needs no
    option of TensorFlow's for that."""
    data = side_by_side(tmp_path / "data")
    arguments = ["--data", data, *TINY, "--steps", "100", "--log-every", "7", "--sample-every", "200"]
    arguments += ["--jitter", "--decay", "0.5", "--checkpoint-every", "11", "--no-export"]
    assert train(*arguments, "--run", tmp_path / "whole").status == 0

    run = tmp_path / "in two"
    command = [sys.executable, "-m", "recipes.pix2pix_product2model", *map(str, arguments), "--run", str(run)]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    for line in process.stdout:
        if line.startswith("step 7/"):
            process.send_signal(signal.SIGINT)
            break
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert err.strip().startswith("SIGINT: finishing the step, then saving")
    assert "Traceback" not in err
    stopped = int(re.search(r"stopped after step (\d+) of 100; saved in .*: step \1\n", out)[1])
    assert 7 <= stopped < 100
    assert f"resume with: python -m recipes.pix2pix_product2model --run '{run}' --resume --no-export" in out

    result = train("--run", run, "--resume", "--no-export")
    assert (result.status, result.err) == (0, "")
    assert f"resuming from step {stopped}" in result.out
    assert_same_runs(tmp_path / "whole", run)


@pytest.mark.thorough
@pytest.mark.once
def test_resume_takes_other_lengths_and_no_other_contradiction(tmp_path: Path, train: Callable) -> None:
    data, run = side_by_side(tmp_path / "data"), tmp_path / "run"
    started = ["--data", data, "--run", run, *TINY, "--seed", "3", "--no-export", "--held-out", "2"]
    assert train(*started, "--steps", "4").status == 0
    contradictions = {
        "--size 64": "--size 64x64 contradicts the run, which has 32x32",
        "--seed 4": "--seed 4 contradicts the run, which has 3",
        "--held-out 3": "--held-out 3 contradicts the run, which has 2",
        "--direction BtoA": "--direction BtoA contradicts the run, which has AtoB",
        "--layout folders": "--layout folders contradicts the run, which has side-by-side",
        "--preset paper": "--preset paper contradicts the run, which has quick",
        "--on-bad skip": "--on-bad skip contradicts the run, which has error",
        "--precision bfloat16": "--precision bfloat16 contradicts the run, which has float32",
        "--no-flip": "--no-flip contradicts the run, which has on",
        "--steps 3": "--steps 3: ",
    }
    before = (run / "config.json").read_text(), rows(run)
    for option, message in contradictions.items():
        result = train("--run", run, "--resume", *option.split())
        assert (result.status, result.err.count("\n")) == (2, 1), option
        assert message in result.err
    assert ((run / "config.json").read_text(), rows(run)) == before

    assert train(*started, "--resume", "--steps", "7").status == 0  # the same options do no harm
    assert [row["step"] for row in rows(run)] == ["2", "4", "6", "7"]
    config = json.loads((run / "config.json").read_text())
    assert (config["training"]["steps"], config["configuration"]["schedule"]["decay_to"]) == (7, 7)
    assert json.loads((run / "evaluation.json").read_text())["step"] == 7

    side_by_side(data, pairs=7)
    result = train("--run", run, "--resume")
    assert result.status == 2
    assert "fingerprint differs" in result.err


@pytest.mark.slow
def test_damaged_checkpoint_is_passed_over_with_a_warning(tmp_path: Path, train: Callable) -> None:
    """The rows after the older one are made again, not doubled; where none is whole, nothing is touched."""
    run = tmp_path / "run"
    arguments = ["--data", side_by_side(tmp_path / "data"), *TINY, "--no-export", "--checkpoint-every", "3"]
    assert train(*arguments, "--run", run, "--steps", "8").status == 0
    assert train(*arguments, "--run", tmp_path / "whole", "--steps", "8").status == 0
    damaged = run / "checkpoints/step-00000008/weights.data-00000-of-00001"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.warns(UserWarning, match="step-00000008: damaged"):
        result = train("--run", run, "--resume", "--no-export")
    assert "resuming from step 6" in result.out
    assert_same_runs(run, tmp_path / "whole")
    for damaged in run.glob("checkpoints/*/weights.index"):
        damaged.write_bytes(b"")
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    result = train("--run", run, "--resume", "--steps", "20", "--notes", "Again.")
    assert result.status == 2
    assert "every checkpoint is damaged: step-00000008" in result.err
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


@pytest.mark.slow
def test_real_pairs(tmp_path: Path, train: Callable) -> None:
    archive = Path(os.environ.get("ZOO_DATA", ROOT.parent / "shared" / "data")) / "viton.tar.gz"
    if not archive.is_file():
        pytest.skip(f"no {archive}; set ZOO_DATA to the folder of the test material")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    data, run = next(tmp_path.rglob("*pairs.txt")).parent, tmp_path / "run"
    result = train("--data", data, "--run", run, *TINY, "--steps", "2", "--no-export")
    assert (result.status, result.err) == (0, "")
    config = json.loads((run / "config.json").read_text())["data"]
    assert (config["layout"], config["pairs"]) == ("folders", 2250)
    assert (config["training_pairs"], config["held_out_pairs"]) == (2050, 200)
    evaluation = json.loads((run / "evaluation.json").read_text())
    assert evaluation["n"] == 200
    assert all(0 < metrics["l1"] < 2 for metrics in evaluation["figures"].values())
