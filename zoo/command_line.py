"""The edge that every command shares: help with defaults, one-line errors, exit statuses."""

import argparse
import difflib
import errno
import os
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from zoo.errors import UserError
from zoo.io.termination import TERMINATED, Terminated, sigterm_raises
from zoo.io.text import printable

_PARAMETER = re.compile(r"`([a-z][a-z0-9_]*)`")
CLOSED_PIPE = 141
INTERRUPTED = 130
_DENIED = (
    errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE, errno.ELOOP, errno.ENAMETOOLONG, errno.EISDIR,
    errno.ENOTDIR, errno.EMFILE, errno.ENFILE,
)  # fmt: skip


class HelpFormatter(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """Keeps the description's line breaks and shows each option's default."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in (None, False, (), []):  # a switch, or a default that the text explains
            return action.help
        return super()._get_help_string(action)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, and whose options are written out.

    Abbreviations are off: what is short for one option today may be short for two tomorrow, and
    a message about an option that nobody typed does not help.

    Args:
        former_names: renamed options, such as {"--usage": "--signature"}. The old name
            works for this version, with a warning.
        settings: as ``ArgumentParser``.
    """

    def __init__(self, former_names: Mapping[str, str] | None = None, **settings: Any) -> None:
        super().__init__(**{"formatter_class": HelpFormatter, "allow_abbrev": False, **settings})
        self.former_names = dict(former_names or {})

    def flags(self) -> dict[str, str]:
        """The option of each destination; positional arguments have none."""
        return {
            action.dest: max(action.option_strings, key=_is_long)
            for action in self._actions
            if action.option_strings
        }

    def parse_known_args(
        self, args: Any = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As ``ArgumentParser.parse_known_args``; the namespace also knows its flags, for ``with_flags``."""
        parsed, unknown = super().parse_known_args(self._renamed(args), namespace)
        parsed._flags = {**getattr(parsed, "_flags", {}), **self.flags()}
        return parsed, unknown

    def _renamed(self, args: Sequence[str] | None) -> list[str]:
        """The command's words with the present names of options."""
        words = list(sys.argv[1:] if args is None else args)
        end = words.index("--") if "--" in words else len(words)
        for place, word in enumerate(words[:end]):
            name, equals, value = word.partition("=")
            if name in self.former_names:
                new = self.former_names[name]
                print(f"warning: {name} is called {new} now; use the new name", file=sys.stderr)
                words[place] = f"{new}{equals}{value}"
        return words

    def parse_args(self, args: Any = None, namespace: Any = None) -> argparse.Namespace:
        """As ``ArgumentParser.parse_args``; of an unknown option it says which one may be meant."""
        parsed, unknown = self.parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}{self._meant(unknown)}")
        return parsed

    def _meant(self, unknown: list[str]) -> str:
        """A question after the options that look most like the first unknown one; "" without any."""
        option = next((word.split("=")[0] for word in unknown if word.startswith("--")), None)
        if option is None:
            return ""
        known = [each for each in self._option_string_actions if each.startswith("--")]
        longer = [each for each in known if each.startswith(option)]
        near = longer[:3] or difflib.get_close_matches(option, known, n=2, cutoff=0.7)
        return f"; did you mean {' or '.join(near)}?" if near else ""

    def error(self, message: str) -> None:
        self.exit(2, f"error: {printable(message)} (see {self.prog} --help)\n")


def _is_long(option: str) -> bool:
    return option.startswith("--")


def run(
    main: Callable[[argparse.Namespace], int | None],
    arguments: argparse.Namespace,
    interrupted: str = "stopped by Ctrl-C; nothing more was saved",
) -> int:
    """Run ``main`` and turn its faults into exit statuses.

    Args:
        main: the command.
        arguments: of the command; ``arguments.debug`` shows the traceback of an error.
        interrupted: printed after Ctrl-C.

    Returns:
        0 (or what ``main`` returns), the error's ``status`` (mostly 2) after one that is the user's to
        fix, 130 after Ctrl-C, 143 after SIGTERM, 141 if nobody reads the output any more. Any other
        exception is a bug of this project and is raised.
    """
    warnings.formatwarning = lambda message, *_, **__: f"warning: {with_flags(str(message), arguments)}\n"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # 2 still prints CUDA plug-ins
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not where a test or a notebook has put its own
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows ASCII alone
    try:
        with sigterm_raises():
            status = main(arguments) or 0
        sys.stdout.flush()  # here, where a closed pipe is not an error yet
        return status
    except BrokenPipeError:  # whoever read the output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except Terminated:
        print(interrupted.replace("Ctrl-C", "SIGTERM"), file=sys.stderr)
        return TERMINATED
    except KeyboardInterrupt:
        print(interrupted, file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        message, status = _said(error)
        if message is None:
            raise
        if getattr(arguments, "debug", False):
            traceback.print_exc()
        print(f"error: {with_flags(message, arguments)}", file=sys.stderr)
        return status


def say(lines: str | Iterable[str]) -> None:
    """Print lines, at once and with nothing in them that acts on the terminal."""
    for line in (lines,) if isinstance(lines, str) else lines:
        print(printable(line), flush=True)


def with_flags(message: str, arguments: argparse.Namespace) -> str:
    """A message of the library as a command prints it.

    Parameters, which stand in backticks, become the command's options; the others stay.
    """
    return named_by_flags(printable(message), getattr(arguments, "_flags", {}))


def named_by_flags(text: str, flags: Mapping[str, str]) -> str:
    """``text`` with the option in place of each parameter in backticks that ``flags`` knows."""
    return _PARAMETER.sub(lambda name: flags.get(name[1], name[0]), text)


def as_options(line: str) -> str:
    """A line of the library with its parameters, which stand in backticks, as a command's options."""
    return _PARAMETER.sub(lambda name: f"--{name[1].replace('_', '-')}", line)


def _said(error: Exception) -> tuple[str | None, int]:
    """The line that an error ends in and its exit status; None for a bug of this project."""
    if isinstance(error, UserError):
        return str(error), error.status
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}; free some space, or choose another place", UserError.status
    if isinstance(error, OSError) and error.errno in _DENIED and error.filename:
        place = os.fsdecode(error.filename)
        return f"{place}: {error.strerror}; check that it may be read and written", UserError.status
    # TensorFlow, which may not be loaded, has its own errors for the same.
    if type(error).__name__ == "ResourceExhaustedError":
        what = _exhausted(str(error))
        remedy = "free some space, or choose another place"
        if "space" not in what.casefold():
            what, remedy = f"out of memory: {what}", "use a smaller `batch_size`, `size` or width"
        return f"{what}; {remedy}", UserError.status
    if isinstance(error, MemoryError):
        return "out of memory; use smaller images, a smaller batch or a smaller model", UserError.status
    return None, UserError.status


def _exhausted(message: str) -> str:
    """What TensorFlow ran out of, without where in the graph that was, which comes first or last."""
    lines = [line for line in message.splitlines() if "OOM" in line or "space" in line.casefold()]
    line = next(iter(lines or message.splitlines()), "")
    return re.sub(r"\{\{.*?\}\} *| *\[Op:.*", "", line).strip() or "a resource is exhausted"
