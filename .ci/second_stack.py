"""Creates an environment with the packages that Python 3.12 and later get from requirements.txt.

Python 3.12 is used if it is installed; otherwise the same packages are installed on this Python.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement


def works(python: str) -> bool:
    """Whether the interpreter answers; a version manager's shim may only complain."""
    return (
        shutil.which(python) is not None
        and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
    )


def main(target: Path) -> None:
    """Create the environment in ``target``."""
    python = "python3.12" if works("python3.12") else sys.executable
    subprocess.run([python, "-m", "venv", str(target)], check=True)
    pip = [str(target / "bin/pip"), "install", "--quiet"]
    if python == "python3.12":
        subprocess.run([*pip, "-r", "requirements.txt", "-e", ".[test]"], check=True)
        return
    lines = [line for line in Path("requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    pins = [Requirement(line) for line in lines]
    python_312 = {"python_version": "3.12", "python_full_version": "3.12.0"}
    chosen = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(python_312)]
    subprocess.run([*pip, *(f"{pin.name}{pin.specifier}" for pin in chosen)], check=True)
    subprocess.run([*pip, "--no-deps", "-e", "."], check=True)
    subprocess.run(
        [*pip, "pytest==9.0.2", "pytest-xdist==3.8.0", "hypothesis==6.155.2", "ruff==0.15.0"], check=True
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
