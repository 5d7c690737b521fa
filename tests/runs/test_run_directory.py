"""A run is created whole, can be read by any later process, and leaves no temporary files."""

import json
import os
import time
from pathlib import Path

import pytest

from zoo.errors import UserError
from zoo.io.files import write_json
from zoo.runs.lock import LOCK
from zoo.runs.run_directory import RunDirectory, check_name, remove_leftovers

CONFIG = {"model": "pix2pix", "configuration": {}}


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


class Killed(BaseException):
    """Stands in for SIGKILL: nothing that Python would still do is done."""


@pytest.mark.parametrize("present", [False, True])
def test_a_kill_while_it_is_made_leaves_what_the_next_start_takes(
    present: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    if present:
        run.mkdir()

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", killed)
        patch.setattr("pathlib.Path.unlink", killed)
        patch.setattr("pathlib.Path.rmdir", killed)
        with pytest.raises(Killed):
            RunDirectory.create(run, CONFIG)
    (run / LOCK).write_text("")
    assert any(name.endswith(".tmp") for name in names(run))
    assert "config.json" not in names(run)
    RunDirectory.create(run, CONFIG)
    assert names(tmp_path) == sorted(
        ["run", *(f"run/{name}" for name in ("checkpoints", "config.json", "logs", "samples", LOCK))]
    )


def test_what_is_not_its_own_is_left_alone(tmp_path: Path) -> None:
    for name in ("mine.txt", ".mine.tmp", "checkpoints/mine"):
        run = tmp_path / str(len(name))
        (run / name).parent.mkdir(parents=True)
        (run / name).write_text("mine")
        with pytest.raises(UserError, match="already exists"):
            RunDirectory.create(run, CONFIG)
        assert (run / name).read_text() == "mine"


def test_leftovers_of_a_killed_training_go(tmp_path: Path) -> None:
    """But not what a report may be writing at this moment, without a lock."""
    run = RunDirectory.create(tmp_path / "run", CONFIG)
    before = names(run.path)
    for name in (".config.json.abcd1234.tmp", "samples/.step-00000001.png.abcd1234.tmp", ".new.tmp/logs/x"):
        (run.path / name).parent.mkdir(parents=True, exist_ok=True)
        (run.path / name).write_text("half")
    (run.checkpoints / ".step-00000003.tmp").mkdir()
    report = run.path / ".report.html.abcd1234.tmp"
    report.write_text("being written")
    remove_leftovers(run.path)
    assert names(run.path) == sorted([*before, report.name])
    os.utime(report, (time.time() - 3600,) * 2)
    remove_leftovers(run.path)
    assert names(run.path) == before


def test_what_could_not_be_read_again_is_not_begun(tmp_path: Path) -> None:
    for values, said in {
        "generator_width": 10**12,
        "size": [96, 10**9],
        "learning_rate": -1,
        "norm": "none",
    }.items():
        with pytest.raises(UserError, match=f"`run` .*configuration.{values}"):
            RunDirectory.create(tmp_path / "run", {**CONFIG, "configuration": {values: said}})
    run = RunDirectory.create(tmp_path / "run", CONFIG)
    with pytest.raises(UserError, match=r"training\.steps"):
        run.update(training={"steps": 0})
    with pytest.raises(UserError, match=r"config\.json would have"):
        run.update(data={"skipped": ["x" * 2**20] * 17})
    assert RunDirectory.open(run.path).config == run.config


def test_a_name_that_is_not_utf8_is_kept_in_the_configuration(tmp_path: Path) -> None:
    """Of the photos' folder, and of the command."""
    name = os.fsdecode(b"/photos\xff")
    run = RunDirectory.create(tmp_path / "run", {**CONFIG, "data": {"path": name}, "command": name})
    assert RunDirectory.open(run.path).config["data"]["path"] == name
    assert (run.path / "config.json").read_bytes().isascii()


def test_a_run_whose_own_name_is_not_utf8_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / os.fsdecode(b"run\xff")
    with pytest.raises(UserError, match="name is not UTF-8"):
        RunDirectory.create(run, CONFIG)
    assert names(tmp_path) == []
    run.mkdir()
    monkeypatch.chdir(run)  # its export would name it too
    with pytest.raises(UserError, match="name is not UTF-8"):
        check_name(Path("runs"))


def test_nan_is_written_as_null_and_that_of_former_versions_read_as_such(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path / "run", {**CONFIG, "hardware": {"speed": float("nan")}})
    assert json.loads((run.path / "config.json").read_text())["hardware"] == {"speed": None}
    write_json(tmp_path / "a.json", {"a": [float("inf")]})
    assert (tmp_path / "a.json").read_text() == '{\n  "a": [\n    null\n  ]\n}\n'
    text = (run.path / "config.json").read_text()
    (run.path / "config.json").write_text(text.replace("null", "NaN"))
    assert RunDirectory.open(run.path).config["hardware"] == {"speed": None}
