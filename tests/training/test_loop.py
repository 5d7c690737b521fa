"""The loop stops at what must stop it, and its rows agree with its checkpoints."""

import csv
import json
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zoo.backend import keras, tf
from zoo.data.pipeline.shards import Shard
from zoo.engine.gan import GAN
from zoo.errors import UserError
from zoo.runs.run_directory import RunDirectory
from zoo.training.configuration import TrainingConfig
from zoo.training.loop import Trainer
from zoo.training.metrics_log import MetricsLog
from zoo.training.signals import StopRequest

WORST = 1e30  # its square is beyond float32
OVERFLOW = 1e5  # a loss after which the update is infinite


class Tiny(GAN):
    """Its losses are the number that the data hold, so a test decides them."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = keras.Sequential(
            [keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")]
        )

    def train_step(self, data: tf.Tensor) -> dict[str, tf.Tensor]:
        value = tf.reduce_mean(data)
        weight = self.generator.trainable_variables[0]
        weight.assign_add(tf.where(value == OVERFLOW, np.inf, 1.0) * tf.ones_like(weight))
        return {"g_l1": value, "d_real": value * value}

    def parts(self) -> dict[str, keras.Model]:
        return {"generator": self.generator}


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory.create(tmp_path / "run", {"model": "tiny", "configuration": {}})


def trainer(run: RunDirectory, steps: int, **options: int) -> Trainer:
    model = Tiny()
    model.compile()
    config = TrainingConfig(**{"steps": steps, "log_every": 3, "checkpoint_every": 4, **options})
    return Trainer(model, run, config, tf.distribute.get_strategy(), epoch_size=10)


def train(
    made: Trainer, values: dict[int, float] | None = None, on_row=lambda row: None, **options: Any
) -> bool:
    """The loss of step k is k, or what ``values`` says."""

    def numbers(start: int, shard: Shard) -> tf.data.Dataset:
        def generate() -> Iterator[np.ndarray]:
            for step in range(start + 1, 10_000):
                yield np.full((1, 1), (values or {}).get(step, step), np.float32)

        return tf.data.Dataset.from_generator(generate, output_signature=tf.TensorSpec((1, 1)))

    return made.train(numbers, on_row, lambda step: None, **options)


def rows(run: RunDirectory) -> list[tuple[int, float, float]]:
    with (run.path / "metrics.csv").open() as file:
        return [(int(row["step"]), float(row["g_l1"]), float(row["epoch"])) for row in csv.DictReader(file)]


def saved(run: RunDirectory) -> list[str]:
    return sorted(path.name for path in run.checkpoints.iterdir())


@pytest.mark.parametrize(
    ("value", "losses"), [(np.nan, "g_l1, d_real"), (np.inf, "g_l1, d_real"), (WORST, "d_real")]
)
def test_a_loss_that_is_not_finite_stops_at_once(run: RunDirectory, value: float, losses: str) -> None:
    made = trainer(run, 1000, log_every=500)
    with pytest.raises(UserError, match=f"^step 7: {losses} not finite") as raised:
        train(made, {7: value})
    assert "the checkpoint of step 4 is kept" in str(raised.value)
    assert "--learning-rate" in str(raised.value)
    assert made.step <= 8  # noticed while the next one runs, not at the row of step 500
    assert saved(run) == ["step-00000004"]


def test_a_loss_that_is_not_finite_at_a_checkpoint_is_not_saved(run: RunDirectory) -> None:
    with pytest.raises(UserError, match=r"^step 4: .*there is no checkpoint yet"):
        train(trainer(run, 8), {4: np.nan})
    assert saved(run) == []


def test_weights_that_are_not_finite_are_not_saved(run: RunDirectory) -> None:
    """The losses of a step are those before its update: they may be the last finite ones."""
    with pytest.raises(UserError, match=r"^step 8: weight dense.*kernel.* of the generator not finite"):
        train(trainer(run, 100), {8: OVERFLOW})
    assert saved(run) == ["step-00000004"]


def test_rows_neither_missing_nor_doubled_from_an_earlier_checkpoint(run: RunDirectory) -> None:
    assert train(trainer(run, 10))
    expected = [(3, 2.0, 0.3), (6, 5.0, 0.6), (9, 8.0, 0.9), (10, 10.0, 1.0)]  # means since the row before
    assert rows(run) == expected
    assert saved(run) == ["step-00000008", "step-00000010"]
    (run.checkpoints / "step-00000010" / "weights.index").write_bytes(b"")
    made = trainer(run, 13)
    with pytest.warns(UserWarning, match="step-00000010: damaged"):
        assert made.restore() == 8
    assert train(made)
    assert rows(run) == [*expected[:3], (12, 11.0, 1.2), (13, 13.0, 1.3)]
    assert made.model.generator.weights[0].numpy().item() == 13  # one a step


def test_where_no_checkpoint_is_whole_nothing_is_trained_or_touched(run: RunDirectory) -> None:
    assert train(trainer(run, 10))
    for path in run.checkpoints.glob("step-*/weights.index"):
        path.write_bytes(b"")
    with pytest.raises(UserError, match=r"is damaged: step-00000010 .*, step-00000008 "):
        trainer(run, 13).restore()
    for path in run.checkpoints.iterdir():
        shutil.rmtree(path)
    run.update(training={"checkpoint_every": 4})
    with pytest.raises(UserError, match=r"checkpoints: empty, though metrics\.csv has step 10 "):
        trainer(run, 13).restore()
    run.update(training={"checkpoint_every": 100})
    assert trainer(run, 13).restore() == 0  # killed before its first


def test_workers_agree_that_there_is_no_whole_checkpoint(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that went away alone would leave the others to wait for it."""
    assert train(trainer(run, 4))
    (run.checkpoints / "step-00000004" / "weights.index").write_bytes(b"")
    seen = []
    monkeypatch.setattr("zoo.training.loop.same_on_all", lambda _, step: seen.append(step) or step < 0)
    with pytest.raises(UserError, match="every checkpoint is damaged"):
        trainer(run, 13).restore()
    assert seen == [-2]
    monkeypatch.setattr("zoo.training.loop.same_on_all", lambda *_: False)
    with pytest.raises(UserError, match="workers see different checkpoints"):
        trainer(run, 13).restore()


