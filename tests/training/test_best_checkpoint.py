"""The checkpoint that measured best stays, by one metric, of values that were measured."""

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_training import rows, saved, tiny_trainer, train

from zoo.runs.run_directory import RunDirectory


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory.create(tmp_path / "run", {"model": "tiny", "configuration": {}})


def test_what_was_not_measured_is_not_the_best(run: RunDirectory) -> None:
    """NaN would stay the best forever; former versions wrote it into the checkpoint."""
    values = {4: np.nan, 8: 0.5}
    assert train(tiny_trainer(run, 4, best="l1"), measure=lambda step: {"l1": values[step]})
    assert saved(run) == ["step-00000004"]
    state = run.checkpoints / "step-00000004" / "state.json"
    former = json.loads(state.read_text())
    former["state"]["best"] = {"metric": "l1", "step": 4, "value": float("nan")}
    former["state"]["pending"] = [{"g_l1": 4.0, "d_real": 16.0}]
    del former["format"]
    state.write_text(json.dumps(former))
    trainer = tiny_trainer(run, 8, best="l1")
    assert trainer.restore() == 4
    assert train(trainer, measure=lambda step: {"l1": values[step]})
    assert json.loads((run.checkpoints / "best.json").read_text())["step"] == 8
    assert rows(run)[-2:] == [(6, 5.0, 0.6), (8, 7.5, 0.8)]


@pytest.mark.parametrize(("metric", "best"), [("l1", 8), ("psnr", 4)])
def test_the_best_checkpoint_stays(run: RunDirectory, metric: str, best: int) -> None:
    values = {4: 0.9, 8: 0.1, 12: 0.5, 16: 0.5, 20: 0.8}

    def measure(step: int) -> dict[str, float]:
        return {metric: values[step]}

    assert train(tiny_trainer(run, 16, best=metric, keep=1), measure=measure)
    kept = [f"step-{best:08d}", "step-00000016"]
    assert saved(run) == ["best.json", *kept]
    trainer = tiny_trainer(run, 20, best=metric, keep=1)
    assert trainer.restore() == 16
    assert train(trainer, measure=measure)
    assert saved(run) == ["best.json", kept[0], "step-00000020"]
    expected = {"metric": metric, "step": best, "value": values[best]}
    assert json.loads((run.checkpoints / "best.json").read_text()) == expected


@pytest.mark.parametrize(
    ("metric", "values", "best"),
    [("target_accuracy", (0.2, 0.9, 0.5), 8), ("monotone_share", (np.nan, 0.1, np.nan), 8)],
)
def test_any_figure_of_the_list_can_choose_the_best(
    run: RunDirectory, metric: str, values: tuple[float, ...], best: int
) -> None:
    """Not only those of pairs; and what is not finite is never the best, not even for want of another."""
    assert train(tiny_trainer(run, 12, best=metric), measure=lambda step: {metric: values[step // 4 - 1]})
    assert json.loads((run.checkpoints / "best.json").read_text())["step"] == best


def test_the_best_by_another_figure_is_none(run: RunDirectory) -> None:
    """A run resumed with another --best compares no values of the two."""
    assert train(tiny_trainer(run, 4, best="psnr"), measure=lambda step: {"psnr": 30.0, "ssim": 0.9})
    trainer = tiny_trainer(run, 8, best="ssim")
    trainer.restore()
    assert train(trainer, measure=lambda step: {"psnr": 20.0, "ssim": 0.5})
    chosen = {"metric": "ssim", "step": 8, "value": 0.5}
    assert json.loads((run.checkpoints / "best.json").read_text()) == chosen
