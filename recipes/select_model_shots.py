"""Chooses one model shot a product: the whole figure from the front. See --help."""

import argparse
import sys
from pathlib import Path

from recipes.options import option_types
from recipes.options.command_parser import command_parser
from recipes.options.console import TERMINAL
from zoo import command_line
from zoo.data.sample_catalogue.defaults import SAMPLE_CATALOGUE

SHEET = "model_shots_clusters.png"

DESCRIPTION = """\
Choose one model shot per product: the whole figure from the front.

Clusters the catalogue's model shots (models/<id>@<n>.jpg) by silhouette, edges and head, identifies the
clusters that show whole figures from the front, and takes for each product the shot nearest to their
centre. Writes pairs.csv (id, product, model_shot, cluster, distance, uncertainty) and a contact
sheet of the clusters: check it, and name other clusters with --cluster if the rule was wrong.
Without a catalogue it works on the sample catalogue, which it draws first if necessary."""


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    command = command_parser(
        "recipes.select_model_shots", DESCRIPTION, former_names={"--max-doubt": "--max-uncertainty"}
    )
    command.add_argument(
        "catalogue", nargs="?", type=Path, metavar="CATALOGUE",
        help=f"data.csv or its folder (default: the sample catalogue in {SAMPLE_CATALOGUE}/)",
    )  # fmt: skip
    group = command.add_argument_group("choice")
    group.add_argument("--clusters", type=int, default=8, metavar="N", help="number of clusters, at least 2")
    group.add_argument(
        "--cluster", type=int, nargs="+", metavar="N",
        help="take the shots from these clusters, as numbered on the contact sheet (default: by the rule)",
    )  # fmt: skip
    group.add_argument(
        "--max-uncertainty", type=float, default=1.0, metavar="D",
        help="leave out products whose shot is less certain, 0 to 1; why goes to pairs_rejected.csv",
    )  # fmt: skip
    group.add_argument(
        "--seed", type=option_types.natural, default=0, metavar="N", help="the same seed gives the same files"
    )
    group = command.add_argument_group("output")
    group.add_argument(
        "--output", type=Path, metavar="CSV",
        help="where the pairs go (default: pairs.csv next to the catalogue's data.csv)",
    )  # fmt: skip
    group.add_argument(
        "--sheet", type=Path, metavar="PNG",
        help=f"where the contact sheet goes (default: {SHEET} next to the pairs)",
    )  # fmt: skip
    return command


def main(arguments: argparse.Namespace) -> None:
    """Draw the sample catalogue if none is named, and select."""
    from zoo.data.model_shots.writing import select_model_shots
    from zoo.data.sample_catalogue.defaults import sample_catalogue

    select_model_shots(
        arguments.catalogue or sample_catalogue(TERMINAL),
        arguments.clusters,
        arguments.cluster,
        arguments.max_uncertainty,
        arguments.seed,
        arguments.output,
        arguments.sheet,
        TERMINAL,
    )


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
