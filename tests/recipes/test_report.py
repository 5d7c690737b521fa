"""Protects the command that writes a run's page."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from recipes import report as command
from zoo import command_line
from zoo.errors import UserError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path):
    """A run directory with a configuration alone."""
    folder = tmp_path / "shots"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return folder


def call(*arguments):
    with redirect_stdout(io.StringIO()) as said:
        status = command_line.run(command.main, command.parser().parse_args(list(map(str, arguments))))
    return status, said.getvalue()


def test_command_sets_notes_and_names_what_it_wrote(run):
    """Notes given are on the page; without the option those that are there stay."""
    status, said = call(run, "--notes", "Pinstripes *are* lost.")
    assert (status, (run / "notes.md").read_text()) == (0, "Pinstripes *are* lost.\n")
    assert said == f"wrote {run / 'notes.md'}\nwrote {run / 'report.html'}\n"
    assert "<em>are</em>" in (run / "report.html").read_text("utf-8")
    assert call(run) == (0, f"wrote {run / 'report.html'}\n")
    assert (run / "notes.md").read_text() == "Pinstripes *are* lost.\n"


def test_command_takes_the_newest_run(run, tmp_path, monkeypatch):
    """Without an argument it does something useful, or says in a line what it lacks."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="no run directory in runs/"):
        command.main(command.parser().parse_args([]))
    for name, age in (("old", 100), ("new", 200)):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "config.json").write_text("{}")
        os.utime(tmp_path / "runs" / name / "config.json", (age, age))
    assert call() == (0, f"wrote {Path('runs/new/report.html')}\n")
    # The date within counts: copies have new times, and a resumed run is written again.
    (tmp_path / "runs" / "old" / "config.json").write_text('{"date": "2026-01-01T00:00:00+00:00"}')
    os.utime(tmp_path / "runs" / "old" / "config.json", (100, 100))
    assert call() == (0, f"wrote {Path('runs/old/report.html')}\n")


@pytest.mark.parametrize("exists", [True, False])
def test_what_is_not_a_run_directory_is_refused(tmp_path, capsys, exists):
    """One line that names the folder and what a run has, status 2, and nothing written there."""
    folder = tmp_path if exists else tmp_path / "absent"
    assert call(folder, "--notes", "x")[0] == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {folder} is not a")
    assert said.count("\n") == 1
    assert "config.json" in said or not exists
    assert not list(tmp_path.iterdir())


def test_help_does_not_wait_for_tensorflow():
    """``--help`` imports neither TensorFlow nor matplotlib, nor anything else that is slow."""
    code = (
        "import sys; from recipes import report; report.parser().format_help(); "
        "print([name for name in ('tensorflow', 'matplotlib', 'numpy', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
