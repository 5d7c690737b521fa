"""Every model of the zoo, for the battery of ``test_battery.py``.

To hold a new model to the battery, write its cases in a file beside this one, as ``case_pix2pix.py``.
"""

from importlib import import_module
from pathlib import Path

FILES = sorted(Path(__file__).parent.glob("case_*.py"))
CASES = [case for file in FILES for case in import_module(file.stem).CASES]
