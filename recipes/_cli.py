"""What the commands of recipes share: their parser, and the kinds of value that options take."""

import argparse

from zoo.command_line import HelpFormatter, Parser, run

MOST = 2**31 - 1  # of a number that TensorFlow gets

__all__ = ["HelpFormatter", "Parser", "natural", "parser", "positive", "run", "share"]


def parser(module: str, description: str) -> Parser:
    """Parser of the command ``python -m MODULE``, with ``--debug``."""
    made = Parser(prog=f"python -m {module}", description=description)
    made.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return made


def positive(text: str) -> int:
    """A whole number from 1 to ``MOST``."""
    return _whole(text, 1)


def natural(text: str) -> int:
    """A whole number from 0 to ``MOST``: a seed, or a number that may be none."""
    return _whole(text, 0)


def _whole(text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from {least} to {MOST:,}")
    return number


def share(text: str) -> float:
    """A number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share: give a number from 0 to 1")
    return number
