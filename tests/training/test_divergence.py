"""Losses and weights that are not finite end a training, and are not saved."""

from pathlib import Path

import numpy as np
import pytest
from tiny_training import OVERFLOW, WORST, saved, tiny_trainer, train

from zoo.errors import UserError
from zoo.runs.run_directory import RunDirectory


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory.create(tmp_path / "run", {"model": "tiny", "configuration": {}})


@pytest.mark.parametrize(
    ("value", "losses"), [(np.nan, "g_l1, d_real"), (np.inf, "g_l1, d_real"), (WORST, "d_real")]
)
def test_a_loss_that_is_not_finite_stops_at_once(run: RunDirectory, value: float, losses: str) -> None:
    trainer = tiny_trainer(run, 1000, log_every=500)
    with pytest.raises(UserError, match=f"^step 7: {losses} not finite") as raised:
        train(trainer, {7: value})
    assert "the checkpoint of step 4 is kept" in str(raised.value)
    assert "`learning_rate`" in str(raised.value)
    assert trainer.step <= 8  # noticed while the next one runs, not at the row of step 500
    assert saved(run) == ["step-00000004"]


def test_a_loss_that_is_not_finite_at_a_checkpoint_is_not_saved(run: RunDirectory) -> None:
    with pytest.raises(UserError, match=r"^step 4: .*there is no checkpoint yet"):
        train(tiny_trainer(run, 8), {4: np.nan})
    assert saved(run) == []


def test_weights_that_are_not_finite_are_not_saved(run: RunDirectory) -> None:
    """The losses of a step are those before its update: they may be the last finite ones."""
    with pytest.raises(UserError, match=r"^step 8: weight dense.*kernel.* of the generator not finite"):
        train(tiny_trainer(run, 100), {8: OVERFLOW})
    assert saved(run) == ["step-00000004"]
