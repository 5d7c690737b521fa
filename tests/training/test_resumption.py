"""A resumed training agrees with its newest whole checkpoint, as if it had not stopped."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tiny_training import rows, saved, tiny_trainer, train

from zoo.errors import UserError
from zoo.runs import checkpoints
from zoo.runs.run_directory import RunDirectory
from zoo.training.resumption import find_newest


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory.create(tmp_path / "run", {"model": "tiny", "configuration": {}})


def test_rows_neither_missing_nor_doubled_from_an_earlier_checkpoint(run: RunDirectory) -> None:
    assert train(tiny_trainer(run, 10))
    expected = [(3, 2.0, 0.3), (6, 5.0, 0.6), (9, 8.0, 0.9), (10, 10.0, 1.0)]  # means since the row before
    assert rows(run) == expected
    assert saved(run) == ["step-00000008", "step-00000010"]
    (run.checkpoints / "step-00000010" / "weights.index").write_bytes(b"")
    trainer = tiny_trainer(run, 13)
    with pytest.warns(UserWarning, match="step-00000010: damaged"):
        assert trainer.restore() == 8
    assert train(trainer)
    assert rows(run) == [*expected[:3], (12, 11.0, 1.2), (13, 13.0, 1.3)]
    assert trainer.model.generator.weights[0].numpy().item() == 13  # one a step


def test_where_no_checkpoint_is_whole_nothing_is_trained_or_touched(run: RunDirectory) -> None:
    assert train(tiny_trainer(run, 10))
    for path in run.checkpoints.glob("step-*/weights.index"):
        path.write_bytes(b"")
    with pytest.raises(UserError, match=r"is damaged: step-00000010 .*, step-00000008 "):
        tiny_trainer(run, 13).restore()
    for path in run.checkpoints.iterdir():
        shutil.rmtree(path)
    run.update(training={"checkpoint_every": 4})
    with pytest.raises(UserError, match=r"checkpoints: empty, though metrics\.csv has step 10 "):
        tiny_trainer(run, 13).restore()
    run.update(training={"checkpoint_every": 100})
    assert tiny_trainer(run, 13).restore() == 0  # killed before its first


def test_workers_agree_that_there_is_no_whole_checkpoint(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that went away alone would leave the others to wait for it."""
    assert train(tiny_trainer(run, 4))
    (run.checkpoints / "step-00000004" / "weights.index").write_bytes(b"")
    seen = []
    monkeypatch.setattr("zoo.training.resumption.same_on_all", lambda _, step: seen.append(step) or step < 0)
    with pytest.raises(UserError, match="every checkpoint is damaged"):
        tiny_trainer(run, 13).restore()
    assert seen == [-2]
    monkeypatch.setattr("zoo.training.resumption.same_on_all", lambda *_: False)
    with pytest.raises(UserError, match="workers see different checkpoints"):
        tiny_trainer(run, 13).restore()


def test_time_continues_too(run: RunDirectory) -> None:
    def seconds() -> list[float]:
        with (run.path / "metrics.csv").open() as file:
            return [float(row["seconds"]) for row in csv.DictReader(file)]

    assert train(tiny_trainer(run, 7))
    before = seconds()
    trainer = tiny_trainer(run, 20)
    trainer.restore()
    assert train(trainer)
    assert seconds()[: len(before) - 1] == before[:-1]
    assert (np.diff(seconds()) > 0).all()


def test_a_checkpoint_holds_no_more_for_more_steps_without_a_row(run: RunDirectory) -> None:
    """Its state.json is read within a limit."""
    assert not train(tiny_trainer(run, 1000, log_every=1000, checkpoint_every=40), limit_minutes=0)
    sizes = [len(path.read_bytes()) for path in run.checkpoints.glob("*/state.json")]
    trainer = tiny_trainer(run, 200, log_every=1000, checkpoint_every=100)
    trainer.restore()
    assert train(trainer)
    sizes += [len(path.read_bytes()) for path in run.checkpoints.glob("step-00000100/state.json")]
    assert len(sizes) == 2
    assert sizes[1] < sizes[0] + 50


def test_warning_signs_are_shown_once(run: RunDirectory) -> None:
    """Also across a stop: no warning from before the checkpoint is repeated."""
    warnings: list[str] = []
    for steps in (700, 1400):
        trainer = tiny_trainer(run, steps, log_every=100, checkpoint_every=700)
        trainer.model.discriminator_losses = ("d_real",)
        trainer.restore()
        assert train(trainer, dict.fromkeys(range(2000), 1e-3), on_warning=warnings.append)
    assert len(warnings) == 1
    assert warnings[0].startswith("Step 500: the loss of the discriminator has been at zero for 500 steps")
    assert json.loads((run.path / "warnings.json").read_text()) == [{"step": 500, "text": warnings[0]}]


def test_each_file_is_hashed_once(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints of a large model take seconds to hash; the best may be the newest."""
    train(tiny_trainer(run, 4, best="l1"), measure=lambda step: {"l1": 0.5})
    hashed: list[Path] = []
    hash_of = checkpoints._hash
    monkeypatch.setattr(checkpoints, "_hash", lambda path: hashed.append(path) or hash_of(path))
    trainer = tiny_trainer(run, 8, best="l1")
    assert trainer.restore(find_newest(run)) == 4
    assert len(hashed) == len(set(hashed)) == 2
