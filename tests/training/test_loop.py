"""The loop stops at what must stop it; rows and checkpoints come when they are due."""

import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
from tiny_training import rows, saved, tiny_trainer, train

from zoo.errors import UserError
from zoo.runs.run_directory import RunDirectory
from zoo.training.loop import Progress


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory.create(tmp_path / "run", {"model": "tiny", "configuration": {}})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_step_and_saves_it(run: RunDirectory, number: signal.Signals) -> None:
    before, said = signal.getsignal(number), []
    trainer = tiny_trainer(run, 1000)

    def kill(row: Progress) -> None:
        if row.step == 6:
            os.kill(os.getpid(), number)

    assert not train(trainer, on_row=kill, on_stop=said.append)
    assert trainer.step == trainer.saved == 6
    assert saved(run) == ["step-00000004", "step-00000006"]
    assert said == [f"{number.name}: finishing the step, then saving (again: stop at once)"]
    assert signal.getsignal(number) is before
    again = tiny_trainer(run, 9)
    assert again.restore() == 6
    assert train(again)
    assert rows(run) == [(3, 2.0, 0.3), (6, 5.0, 0.6), (9, 8.0, 0.9)]


def test_trains_in_a_thread(run: RunDirectory) -> None:
    """Python takes signal handlers in the main thread alone."""
    done = []
    thread = threading.Thread(target=lambda: done.append(train(tiny_trainer(run, 4))))
    thread.start()
    thread.join()
    assert done == [True]


def test_a_full_disk_stops_with_one_line(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zoo.training.metrics_csv.Path.open", full)
    with pytest.raises(UserError, match=r"metrics.csv: cannot be written \(No space left on device\)"):
        train(tiny_trainer(run, 10))


def test_several_steps_at_once_stop_at_every_event(run: RunDirectory) -> None:
    """Rows, checkpoints and the end come when they are due, and a fault names its own step."""
    assert train(tiny_trainer(run, 10, steps_per_execution=8))
    assert rows(run) == [(3, 2.0, 0.3), (6, 5.0, 0.6), (9, 8.0, 0.9), (10, 10.0, 1.0)]
    assert saved(run) == ["step-00000008", "step-00000010"]
    trainer = tiny_trainer(run, 100, steps_per_execution=8, log_every=50, checkpoint_every=50)
    trainer.restore()
    with pytest.raises(UserError, match=r"^step 15: g_l1, d_real not finite"):
        train(trainer, {15: np.nan})


def test_a_time_limit_saves_and_stops(run: RunDirectory) -> None:
    trainer = tiny_trainer(run, 1000)
    assert not train(trainer, limit_minutes=0)
    assert saved(run) == [f"step-{trainer.step:08d}"]


def test_events_that_cannot_be_written_are_one_line(run: RunDirectory) -> None:
    (run.path / "logs").rmdir()
    (run.path / "logs").write_text("mine")
    with pytest.raises(
        UserError, match=r"logs: events for TensorBoard cannot be written \(Not a directory\)"
    ):
        train(tiny_trainer(run, 4))
    assert (run.path / "logs").read_text() == "mine"
