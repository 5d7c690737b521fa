"""Makes an environment with the packages that Python 3.12 and later get from requirements.txt.

With a Python 3.12 at hand it is used; otherwise the same packages are installed on this Python.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement


def working(python: str) -> bool:
    """Whether the interpreter answers; a version manager's stand-in may only complain."""
    return (
        shutil.which(python) is not None
        and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
    )


def main(target: Path) -> None:
    """Create the environment in ``target``."""
    python = "python3.12" if working("python3.12") else sys.executable
    subprocess.run([python, "-m", "venv", str(target)], check=True)
    pip = [str(target / "bin/pip"), "install", "--quiet"]
    if python == "python3.12":
        subprocess.run([*pip, "-e", ".[test]"], check=True)
        return
    lines = [line for line in Path("requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    wanted = [Requirement(line) for line in lines]
    chosen = [
        f"{item.name}{item.specifier}"
        for item in wanted
        if item.marker is None
        or item.marker.evaluate({"python_version": "3.12", "python_full_version": "3.12.0"})
    ]
    subprocess.run([*pip, *chosen], check=True)
    subprocess.run([*pip, "--no-deps", "-e", "."], check=True)
    subprocess.run(
        [*pip, "pytest==9.0.2", "pytest-xdist==3.8.0", "hypothesis==6.155.2", "ruff==0.15.0"], check=True
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
