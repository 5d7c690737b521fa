"""One process at a time trains a run; a crash leaves no lock, and a link leads nowhere."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from zoo.errors import UserError
from zoo.runs.lock import LOCK, training_lock

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from zoo.runs.lock import training_lock
with training_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
# Whoever holds the lock makes a file that is not there and takes it away again.
ALONE = """
import os, sys
from pathlib import Path
from zoo.errors import UserError
from zoo.runs.lock import training_lock
run, held = Path(sys.argv[1]), 0
while held < 100:
    try:
        with training_lock(run):
            os.close(os.open(run / "alone", os.O_CREAT | os.O_EXCL))
            os.unlink(run / "alone")
            held += 1
    except UserError:
        pass
"""


def start(code: str, run: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(run)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_second_process_learns_who_trains_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    run = tmp_path / "run"
    holder = start(HOLD, run)
    assert holder.stdout.readline() == "held\n"
    before = (run / LOCK).read_bytes()
    said = f"run: process {holder.pid} on {socket.gethostname()} has been training it since 2"
    with pytest.raises(UserError, match=said) as raised, training_lock(run):
        pass
    assert (raised.value.status, str(raised.value).count("\n")) == (2, 0)
    assert (run / LOCK).read_bytes() == before
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert (run / LOCK).exists()
    with training_lock(run):
        assert json.loads((run / LOCK).read_text())["pid"] == os.getpid()
    assert list(run.iterdir()) == []


def test_the_lock_is_held_once_also_while_its_file_comes_and_goes(tmp_path: Path) -> None:
    processes = [start(ALONE, tmp_path) for _ in range(3)]
    assert [process.communicate()[1] for process in processes] == [""] * 3


def test_a_directory_that_became_no_run_goes_with_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), training_lock(tmp_path / "run"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "[]", '{"pid": "\\u001b[2J", "host": "h", "since": "s"}', "[" * 10_000])
def test_a_strange_lock_file_is_not_a_traceback(text: str, tmp_path: Path) -> None:
    with training_lock(tmp_path):
        (tmp_path / LOCK).write_text(text)
        with pytest.raises(UserError, match="training it") as raised, training_lock(tmp_path):
            pass
    assert "\x1b" not in str(raised.value)


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """A run may come from elsewhere."""
    (tmp_path / "mine").write_text("mine")
    (tmp_path / LOCK).symlink_to("mine")
    with pytest.raises(UserError, match=rf"{LOCK}: cannot be written"), training_lock(tmp_path):
        pass
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_file_system_without_locks_is_warned_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.warns(UserWarning, match="cannot be locked on this file system"), training_lock(tmp_path):
        pass


def test_a_full_or_missing_place_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="choose a place you can write to"), training_lock(tmp_path / "file"):
        pass