def test_what_was_not_measured_is_not_the_best(run: RunDirectory) -> None:
    """NaN would stay the best for ever; former versions wrote it into the checkpoint."""
    figures = {4: np.nan, 8: 0.5}
    assert train(trainer(run, 4, best="l1"), measure=lambda step: {"l1": figures[step]})
    assert saved(run) == ["step-00000004"]
    state = run.checkpoints / "step-00000004" / "state.json"
    former = json.loads(state.read_text())
    former["state"]["best"] = {"metric": "l1", "step": 4, "value": float("nan")}
    former["state"]["pending"] = [{"g_l1": 4.0, "d_real": 16.0}]
    del former["format"]
    state.write_text(json.dumps(former))
    made = trainer(run, 8, best="l1")
    assert made.restore() == 4
    assert train(made, measure=lambda step: {"l1": figures[step]})
    assert json.loads((run.checkpoints / "best.json").read_text())["step"] == 8
    assert rows(run)[-2:] == [(6, 5.0, 0.6), (8, 7.5, 0.8)]


def test_a_checkpoint_holds_no_more_for_more_steps_without_a_row(run: RunDirectory) -> None:
    """Its state.json is read within a limit."""
    assert not train(trainer(run, 1000, log_every=1000, checkpoint_every=40), limit_minutes=0)
    sizes = [len(path.read_bytes()) for path in run.checkpoints.glob("*/state.json")]
    made = trainer(run, 200, log_every=1000, checkpoint_every=100)
    made.restore()
    assert train(made)
    sizes += [len(path.read_bytes()) for path in run.checkpoints.glob("step-00000100/state.json")]
    assert len(sizes) == 2
    assert sizes[1] < sizes[0] + 50


