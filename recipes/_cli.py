"""What the commands of recipes share: their parser, and the kinds of value that options take."""

import argparse

from zoo.command_line import HelpFormatter, Parser, run

__all__ = ["HelpFormatter", "Parser", "parser", "positive", "run", "share"]


def parser(module: str, description: str) -> Parser:
    """Parser of the command ``python -m MODULE``, with ``--debug``."""
    made = Parser(prog=f"python -m {module}", description=description)
    made.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return made


def positive(text: str) -> int:
    """A whole number of 1 or more."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 1 or more")
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
