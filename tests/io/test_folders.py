"""A folder takes another's place in one step, and what killed processes leave is swept."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from zoo.io import folders
from zoo.io.folders import replace_folder, restore_folder, scratch_beside
from zoo.io.termination import TERMINATED

ROOT = Path(__file__).parents[2]
BUILDS = """
import sys, time
from pathlib import Path
from zoo.io.folders import scratch_beside
with scratch_beside(Path(sys.argv[1])) as scratch:
    for number in range(2000):
        (scratch / f"{number}").write_text("")
    print(scratch, flush=True)
    time.sleep(60)
"""
KILLED_IN_BETWEEN = """
import os, sys
from pathlib import Path
from zoo.io import folders
rename = os.rename
def once(one, other):
    rename(one, other)
    os.kill(os.getpid(), 9)
os.rename = once
if sys.argv[3] == "twice":
    folders._exchanged = lambda *_: False
folders.replace_folder(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def builder(target: Path) -> tuple[subprocess.Popen, Path]:
    """A process that is building ``target``, and the folder that it builds in."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILDS, target], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    return process, Path(process.stdout.readline().strip())


def end(process: subprocess.Popen, number: int) -> int:
    process.send_signal(number)
    with process:
        return process.wait()


def folder(path: Path, content: str) -> Path:
    path.mkdir()
    (path / "contract.json").write_text(content)
    return path


def test_sigterm_cleans_up(tmp_path: Path) -> None:
    process, scratch = builder(tmp_path / "bundle")
    assert (scratch / "1").exists()
    process.send_signal(signal.SIGTERM)
    assert end(process, signal.SIGTERM) == TERMINATED
    assert list(tmp_path.iterdir()) == []


def test_what_sigkill_leaves_is_swept_and_nothing_else(tmp_path: Path) -> None:
    dead, left = builder(tmp_path / "bundle")
    other, others = builder(tmp_path / "bundle.x")
    end(dead, signal.SIGKILL)
    end(other, signal.SIGKILL)
    live, its = builder(tmp_path / "bundle")
    assert not left.exists()
    with scratch_beside(tmp_path / "bundle") as scratch:
        assert {path for path in tmp_path.iterdir() if path.name.endswith(".part")} == {others, its, scratch}
        assert (its / "1").exists()
    end(live, signal.SIGTERM)
    assert list(tmp_path.iterdir()) == [others]


def test_an_exception_leaves_nothing_and_the_usual_handler(tmp_path: Path) -> None:
    def fail() -> None:
        with scratch_beside(tmp_path / "deep" / "bundle") as scratch:
            (scratch / "x").mkdir()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list((tmp_path / "deep").iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("exchange", [True, False])
def test_the_older_one_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool) -> None:
    if not exchange:
        monkeypatch.setattr(folders, "_exchanged", lambda *_: False)
    for content in ("one", "two"):
        replace_folder(folder(tmp_path / "part", content), tmp_path / "bundle")
        assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
        assert (tmp_path / "bundle" / "contract.json").read_text() == content


@pytest.mark.parametrize("how", ["exchange", "twice"])
def test_killed_in_between_the_older_one_is_there_or_comes_back(tmp_path: Path, how: str) -> None:
    new, target = folder(tmp_path / "part", "new"), folder(tmp_path / "bundle", "old")
    command = [sys.executable, "-c", KILLED_IN_BETWEEN, new, target, how]
    subprocess.run(command, cwd=ROOT, check=False)
    if how == "exchange" and sys.platform == "linux":
        assert target.exists()
    restore_folder(target)
    assert (target / "contract.json").read_text() in ("old", "new")


def test_a_failure_puts_the_older_one_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_exchanged", lambda *_: False)
    target = folder(tmp_path / "bundle", "old")
    with pytest.raises(FileNotFoundError):
        replace_folder(tmp_path / "none", target)
    assert (target / "contract.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_reader_that_brings_the_older_one_back_is_not_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, turn = os.rename, []

    def renamed(one: Path, other: Path) -> None:
        if one.name == "part" and not turn:
            turn.append(one)
            restore_folder(other)
            raise OSError(errno.ENOTEMPTY, "Directory not empty")
        rename(one, other)

    monkeypatch.setattr(folders, "_exchanged", lambda *_: False)
    monkeypatch.setattr(os, "rename", renamed)
    target = folder(tmp_path / "bundle", "old")
    replace_folder(folder(tmp_path / "part", "new"), target)
    assert (target / "contract.json").read_text() == "new"


def test_without_locks_nothing_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dead, left = builder(tmp_path / "bundle")
    end(dead, signal.SIGKILL)

    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(folders.fcntl, "flock", flock)
    with scratch_beside(tmp_path / "bundle"):
        assert left.exists()