def test_time_goes_on_too(run: RunDirectory) -> None:
    def seconds() -> list[float]:
        with (run.path / "metrics.csv").open() as file:
            return [float(row["seconds"]) for row in csv.DictReader(file)]

    assert train(trainer(run, 7))
    before = seconds()
    made = trainer(run, 20)
    made.restore()
    assert train(made)
    assert seconds()[: len(before) - 1] == before[:-1]
    assert (np.diff(seconds()) > 0).all()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_step_and_saves_it(
    run: RunDirectory, number: signal.Signals, capfd: pytest.CaptureFixture
) -> None:
    before = signal.getsignal(number)
    made = trainer(run, 1000)
    assert not train(made, on_row=lambda row: os.kill(os.getpid(), number) if row.step == 6 else None)
    assert made.step == made.saved == 6
    assert saved(run) == ["step-00000004", "step-00000006"]
    assert f"{number.name}: finishing the step" in capfd.readouterr().err
    assert signal.getsignal(number) is before
    again = trainer(run, 9)
    assert again.restore() == 6
    assert train(again)
    assert rows(run) == [(3, 2.0, 0.3), (6, 5.0, 0.6), (9, 8.0, 0.9)]


def test_a_second_signal_interrupts(capfd: pytest.CaptureFixture) -> None:
    with pytest.raises(KeyboardInterrupt), StopRequest() as stop:  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.signal is signal.SIGINT
        os.kill(os.getpid(), signal.SIGINT)
    assert "again: stop at once" in capfd.readouterr().err


def test_trains_in_a_thread(run: RunDirectory) -> None:
    """Python takes signal handlers in the main thread alone."""
    done = []
    thread = threading.Thread(target=lambda: done.append(train(trainer(run, 4))))
    thread.start()
    thread.join()
    assert done == [True]


def test_columns_are_not_run_by_a_spreadsheet_and_are_read_again(tmp_path: Path) -> None:
    """Names of attributes are the columns of a catalogue, and may be anything."""
    path = tmp_path / "held_out.csv"
    names = ["=1+1", "a, b", 'quo"te', "line\nbreak", os.fsdecode(b"\xff")]
    for step in (10, 20):
        MetricsLog(path, step).append({"step": step, **dict.fromkeys(names, 0.5)})
    head, *rows = csv.reader(path.read_text().splitlines())
    assert head == ["step", "'=1+1", "a, b", 'quo"te', "line\\x0abreak", "\\udcff"]
    assert [row[0] for row in rows] == ["10", "20"]
    with pytest.raises(UserError, match=r"held_out\.csv: has the columns .*move the file away"):
        MetricsLog(path, 20).append({"step": 30, "l1": 0.5})


