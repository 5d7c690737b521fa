"""Curves are drawn where a user has no home that can be written to, as in many containers."""

import subprocess
import sys
from pathlib import Path

import pytest

DRAW = """
import pwd
import numpy as np

def nobody(uid):
    raise KeyError(uid)

pwd.getpwuid = nobody
from zoo.reports.elements.plots import draw

print(draw(np.arange(3), {"loss": np.arange(3.0)}, 1, "key")[:14])
"""


@pytest.mark.parametrize("home", [{}, {"HOME": "/dev/null/none"}], ids=["none", "not writable"])
def test_curves_are_drawn_without_a_home_and_without_a_word(home: dict[str, str]) -> None:
    root = Path(__file__).parents[2]
    environment = {"PYTHONPATH": str(root), **home}
    result = subprocess.run(
        [sys.executable, "-c", DRAW], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert (result.stdout, result.stderr) == ("data:image/svg\n", "")
