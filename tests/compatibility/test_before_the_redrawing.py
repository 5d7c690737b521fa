"""Runs and bundles of commit 265616e, as ``record.py`` wrote them, still resume, translate and verify."""

import csv
import importlib
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from record import BUNDLES, MEASURED, RUNS, without_direction

import export.__main__
from zoo import command_line
from zoo.data.images import read_image

HERE = Path(__file__).parent
CLOCK = ("seconds", "images_per_second")


def each(names: Iterable[str], usual: tuple[str, ...] = ("pix2pix",)) -> pytest.MarkDecorator:
    """Recorded runs by name; the default run takes the usual ones."""
    parameters = [pytest.param(name, marks=[pytest.mark.thorough] * (name not in usual)) for name in names]
    return pytest.mark.parametrize("name", parameters)


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


@each(RUNS)
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


@each(RUNS)
def test_a_run_translates_as_recorded(name: str, shop: Path) -> None:
    """From the run's own checkpoint."""
    for bundle in (shop / "runs" / name).glob("bundle*"):
        shutil.rmtree(bundle)
    assert_translates(name, f"runs/{name}", RUNS[name][2], f"translated/{name}.png")


@each(BUNDLES, usual=("pix2pix", "stargan"))
def test_a_bundle_translates_as_recorded(name: str, shop: Path) -> None:
    """Without its run."""
    (shop / "runs" / name / BUNDLES[name]).rename("bundle")
    shutil.rmtree("runs")
    assert_translates(name, "bundle", without_direction(RUNS[name][2]), f"translated/{name}-bundle.png")


def assert_translates(name: str, source: str, options: tuple[str, ...], expected: str) -> None:
    photo = () if "--draw" in options else ("photo.png",)
    command("translate", source, *photo, *options, "--output", "out")
    (picture,) = Path("out").iterdir()
    np.testing.assert_allclose(read_image(picture).astype(int), read_image(Path(expected)), atol=1)


@each(BUNDLES)
def test_a_bundle_verifies(name: str, recorded: Path) -> None:
    assert export.__main__.main(["verify", str(recorded / "runs" / name / BUNDLES[name])]) == 0


def test_a_bundle_verifies_by_its_own_script(recorded: Path) -> None:
    """With what lies in the bundle and without this project."""
    bundle = recorded / "runs/pix2pix/bundle"
    words = [sys.executable, "-I", str(bundle / "verify.py")]
    result = subprocess.run(words, cwd=bundle, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@each(RUNS)
def test_a_run_is_exported_and_reported(name: str, shop: Path, capsys: pytest.CaptureFixture) -> None:
    run = shop / "runs" / name
    assert export.__main__.main([str(run), "--output", "again"]) == 0
    assert export.__main__.main(["verify", "again"]) == 0
    command("report", run)
    assert (run / "report.html").is_file()
