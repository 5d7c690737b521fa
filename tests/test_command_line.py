"""Whatever goes wrong, a command ends in one line and a status."""

import argparse
import errno
import os

import pytest

from zoo.command_line import Parser, run
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
        (ResourceExhaustedError("OOM when allocating tensor\nmore"), "smaller --batch-size"),
        (MemoryError(), "out of memory"),
    ],
)
def test_faults_from_outside_are_one_line(error: Exception, said: str, capsys: pytest.CaptureFixture) -> None:
    status, text = ended(error, capsys)
    assert status == 2
    assert text.startswith("error: ")
    assert text.count("\n") == 1
    assert said in text


def test_a_bug_is_raised(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(ZeroDivisionError):
        ended(ZeroDivisionError(), capsys)


def test_options_cannot_be_abbreviated(capsys: pytest.CaptureFixture) -> None:
    parser = Parser(prog="it")
    parser.add_argument("--generator-width", type=int)
    with pytest.raises(SystemExit) as left:
        parser.parse_args(["--generator", "resnet-9"])
    assert left.value.code == 2
    assert "unrecognized arguments: --generator" in capsys.readouterr().err
