"""The wheel holds what the program reads and declares what it imports."""

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tiny_data import TINY, side_by_side

ROOT = Path(__file__).parents[1]
PACKAGES = ("zoo", "recipes", "export")
# Distributions that are not called as their modules are.
DISTRIBUTIONS = {
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "markdown_it": "markdown-it-py",
    "google": "protobuf",
}
OPTIONAL = {"pillow-heif"}  # the extra "heic"


def source_files() -> Iterator[Path]:
    """Files of the three packages, relative to the root."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT)


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def ranges() -> list[Requirement]:
    """What setup.py requires."""
    for node in ast.parse((ROOT / "setup.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "REQUIREMENTS":
            return [Requirement(text) for text in ast.literal_eval(node.value)]
    raise AssertionError("setup.py has no REQUIREMENTS")


def for_python(requirements: list[Requirement], python: str) -> dict[str, Requirement]:
    return {
        canonicalize_name(each.name): each
        for each in requirements
        if each.marker is None or each.marker.evaluate({"python_version": python})
    }


def test_every_imported_package_is_declared() -> None:
    modules = {
        name.partition(".")[0]
        for path in source_files()
        if path.suffix == ".py"
        for name in imported_modules(ROOT / path)
    }
    external = modules - sys.stdlib_module_names - set(PACKAGES)
    imported = {canonicalize_name(DISTRIBUTIONS.get(name, name)) for name in external}
    declared = {canonicalize_name(each.name) for each in ranges()}
    assert imported - declared == OPTIONAL


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
def test_pins_lie_within_the_ranges(python: str) -> None:
    """What CI tries is what an installation may choose, on both stacks."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = for_python([Requirement(line) for line in lines if line and line[0] != "#"], python)
    allowed = for_python(ranges(), python)
    assert pins.keys() == allowed.keys()
    for name, pin in pins.items():
        (version,) = pin.specifier
        assert version.operator == "=="
        assert allowed[name].specifier.contains(version.version), name


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, because building writes beside setup.py."""
    source, output = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", output, source)
    return next(output.glob("*.whl"))


def run(*command: object, cwd: Path | None = None) -> str:
    """Standard output of a command that sees nothing of this checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.slow
def test_the_wheel_holds_every_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {path.as_posix() for path in source_files()} <= names


@pytest.mark.slow
def test_the_wheel_trains_and_verifies_outside_the_repository(wheel: Path, tmp_path: Path) -> None:
    """In a separate environment that takes the requirements from the one under test.

    A path file lends their folder without this checkout, which is installed there by a path file too.
    """
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin/python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel)
    (site,) = environment.glob("lib/python*/site-packages")
    lent = {path for path in sys.path if path.endswith("site-packages")}
    (site / "requirements.pth").write_text("\n".join(sorted(lent)))

    outside = tmp_path / "outside"
    outside.mkdir()
    where = run(python, "-c", "import zoo, recipes, export; print(zoo.__file__)", cwd=outside)
    assert Path(where.strip()).is_relative_to(site)
    run(*pip, "check", cwd=outside)
    assert "pix2pix" in run(python, "-m", "zoo", cwd=outside)
    data = side_by_side(outside / "pairs")
    recipe = (python, "-m", "recipes.pix2pix_product2model")
    run(*recipe, "--data", data, *TINY, "--steps", "2", "--run", "run", cwd=outside)
    assert (outside / "run/report.html").is_file()
    run(python, "-m", "export", "verify", "run/bundle", cwd=outside)
