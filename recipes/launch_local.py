"""Starts several workers on this machine and starts them again if one is lost. See --help."""

import argparse
import sys

from recipes.options import option_types
from recipes.options.command_parser import command_parser
from zoo import command_line
from zoo.errors import UserError
from zoo.training.launcher import launch

DESCRIPTION = """\
Run a training command as several workers on this machine.

Starts the command once per worker, each with its TF_CONFIG, and passes their output through. If a
worker is lost (killed, or exit status 75 or 143), the others are stopped and all are restarted with
--resume auto. Any other failure stops all of them and becomes this command's exit status. Ctrl-C and
SIGTERM are passed on. This is for trying several workers without a cluster: several GPUs of one machine
need no workers.

example:
  python -m recipes.launch_local --workers 2 -- python -m recipes.pix2pix_product2model --run runs/two
"""


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    launcher = command_parser("recipes.launch_local", DESCRIPTION)
    launcher.usage = "python -m recipes.launch_local [options] -- command ..."
    launcher.add_argument(
        "--workers", type=option_types.positive, default=2, metavar="N", help="number of workers to start"
    )
    launcher.add_argument(
        "--restarts",
        type=option_types.natural,
        default=3,
        metavar="N",
        help="how many times to restart after a worker is lost",
    )
    launcher.add_argument("command", nargs=argparse.REMAINDER, help="what each worker runs, after --")
    return launcher


def main(arguments: argparse.Namespace) -> int:
    """Check the command and launch it."""
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise UserError("no command; give what each worker is to run after --, as in --help")
    if command[0] in ("python", "python3"):
        command = [sys.executable, *command[1:]]
    return launch(command, arguments.workers, arguments.restarts, again=("--resume", "auto"))


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
