"""Protects the documentation against the code that it describes: commands, options, names and links."""

import importlib
import re
import runpy
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("**/*.md"))
)
COMMAND = re.compile(r"python -m ((?:recipes|export|zoo)[\w.]*)((?: verify)?)([^`\n#]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")
LINK = re.compile(r"\]\((?!https?://)([^)#]*)")
NAME = re.compile(r"(?<![\w./-])(?:zoo|export|recipes)(?:\.[A-Za-z_]\w*)+(?!\w*[./]\w)")
PATH = re.compile(r"(?<![\w./*-])(?:zoo|export|recipes|tests|docs)/[\w./-]*\w")


RECIPES = [f"recipes.{path.stem}" for path in sorted((ROOT / "recipes").glob("[a-z]*.py"))]


def read(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


@cache
def help_of(command: str) -> str:
    """What ``python -m COMMAND --help`` prints."""
    name, *arguments = command.split()
    output = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [name, *arguments, "--help"])
        patch.delitem(sys.modules, name if name.startswith("recipes") else f"{name}.__main__", raising=False)
        with redirect_stdout(output), pytest.raises(SystemExit, match=r"^0$"):
            runpy.run_module(name, run_name="__main__")
    return output.getvalue()


def shown_commands() -> Iterator[tuple[str, str, str]]:
    """(page or command whose help shows it, command, its options) of every command that is shown."""
    texts = {page: read(page) for page in PAGES}
    for page, text in (
        texts | {command: help_of(command) for command in [*RECIPES, "export", "zoo"]}
    ).items():
        for command, verify, rest in COMMAND.findall(text):
            yield page, command + verify, rest.partition(" python -m")[0]


def test_commands_know_the_options_that_pages_and_helps_show():
    shown = list(shown_commands())
    assert len(shown) > 50
    unknown = []
    for page, command, rest in shown:
        entries = re.findall(r"^ +-.*", help_of(command), re.MULTILINE)
        known = {option for entry in entries for option in OPTION.findall(entry)}
        unknown += [f"{page}: {command} {option}" for option in OPTION.findall(rest) if option not in known]
    assert not unknown, f"no such options: {unknown}"


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_to_exists(page):
    folder = (ROOT / page).parent
    missing = [link for link in LINK.findall(read(page)) if link and not (folder / link).exists()]
    missing += [
        path for path in PATH.findall(read(page)) if not (ROOT / path).exists() and "NAME" not in path
    ]
    assert not missing


def exists(dotted: str) -> bool:
    """Whether a name is a module's or one in it."""
    module, *rest = dotted.split(".")
    value = importlib.import_module(module)
    for part in rest:
        module += f".{part}"
        if not hasattr(value, part):
            try:
                importlib.import_module(module)
            except ImportError:
                return False
        value = getattr(value, part)
    return True


def test_names_on_pages_exist():
    names = {(page, name) for page in PAGES for name in NAME.findall(read(page))}
    assert len(names) > 20
    unknown = sorted(f"{page}: {name}" for page, name in names if not exists(name))
    assert not unknown


@pytest.mark.slow
def test_readme_has_the_table_of_models(capsys):
    assert importlib.import_module("zoo.__main__").main(["--markdown"]) == 0
    assert capsys.readouterr().out in read("README.md")
