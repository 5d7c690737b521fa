"""Whatever goes wrong, a command ends in one line and a status."""

import argparse
import ast
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zoo.command_line import Parser, run, with_flags
from zoo.errors import UserError


def ended(error: BaseException, capsys: pytest.CaptureFixture) -> tuple[int, str]:
    def main(_: argparse.Namespace) -> None:
        raise error

    status = run(main, argparse.Namespace(debug=False))
    return status, capsys.readouterr().err


class ResourceExhaustedError(Exception):
    """Stands in for TensorFlow's, which has this name."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UserError("row\x1b[2J 3: bad"), "row\\x1b[2J 3: bad"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "free some space"),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES), b"p\xff"), "p\\udcff: Permission denied"),
        (ResourceExhaustedError("x.data; No space left on device"), "free some space"),
        (ResourceExhaustedError("OOM when allocating tensor\nmore"), "smaller `batch_size`"),
        (
            ResourceExhaustedError("Graph failed\n\n{{function_node x}} OOM of shape[7] [Op:Add] name: "),
            "error: out of memory: OOM of shape[7]; use",
        ),
        (MemoryError(), "out of memory"),
    ],
)
def test_faults_from_outside_are_one_line(error: Exception, said: str, capsys: pytest.CaptureFixture) -> None:
    status, text = ended(error, capsys)
    assert status == 2
    assert text.startswith("error: ")
    assert text.count("\n") == 1
    assert said in text


def test_parameters_become_the_options_of_the_command(capsys: pytest.CaptureFixture) -> None:
    def main(_: argparse.Namespace) -> None:
        raise UserError("`batch_size` 7: not a multiple of `replicas`, see `x y`")

    parser = Parser(prog="it")
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("replicas", nargs="?")
    assert run(main, parser.parse_args([])) == 2
    said = capsys.readouterr().err
    assert said == "error: --batch-size 7: not a multiple of `replicas`, see `x y`\n"


def test_positional_arguments_are_not_options(capsys: pytest.CaptureFixture) -> None:
    parser = Parser(prog="it")
    parser.add_argument("bundle")
    parser.add_argument("--no-export", action="store_true")
    parser.add_argument("--flip", action=argparse.BooleanOptionalAction)
    arguments = parser.parse_args(["here"])
    assert with_flags("`bundle`, `no_export`, `flip`", arguments) == "`bundle`, --no-export, --flip"


def test_an_option_after_the_separator_keeps_its_name(capsys: pytest.CaptureFixture) -> None:
    parser = Parser(prog="it", former_names={"--old": "--new"})
    parser.add_argument("--new")
    parser.add_argument("words", nargs="*")
    assert parser.parse_args(["--old", "1", "--", "--old"]).words == ["--old"]
    assert capsys.readouterr().err.count("\n") == 1


def test_a_bug_is_raised(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(ZeroDivisionError):
        ended(ZeroDivisionError(), capsys)


def test_options_cannot_be_abbreviated(capsys: pytest.CaptureFixture) -> None:
    parser = Parser(prog="it")
    parser.add_argument("--generator-width", type=int)
    with pytest.raises(SystemExit) as left:
        parser.parse_args(["--generator", "resnet-9"])
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(
        "error: unrecognized arguments: --generator resnet-9; did you mean --generator-width?"
    )


@pytest.mark.parametrize(("given", "meant"), [("--heigth=3", "--height"), ("--depth", None), ("wide", None)])
def test_an_unknown_option_suggests_what_may_be_meant(
    given: str, meant: str | None, capsys: pytest.CaptureFixture
) -> None:
    parser = Parser(prog="it")
    parser.add_argument("--height", type=int)
    with pytest.raises(SystemExit):
        parser.parse_args([given])
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert (f"did you mean {meant}?" in said) if meant else ("did you mean" not in said)


def test_no_parser_of_the_project_takes_abbreviations() -> None:
    """Whoever makes a parser of argparse's own must say so; ``Parser`` does it automatically."""
    root = Path(__file__).parents[1]
    files = [path for room in ("zoo", "recipes", "export") for path in (root / room).rglob("*.py")]
    assert len(files) > 100
    for path in files:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("ArgumentParser"):
                assert "allow_abbrev" in [keyword.arg for keyword in call.keywords], path


TIDY = """
import signal, sys
from argparse import Namespace
from zoo.command_line import run

def main(_):
    try:
        print("working", flush=True)
        signal.pause()
    finally:
        print("tidied up")

sys.exit(run(main, Namespace()))
"""


def test_sigterm_ends_a_command_tidily() -> None:
    """What is half written is removed; the status is that of any program that the signal ends."""
    command = [sys.executable, "-c", TIDY]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "working\n"
        process.terminate()
        out, error = process.communicate(timeout=60)
    assert (out, error) == ("tidied up\n", "stopped by SIGTERM; nothing more was saved\n")
    assert process.returncode == 143