def test_metrics_log_drops_what_a_crash_tore(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    head = "step,epoch,g_l1\n"
    cases = {
        head + "10,0.5,1\n20,1.0,1\n3": "10,0.5,1\n20,1.0,1\n",  # not a row of step 3
        head + "10,0.5,1\n20,1.0,0.123": "10,0.5,1\n",  # the number may go on
        head + "10,0.5,1\n30,1.5,1\n": "10,0.5,1\n",  # after the checkpoint
        head + "10,0.5,1\n20,1": "10,0.5,1\n",
        "st": "",
        "": "",
    }
    for torn, kept in cases.items():
        path.write_text(torn)
        MetricsLog(path, 20).append({"step": 25, "epoch": 1.25, "g_l1": 0.5})
        assert path.read_text() == f"{head}{kept}25,1.25,0.5\n"


def test_a_full_disk_stops_with_one_line(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zoo.training.metrics_log.Path.open", full)
    with pytest.raises(UserError, match=r"metrics.csv: cannot be written \(No space left on device\)"):
        train(trainer(run, 10))


def test_several_steps_at_once_stop_at_every_event(run: RunDirectory) -> None:
    """Rows, checkpoints and the end come when they are due, and a fault names its own step."""
    assert train(trainer(run, 10, steps_per_execution=8))
    assert rows(run) == [(3, 2.0, 0.3), (6, 5.0, 0.6), (9, 8.0, 0.9), (10, 10.0, 1.0)]
    assert saved(run) == ["step-00000008", "step-00000010"]
    made = trainer(run, 100, steps_per_execution=8, log_every=50, checkpoint_every=50)
    made.restore()
    with pytest.raises(UserError, match=r"^step 15: g_l1, d_real not finite"):
        train(made, {15: np.nan})


def test_a_time_limit_saves_and_stops(run: RunDirectory) -> None:
    made = trainer(run, 1000)
    assert not train(made, limit_minutes=0)
    assert saved(run) == [f"step-{made.step:08d}"]


@pytest.mark.parametrize(("metric", "best"), [("l1", 8), ("psnr", 4)])
def test_the_best_checkpoint_stays(run: RunDirectory, metric: str, best: int) -> None:
    figures = {4: 0.9, 8: 0.1, 12: 0.5, 16: 0.5, 20: 0.8}

    def measure(step: int) -> dict[str, float]:
        return {metric: figures[step]}

    assert train(trainer(run, 16, best=metric, keep=1), measure=measure)
    kept = [f"step-{best:08d}", "step-00000016"]
    assert saved(run) == ["best.json", *kept]
    made = trainer(run, 20, best=metric, keep=1)
    assert made.restore() == 16
    assert train(made, measure=measure)
    assert saved(run) == ["best.json", kept[0], "step-00000020"]
    expected = {"metric": metric, "step": best, "value": figures[best]}
    assert json.loads((run.checkpoints / "best.json").read_text()) == expected


@pytest.mark.parametrize(
    ("metric", "values", "best"),
    [("target_accuracy", (0.2, 0.9, 0.5), 8), ("monotone_share", (np.nan, 0.1, np.nan), 8)],
)
def test_any_figure_of_the_list_can_choose_the_best(
    run: RunDirectory, metric: str, values: tuple[float, ...], best: int
) -> None:
    """Not only those of pairs; and what is not finite is never the best, not even for want of another."""
    assert train(trainer(run, 12, best=metric), measure=lambda step: {metric: values[step // 4 - 1]})
    assert json.loads((run.checkpoints / "best.json").read_text())["step"] == best


def test_the_best_by_another_figure_is_none(run: RunDirectory) -> None:
    """A run that goes on with another --best compares no values of the two."""
    assert train(trainer(run, 4, best="psnr"), measure=lambda step: {"psnr": 30.0, "ssim": 0.9})
    made = trainer(run, 8, best="ssim")
    made.restore()
    assert train(made, measure=lambda step: {"psnr": 20.0, "ssim": 0.5})
    chosen = {"metric": "ssim", "step": 8, "value": 0.5}
    assert json.loads((run.checkpoints / "best.json").read_text()) == chosen


def test_signs_that_training_goes_wrong_are_told_once(run: RunDirectory) -> None:
    """Also across a stop: what was told before the checkpoint is not told again."""
    told: list[str] = []
    for steps in (700, 1400):
        made = trainer(run, steps, log_every=100, checkpoint_every=700)
        made.model.discriminator_losses = ("d_real",)
        made.restore()
        assert train(made, dict.fromkeys(range(2000), 1e-3), on_warning=told.append)
    assert len(told) == 1
    assert told[0].startswith("Step 500: the loss of the discriminator has been at zero for 500 steps")
    assert json.loads((run.path / "warnings.json").read_text()) == [{"step": 500, "text": told[0]}]


def test_events_that_cannot_be_written_are_one_line(run: RunDirectory) -> None:
    (run.path / "logs").rmdir()
    (run.path / "logs").write_text("mine")
    with pytest.raises(
        UserError, match=r"logs: events for TensorBoard cannot be written \(Not a directory\)"
    ):
        train(trainer(run, 4))
    assert (run.path / "logs").read_text() == "mine"
