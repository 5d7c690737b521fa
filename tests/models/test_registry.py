"""The table of models: figures that are counted, in each of its forms; and no TensorFlow to read it."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from stand_in import ENTRY, StandIn, StandInConfig

import zoo.__main__ as command
from zoo.models import registry as table

ROOT = Path(__file__).parents[2]
PIX2PIX = next(entry for entry in table.TABLE if entry.name == "pix2pix")


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of pix2pix in small and of a model outside the thesis's Table 1."""
    small = {"size": (32, 32), "generator_width": 1, "discriminator_width": 1}
    outside = replace(ENTRY, supervised=None, example={"noise": 5})
    monkeypatch.setattr(table, "TABLE", (replace(PIX2PIX, example=small), outside))


def test_parameters_are_those_of_the_reference() -> None:
    """As junyanz's implementation prints them: 54.414 M and 2.769 M."""
    assert PIX2PIX.parameters() == (54_413_955, 2_768_705)


def test_each_form_has_every_model(two: None, capsys: pytest.CaptureFixture) -> None:
    model = StandIn(StandInConfig(noise=5))
    counts = [model.coder.count_params() + model.styler.count_params(), model.discriminator.count_params()]
    assert command.main(["--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert [second["generator_parameters"], second["discriminator_parameters"]] == counts
    assert (first["supervised"], first["latent_space"], second["supervised"]) == (True, False, None)
    assert second["usages"][0] == "change"

    assert command.main(["--markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| [pix2pix](https://arxiv.org/abs/1611.07004) | one domain to another")
    assert "| ✓ | – | – | – |" in lines[2]
    assert f"|  |  |  |  | {counts[0]:,} + {counts[1]:,} | `recipes.none` |" in lines[3]

    assert command.main([]) == 0
    said = capsys.readouterr().out
    assert "supervised yes, multi-domain no, multi-modal no, latent space no" in said
    assert f"{counts[0]:,} + {counts[1]:,} parameters" in said


def test_a_wide_terminal_gets_a_table(two: None, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for columns, boxed in ((200, True), (80, False)):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(command.os, "get_terminal_size", lambda c=columns: os.terminal_size((c, 50)))
        command.main([])
        assert ("┃" in capsys.readouterr().out) == boxed


def test_examples_fit_the_papers_models() -> None:
    """Five attributes of CelebA, one that Fader slides, ten classes; columns decide the parameters."""
    counts = {
        entry.name: [len(each.values) for each in entry.example["attributes"]]
        for entry in table.TABLE
        if entry.example
    }
    assert counts == {"conditional_gan": [10], "stargan": [2] * 5, "fader": [2]}
    assert len({entry.name for entry in table.TABLE}) == len(table.TABLE)


def test_the_table_and_help_need_no_tensorflow() -> None:
    code = (
        "import sys; sys.modules['tensorflow'] = None\n"
        "import zoo.models.registry; from zoo.__main__ import main; main(['--help'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert "usage: python -m zoo" in done.stdout
