"""``metrics.csv`` keeps whole rows, and names that are harmless in a spreadsheet."""

import csv
import os
from pathlib import Path

import pytest

from zoo.errors import UserError
from zoo.training.metrics_csv import MetricsLog


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
        head + "10,0.5,1\n20,1.0,0.123": "10,0.5,1\n",  # the number may continue
        head + "10,0.5,1\n30,1.5,1\n": "10,0.5,1\n",  # after the checkpoint
        head + "10,0.5,1\n20,1": "10,0.5,1\n",
        "st": "",
        "": "",
    }
    for torn, kept in cases.items():
        path.write_text(torn)
        MetricsLog(path, 20).append({"step": 25, "epoch": 1.25, "g_l1": 0.5})
        assert path.read_text() == f"{head}{kept}25,1.25,0.5\n"
