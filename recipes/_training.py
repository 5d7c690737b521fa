"""What the training recipes share: options, presets, the choice of the run directory."""

import argparse
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
        "--direction", choices=("AtoB", "BtoA"), help="which image is translated (default: AtoB)"
    )
    group.add_argument(
        "--held-out", type=int, metavar="N", help="pairs kept out of training (default: a tenth, 200 at most)"
    )
    group.add_argument("--on-bad", choices=("error", "skip"), default="error", help="at an unreadable image")


def add_run_options(parser: argparse.ArgumentParser, recipe: str) -> None:
    """Options that say where results go and how the machine is used."""
    group = parser.add_argument_group("run")
    group.add_argument(
        "--run", type=Path, metavar="DIR", help=f"run directory (default: {RUNS}/{recipe}, numbered)"
    )
    group.add_argument("--resume", action="store_true", help="go on with --run, or with the newest run")
    group.add_argument("--notes", metavar="TEXT", help="what to say in the report's notes")
    group.add_argument("--no-export", action="store_true", help="leave out the bundle at the end")
    group = parser.add_argument_group("machine")
    group.add_argument("--strategy", default="auto", help="auto (mirrored over GPUs if any), one or mirrored")
    group.add_argument(
        "--logical-devices",
        type=_cli.positive,
        default=1,
        metavar="N",
        help="make N devices of the CPU, to try replicas",
    )
    group.add_argument("--precision", help="auto, float32, bfloat16 or float16 (default: the preset's)")


def apply_preset(arguments: argparse.Namespace, presets: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Values of the chosen preset, each overridden by its option where given.

    Raises:
        UserError: for an unknown preset, with the known ones.
    """
    if arguments.preset not in presets:
        raise UserError(f"--preset {arguments.preset}: unknown; choose from {', '.join(presets)}")
    given = {name: getattr(arguments, name, None) for name in presets[arguments.preset]}
    return {
        name: default if given[name] is None else given[name]
        for name, default in presets[arguments.preset].items()
    }


def choose_run(run: Path | None, recipe: str, resume: bool) -> Path:
    """The directory to write to, or to go on with.

    Without ``run``: ``runs/<recipe>``, or with a number if that is taken; with ``resume`` the
    one whose ``config.json`` is newest.

    Raises:
        UserError: nothing to go on with, or ``run`` is taken.
    """
    if resume:
        if run is not None:
            return run
        newest = newest_run(recipe)
        if newest is None:
            raise UserError(f"--resume: no run of {recipe} in {RUNS}/; name it with --run")
        return newest
    if run is not None:
        if run.exists() and (not run.is_dir() or any(run.iterdir())):
            raise UserError(f"--run {run}: already there; go on with --resume, or choose another --run")
        return run
    number = 1
    while (taken := RUNS / (recipe if number == 1 else f"{recipe}-{number}")).exists():
        number += 1
    return taken


def newest_run(recipe: str = "") -> Path | None:
    """The run of a recipe, or of any, whose ``config.json`` was written last; None if there is none."""
    found = sorted(RUNS.glob(f"{recipe}*/config.json"), key=lambda path: path.stat().st_mtime)
    return found[-1].parent if found else None


def command_line() -> str:
    """The command as it was given, to be shown and repeated."""
    module = Path(sys.argv[0]).stem
    return shlex.join(["python", "-m", f"recipes.{module}", *sys.argv[1:]])
