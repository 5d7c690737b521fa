"""What every command shares: help with defaults, one-line errors, exit statuses."""

import argparse
import errno
import os
import sys
import traceback
import warnings
from collections.abc import Callable

from zoo.errors import UserError


class HelpFormatter(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """Keeps the description's line breaks and shows each option's default."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in (None, False):  # a switch, or a default that the text explains
            return action.help
        return super()._get_help_string(action)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, as every other error here."""

    def error(self, message: str) -> None:
        self.exit(2, f"error: {message} (see {self.prog} --help)\n")


def parser(module: str, description: str) -> Parser:
    """Parser of the command ``python -m MODULE``, with ``--debug``."""
    made = Parser(prog=f"python -m {module}", description=description, formatter_class=HelpFormatter)
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


def run(main: Callable[[argparse.Namespace], int | None], arguments: argparse.Namespace) -> int:
    """Run ``main`` and turn its faults into exit statuses.

    Returns 0 (or what ``main`` returns), the error's ``status`` (mostly 2) after one that is the
    user's to mend, 130 after Ctrl-C, 141 if nobody reads the output any more. Any other exception is a bug
    of this project and is raised.
    """
    warnings.formatwarning = lambda message, *_, **__: f"warning: {message}\n"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # 2 still prints CUDA plug-ins
    try:
        return main(arguments) or 0
    except UserError as error:
        if arguments.debug:
            traceback.print_exc()
        print(f"error: {error}", file=sys.stderr)
        return error.status
    except BrokenPipeError:  # whoever read the output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise
        if arguments.debug:
            traceback.print_exc()
        place = f"{error.filename}: " if error.filename else ""
        print(f"error: {place}{error.strerror}; free some space, or choose another place", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped by Ctrl-C; nothing more was saved", file=sys.stderr)
        return 130
