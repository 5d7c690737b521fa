"""Write a run's page again, with notes if any are given."""

import argparse
import sys
from pathlib import Path

from recipes.options import runs
from recipes.options.command_parser import command_parser
from zoo import command_line
from zoo.command_line import say
from zoo.errors import UserError

DESCRIPTION = """\
Writes report.html into a run directory: samples, metrics next to baselines, curves, notes,
configuration, data. Training does so as it runs; run this after an evaluation or an export,
or to add notes. The page is a single file that can be sent as it is.

examples:
  python -m recipes.report runs/shots
  python -m recipes.report runs/shots --notes "Sleeves are right from step 4,000 on."
"""


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    command = command_parser("recipes.report", DESCRIPTION)
    command.add_argument(
        "run",
        type=Path,
        nargs="?",
        metavar="RUN",
        help=f"run directory (default: the newest one in {runs.RUNS}/)",
    )
    command.add_argument(
        "--notes",
        metavar="TEXT",
        help="Markdown that replaces notes.md; “-” reads standard input (default: kept as it is)",
    )
    return command


def main(arguments: argparse.Namespace) -> None:
    """Set the notes if given, write the page and name it."""
    from zoo.io.files import write_text
    from zoo.reports import check_run, write_report

    run = arguments.run or runs.newest_run()
    if run is None:
        raise UserError(
            f"no run directory in {runs.RUNS}/ (one has config.json); "
            "name the run: python -m recipes.report RUN"
        )
    check_run(run)
    if arguments.notes is not None:
        text = sys.stdin.buffer.read().decode(errors="replace") if arguments.notes == "-" else arguments.notes
        write_text(run / "notes.md", text.strip() + "\n")
        say(f"wrote {run / 'notes.md'}")
    say(f"wrote {write_report(run)}")


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
