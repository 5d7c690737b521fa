"""The launcher starts again after a loss, and after nothing else, and leaves nobody behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from worker_script import written

ROOT = Path(__file__).parents[2]
WORKER = str(ROOT / "tests" / "helpers" / "worker_script.py")
COMMON = """
import json, os, signal, sys, time
index = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
def told(*_):
    print("stopped", flush=True)
    sys.exit(int(os.environ.get("STOPPED", "0")))
signal.signal(signal.SIGTERM, told)
signal.signal(signal.SIGINT, told)
"""
# In pieces: one long sleep could begin between a signal and its handler.
WAIT = "[time.sleep(0.1) for _ in range(600)]"


def start(*words: str, **environment: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "recipes.launch_local", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def launch(code: str, *options: str, words: tuple[str, ...] = ()) -> tuple[int, list[str], str]:
    process = start(*options, "--", "python", "-c", COMMON + code, *words)
    out, error = process.communicate(timeout=60)
    return process.returncode, out.splitlines(), error


def line(process: subprocess.Popen, start: str) -> str:
    """The first line of output that begins so."""
    match = next((text for text in process.stdout if text.startswith(start)), None)
    assert match is not None, process.stderr.read()
    return match.strip()


def test_output_is_passed_through_by_line() -> None:
    code = "print('half', end=''); time.sleep(0.2); print(' and half', index, sys.argv[1:])\n"
    status, out, error = launch(code + "print('e', file=sys.stderr)", words=("--", "x"))
    assert status == 0
    assert {text.split("pid")[0] for text in out if "pid" in text} == {"worker 0: ", "worker 1: "}
    assert {text for text in out if "half" in text} == {
        f"[worker {index}] half and half {index} ['--', 'x']" for index in range(2)
    }
    assert sorted(error.splitlines()) == ["[worker 0] e", "[worker 1] e"]


LOSE = "print('start', *sys.argv[1:]); {end} if index == 1 and {when} else time.sleep(60 if {when} else 0)"
FIRST = "'--resume' not in sys.argv"
KILLED, TEMPORARY, TERMINATED = "os.kill(os.getpid(), 9)", "sys.exit(75)", "sys.exit(143)"


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("end", "how"), [(KILLED, "SIGKILL"), (TEMPORARY, "status 75"), (TERMINATED, "status 143")]
)
def test_a_lost_worker_starts_all_again_from_the_checkpoint(end: str, how: str) -> None:
    status, out, error = launch(LOSE.format(end=end, when=FIRST), words=("--steps", "3"))
    assert status == 0
    starts = sorted(text for text in out if "start" in text)
    assert starts == [
        f"[worker {index}] start --steps 3{resumed}"
        for index in range(2)
        for resumed in ("", " --resume auto")
    ]
    assert f"worker 1 was lost ({how}); starting all again, 1 of 3" in error


@pytest.mark.thorough
def test_restarts_are_counted_and_an_own_resume_is_kept() -> None:
    code = LOSE.format(end=TEMPORARY, when="True")
    status, out, error = launch(code, "--restarts", "1", words=("--resume=auto",))
    assert status == 75
    assert [text for text in out if text.startswith("[worker 1] start")] == [
        "[worker 1] start --resume=auto"
    ] * 2
    assert "error: worker 1 was lost (status 75), and all 1 restarts are used up" in error


def test_another_failure_stops_all_and_is_the_status() -> None:
    status, out, error = launch(f"sys.exit(3) if index == 1 else {WAIT}")
    assert status == 3
    assert "[worker 0] stopped" in out
    assert error == ""


def test_the_failure_counts_and_not_the_worker_that_missed_the_failed_one() -> None:
    """A chief takes its time to leave; the others notice at once."""
    status, _, error = launch("time.sleep(0 if index == 0 else 0.7); sys.exit([75, 3][index])")
    assert (status, error) == (3, "")


@pytest.mark.thorough
def test_a_worker_deaf_to_sigterm_is_killed() -> None:
    """As one is that waits inside TensorFlow for a worker that is lost."""
    deaf = f"signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid(), flush=True); {WAIT}"
    code = f"\nif index == 0: {deaf}\nelse: time.sleep(0.5); sys.exit(3)"
    status, out, _ = launch(code)
    assert status == 3
    pid = next(int(text.split("] ")[1]) for text in out if text.startswith("[worker 0] "))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_a_worker_started_ends_with_it() -> None:
    """It would hold the worker's output open, and with it the launcher, for ten minutes."""
    code = f"import subprocess; subprocess.Popen(['sleep', '600']); {KILLED}"
    status, *_ = launch(code, "--workers", "1", "--restarts", "0")
    assert status == 75


@pytest.mark.sampled
@pytest.mark.parametrize("stopped", ["0", "4"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_passed_on_and_the_workers_status_is_ours(number: int, stopped: str) -> None:
    code = f"{COMMON}print('ready' if index == 0 else '', flush=True); {WAIT}"
    process = start("--workers", "1", "--", "python", "-c", code, STOPPED=stopped)
    line(process, "[worker 0] ready")
    process.send_signal(number)
    out, error = process.communicate(timeout=30)
    assert (process.returncode, out, error) == (int(stopped), "[worker 0] stopped\n", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "no command; give what each worker is to run after --"),
        (("--restarts", "-1", "--", "true"), "argument --restarts: '-1': must be an integer ≥ 0"),
        (("--", "no-such-program"), "no-such-program: cannot be started (No such file or directory)"),
    ],
)
def test_a_wrong_command(words: tuple[str, ...], message: str) -> None:
    process = start(*words)
    out, error = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert error.startswith(f"error: {message}")
    assert error.count("\n") == 1


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    undisturbed = start("--", "python", WORKER, str(tmp_path / "a"))
    assert undisturbed.communicate(timeout=120)[1] == ""
    disturbed = start("--", "python", WORKER, str(tmp_path / "b"), "--delay", "0.1")
    pid = int(line(disturbed, "worker 1: pid").split()[-1])
    line(disturbed, "[worker 1] step 8")
    os.kill(pid, signal.SIGKILL)
    out, error = disturbed.communicate(timeout=120)
    assert disturbed.returncode == 0
    assert "worker 1 was lost (SIGKILL); starting all again" in error
    again = out.split("worker 1: pid")[1]
    assert "[worker 0] step 6\n" in again  # from step 5's checkpoint, not from the start
    assert "[worker 0] step 4\n" not in again
    for index in range(2):
        a, b = (written(tmp_path / run, index) for run in "ab")
        assert set(a) == set(b)
        for name in a:
            # Not to the bit: restored running statistics start from their mean over the workers.
            np.testing.assert_allclose(a[name], b[name], rtol=0, atol=1e-9)
