"""Every model of the zoo, for the battery of ``test_battery.py``.

To hold a new model to the battery, write its cases in a file beside this one, as ``case_pix2pix.py``.
"""

from importlib import import_module
from pathlib import Path

# pix2pix comes first: the first case is what the default run holds to the battery.
FILES = sorted(Path(__file__).parent.glob("case_*.py"), key=lambda file: (file.stem != "case_pix2pix", file))
CASES = [case for file in FILES for case in import_module(file.stem).CASES]
