"""Protects the curves of the page."""

import json
import math
import re

import numpy as np
import pytest

from zoo.reports import write_report
from zoo.reports.elements.plots import short_labels, smoothed, thinned
from zoo.reports.elements.reading import RunFiles, read_metrics
from zoo.reports.sections.curves import held_out


def test_best_checkpoint_is_marked_on_the_held_out_curves(run):
    """The ring is on the checkpoint that best.json names, in every panel, and on no other."""
    page = write_report(run).read_text("utf-8")
    captions = re.findall(r"<figcaption>([^<]*ringed[^<]*)<", page)
    assert captions == [
        "Less is better. The best checkpoint, ringed, has 0.061.",
        "More is better. The best checkpoint, ringed, has 18.50.",
        "More is better. The best checkpoint, ringed, has 0.550.",
    ]
    (run / "checkpoints" / "best.json").unlink()
    page = write_report(run).read_text("utf-8")
    assert "ringed" not in page
    assert "Best checkpoint" not in page
    assert "Held out, L1: l1 from 0.08 to 0.07" in page


@pytest.mark.parametrize("best", [{"step": 1e999, "metric": 3}, {"step": -7, "value": "low"}, ["l1"]])
def test_damaged_held_out_metrics_are_still_drawn(best, tmp_path):
    """Gaps, overflow and a best checkpoint that was never measured: what can be drawn is."""
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "best.json").write_text(json.dumps(best))
    (tmp_path / "held_out.csv").write_text("step,l1,other,n\n1,0.5,nan,9\n2,inf,1e300,9\n3,0.1,-1e300,9\n")
    panels = held_out(RunFiles(tmp_path))
    assert [panel["title"] for panel in panels] == ["L1", "other"]
    assert not any("ringed" in panel["note"] for panel in panels)


def test_metrics_of_a_resumed_and_running_training(tmp_path):
    """After a resume the repeated steps count once, as last written; the row being written is not read."""
    path = tmp_path / "metrics.csv"
    path.write_text("step,g_l1\n1,0.9\n2,0.8\n3,0.7\n2,0.5\n3,nan\n4,0.")
    warnings = []
    metrics = read_metrics(path, warnings)
    assert metrics.steps.tolist() == [1, 2, 3, 4]
    np.testing.assert_array_equal(metrics.columns["g_l1"], [0.9, 0.5, math.nan, 0.0])
    assert warnings == ["g_l1 is not a finite number at step 3."]
    path.write_text("step,g_l1\n1,0.9\n2")
    assert read_metrics(path, []).steps.tolist() == [1]


def test_smoothing_and_thinning_keep_the_level():
    """A smoothed curve must not sag at its ends, nor a thinned one of a million rows shift."""
    assert smoothed(np.full(10, 3.0), 5) == pytest.approx(np.full(10, 3.0))
    steps = np.arange(1_000_003.0)
    x, y = thinned(steps, 2 * steps)
    assert len(x) == 1200
    np.testing.assert_allclose(y, 2 * x)
    assert short_labels(["d_real_probability", "d_fake_probability"]) == {
        "d_real_probability": "real",
        "d_fake_probability": "fake",
    }
