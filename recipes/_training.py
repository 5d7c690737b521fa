"""What the training recipes share: options, presets, the choice of the run directory."""

import argparse
import math
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recipes import _cli
from zoo.errors import UserError

RUNS = Path("runs")


def size_option(text: str) -> tuple[int, int]:
    """``--size``: "128" for a square, "256x192" for height x width."""
    try:
        sides = [int(side) for side in text.lower().replace("×", "x").split("x")]
    except ValueError:
        sides = []
    if len(sides) not in (1, 2) or min(sides, default=0) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no size: give 128, or 256x192 (height x width)")
    return (sides[0], sides[-1])


def amount(text: str) -> float:
    """A finite number of 0 or more."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not (math.isfinite(number) and number >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 0 or more")
    return number


def rate(text: str) -> float:
    """A share below 1."""
    number = _cli.share(text)
    if number == 1:
        raise argparse.ArgumentTypeError(f"{text!r} leaves nothing: give a number from 0 to less than 1")
    return number


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Options that say which images."""
    group = parser.add_argument_group("data")
    group.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder with pairs (default: the sample catalogue, drawn on first use)",
    )
    group.add_argument("--layout", default="auto", help="auto, catalogue, folders or side-by-side")
    group.add_argument(
        "--direction",
        choices=("AtoB", "BtoA"),
        help="AtoB: product to model shot, left to right half; BtoA: the other way (default: AtoB)",
    )
    group.add_argument(
        "--held-out", type=int, metavar="N", help="pairs kept out of training (default: a tenth, 200 at most)"
    )
    group.add_argument(
        "--on-bad",
        choices=("error", "skip"),
        help="at an unreadable image: stop, or leave its pair out and say so (default: error)",
    )


def add_run_options(parser: argparse.ArgumentParser, recipe: str) -> None:
    """Options that say where results go and how the machine is used."""
    group = parser.add_argument_group("run")
    group.add_argument(
        "--run", type=Path, metavar="DIR", help=f"run directory (default: {RUNS}/{recipe}, numbered)"
    )
    group.add_argument(
        "--resume", action="store_true", help="go on with --run, or with the newest run, by its own options"
    )
    group.add_argument("--notes", metavar="TEXT", help="Markdown for the notes on the report's page")
    group.add_argument("--no-export", action="store_true", help="leave out the bundle at the end")
    group = parser.add_argument_group("machine")
    group.add_argument("--strategy", default="auto", help="auto (mirrored over GPUs if any), one or mirrored")
    group.add_argument(
        "--logical-devices",
        type=_cli.positive,
        default=1,
        metavar="N",
        help="make N devices of the CPU and mirror over them, to try replicas",
    )
    group.add_argument("--precision", help="auto, float32, bfloat16 or float16")


def unchanged(name: str, given: Any, kept: Any) -> Any:
    """``kept``, what a run has; ``UserError`` if the option given with ``--resume`` contradicts it."""
    if given is not None and given != kept:
        option = f"--{name.replace('_', '-')} {_plain(given)}"
        if isinstance(given, bool):
            option = f"--{'' if given else 'no-'}{name}"
        raise UserError(
            f"{option} contradicts the run, which has {_plain(kept)}: leave it out, or start another run "
            "without --resume"
        )
    return kept


def apply_preset(
    arguments: argparse.Namespace, presets: Mapping[str, Mapping[str, Any]], default: str
) -> dict[str, Any]:
    """Values of the chosen preset or of ``default``, each overridden by its option where given.

    Raises:
        UserError: for an unknown preset, with the known ones.
    """
    chosen = arguments.preset or default
    if chosen not in presets:
        raise UserError(f"--preset {chosen}: unknown; choose from {', '.join(presets)}")
    given = {name: getattr(arguments, name, None) for name in presets[chosen]}
    return {name: value if given[name] is None else given[name] for name, value in presets[chosen].items()}


def choose_run(run: Path | None, recipe: str, resume: bool) -> Path:
    """The directory to write to, or to go on with.

    Without ``run``: ``runs/<recipe>``, or with a number if that is taken; with ``resume`` the
    one whose ``config.json`` is newest.

    Raises:
        UserError: nothing to go on with, ``run`` is taken, or cannot be made.
    """
    if resume:
        if run is not None:
            return run
        newest = newest_run(recipe)
        if newest is None:
            raise UserError(f"--resume: no run of {recipe} in {RUNS}/; name it with --run")
        return newest
    if run is None:
        number = 1
        while (run := RUNS / (recipe if number == 1 else f"{recipe}-{number}")).exists():
            number += 1
    elif run.exists() and (not run.is_dir() or any(run.iterdir())):
        raise UserError(f"--run {run}: already there; go on with --resume, or choose another --run")
    above = run
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir() or not os.access(above, os.W_OK):
        reason = f"{above} is not writable" if above.is_dir() else f"{above} is a file"
        raise UserError(f"--run {run}: cannot be made, because {reason}; choose another --run")
    return run


def newest_run(recipe: str = "") -> Path | None:
    """The run of a recipe, or of any, whose ``config.json`` was written last; None if there is none."""
    found = sorted(RUNS.glob(f"{recipe}*/config.json"), key=lambda path: path.stat().st_mtime)
    return found[-1].parent if found else None


def command_line() -> str:
    """The command as it was given, to be shown and repeated."""
    module = Path(sys.argv[0]).stem
    return shlex.join(["python", "-m", f"recipes.{module}", *sys.argv[1:]])


def resume_command(recipe: str, run: Path, arguments: argparse.Namespace) -> str:
    """The command that goes on with ``run``, with what its ``config.json`` does not keep."""
    words = ["python", "-m", f"recipes.{recipe}", "--run", str(run), "--resume"]
    words += ["--no-export"] if arguments.no_export else []
    words += ["--strategy", arguments.strategy] if arguments.strategy != "auto" else []
    if arguments.logical_devices > 1:
        words += ["--logical-devices", str(arguments.logical_devices)]
    return shlex.join(words)


def show_defaults(parser: argparse.ArgumentParser, columns: Mapping[str, Mapping[str, Any]]) -> None:
    """Add to the help of each option its default in every preset.

    Args:
        parser: options that a preset decides have the default None.
        columns: name of a preset → its values by the option's name.
    """
    for action in parser._actions:
        values = {name: column[action.dest] for name, column in columns.items() if action.dest in column}
        if not values or action.default is not None:
            continue
        texts, last = [], None
        for name, value in values.items():  # a preset is named where it differs from the one before
            if _plain(value) != last:
                last = _plain(value)
                texts.append(f"{name} {last}")
        said = ", ".join(texts) if len(texts) > 1 else last
        action.help = f"{action.help} (default: {said})"


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
