"""Runs and bundles of commit 265616e, as ``record.py`` wrote them, still resume, translate and verify."""

import csv
import importlib
import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from record import MEASURED, RUNS

import export.__main__
from zoo import command_line
from zoo.data.images import read_image

HERE = Path(__file__).parent
CLOCK = ("seconds", "images_per_second")
# pix2pix has what all share; StarGAN has options and conditions of its own.
every_run = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in ("pix2pix", "stargan") else pytest.mark.thorough)
        for name in RUNS
    ],
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recorded folder, not to be changed."""
    folder = tmp_path_factory.mktemp("recorded")
    with tarfile.open(HERE / "recorded_265616e.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def shop(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the recorded folder, moved to another place, and the current directory."""
    folder = Path(shutil.copytree(recorded, tmp_path / "shop"))
    monkeypatch.chdir(folder)
    return folder


def command(name: str, *arguments: object) -> None:
    """Run a command of ``recipes`` in this process; its status must be 0."""
    module = importlib.import_module(f"recipes.{name}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [f"{name}.py", *map(str, arguments)])
        assert command_line.run(module.main, module.parser().parse_args()) == 0


def rows(path: Path) -> list[dict[str, float]]:
    with path.open() as file:
        return [
            {name: float(cell) for name, cell in row.items() if name not in CLOCK and cell}
            for row in csv.DictReader(file)
        ]


def data_options(name: str) -> tuple[str, str]:
    options = RUNS[name][1]
    at = options.index("--data")
    return options[at : at + 2]


@every_run
def test_a_run_resumes_with_the_same_numbers(name: str, shop: Path) -> None:
    """One more step: losses and held-out metrics are those of the version that began the run."""
    run, continued = shop / "runs" / name, shop / "continued" / name
    command(RUNS[name][0], "--run", run, "--resume", "--steps", 3, "--no-export", *data_options(name))
    steps, expected = rows(run / "metrics.csv"), rows(continued / "metrics.csv")
    assert [row["step"] for row in steps] == [1, 2, 3]
    for row, expected_row in zip(steps, expected, strict=True):
        assert row == pytest.approx(expected_row, rel=1e-3, abs=1e-4)
    if name in MEASURED:
        files = (folder / "evaluation.json" for folder in (run, continued))
        metrics, expected = (json.loads(file.read_text())["figures"] for file in files)
        assert metrics.keys() == expected.keys()
        for title, values in metrics.items():
            assert values == pytest.approx(expected[title], rel=1e-3, abs=1e-4)
    assert (run / "report.html").is_file()


@every_run
@pytest.mark.parametrize("kind", ["run", "bundle"])
def test_pictures_are_the_recorded_ones(name: str, kind: str, shop: Path) -> None:
    """Of the run's own checkpoint, and of the bundle alone."""
    run, options = shop / "runs" / name, RUNS[name][2]
    source = run
    if kind == "bundle":
        source = shop / "bundle"
        (run / ("bundle-BtoA" if "BtoA" in options else "bundle")).rename(source)
        shutil.rmtree(run)
        options = tuple(word for word in options if word not in ("--direction", "BtoA"))
    else:
        for bundle in run.glob("bundle*"):
            shutil.rmtree(bundle)
    photo = () if "--draw" in options else ("photo.png",)
    command("translate", source, *photo, *options, "--output", "out")
    (picture,) = (shop / "out").iterdir()
    expected = read_image(shop / "translated" / f"{name}{'' if kind == 'run' else '-bundle'}.png")
    np.testing.assert_allclose(read_image(picture).astype(int), expected, atol=1)


@every_run
def test_a_bundle_verifies(name: str, recorded: Path) -> None:
    bundle = recorded / "runs" / name / "bundle"
    assert export.__main__.main(["verify", str(bundle)]) == 0


def test_a_bundle_verifies_by_its_own_script(recorded: Path) -> None:
    """With what lies in the bundle and without this project."""
    bundle = recorded / "runs/pix2pix/bundle"
    words = [sys.executable, "-I", str(bundle / "verify.py")]
    result = subprocess.run(words, cwd=bundle, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@every_run
def test_a_run_is_exported_and_reported(name: str, shop: Path, capsys: pytest.CaptureFixture) -> None:
    run = shop / "runs" / name
    assert export.__main__.main([str(run), "--output", "again"]) == 0
    assert export.__main__.main(["verify", "again"]) == 0
    command("report", run)
    assert (run / "report.html").is_file()
