"""Chooses one model shot a product: the whole figure from the front. See --help."""

import argparse
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from recipes._sample import SAMPLE_CATALOGUE, sample_catalogue
from recipes.options import console, kinds
from recipes.options.parser import command_parser
from zoo import command_line
from zoo.command_line import say
from zoo.errors import UserError
from zoo.io.text import printable

if TYPE_CHECKING:
    from zoo.data.catalogue.reading import Catalogue
    from zoo.data.model_shots.choice import Choice

SHEET = "model_shots_clusters.png"

DESCRIPTION = """\
Choose one model shot a product: the whole figure from the front.

Clusters the catalogue's model shots (models/<id>@<n>.jpg) by silhouette, edges and head, names the
clusters that show whole figures from the front, and takes for each product the shot nearest to their
centre. Writes pairs.csv (id, product, model_shot, cluster, distance, uncertainty) and a contact
sheet of the clusters: look at it, and name other clusters with --cluster if the rule was wrong.
Without a catalogue it works on the sample catalogue, which it draws first if need be."""


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = command_parser(
        "recipes.select_model_shots", DESCRIPTION, former_names={"--max-doubt": "--max-uncertainty"}
    )
    made.add_argument(
        "catalogue", nargs="?", type=Path, metavar="CATALOGUE",
        help=f"data.csv or the folder that holds it (default: the sample catalogue in {SAMPLE_CATALOGUE}/)",
    )  # fmt: skip
    group = made.add_argument_group("choice")
    group.add_argument(
        "--clusters", type=int, default=8, metavar="N", help="kinds of shots to look for, at least 2"
    )
    group.add_argument(
        "--cluster", type=int, nargs="+", metavar="N",
        help="take the shots from these clusters, as numbered on the contact sheet (default: by the rule)",
    )  # fmt: skip
    group.add_argument(
        "--max-uncertainty", type=float, default=1.0, metavar="D",
        help="leave out products whose shot is more doubtful, 0 to 1",
    )  # fmt: skip
    group.add_argument(
        "--seed", type=kinds.natural, default=0, metavar="N", help="the same seed gives the same files"
    )
    group = made.add_argument_group("output")
    group.add_argument(
        "--output", type=Path, metavar="CSV",
        help="the pairs (default: pairs.csv beside the catalogue's data.csv)",
    )  # fmt: skip
    group.add_argument(
        "--sheet", type=Path, metavar="PNG",
        help=f"the contact sheet (default: {SHEET} beside the pairs)",
    )  # fmt: skip
    return made


def select(
    folder: Path,
    clusters: int = 8,
    cluster: list[int] | None = None,
    max_uncertainty: float = 1.0,
    seed: int = 0,
    output: Path | None = None,
    sheet: Path | None = None,
) -> None:
    """Read a catalogue, choose, write the pairs and the contact sheet, and say what was found.

    Raises:
        UserError: for whatever is wrong with the catalogue or the options.
    """
    from zoo.data.catalogue.reading import read_catalogue

    catalogue = read_catalogue(folder)
    output = output or catalogue.path.parent / "pairs.csv"
    sheet = sheet or output.with_name(SHEET)
    for path in (output, sheet):
        if path.resolve() == catalogue.path.resolve():
            raise UserError(f"{path} is the catalogue itself; choose another output")
    if output.resolve() == sheet.resolve():
        raise UserError(f"{output} is to hold both the pairs and the contact sheet; choose two names")
    write(choose(catalogue, clusters, cluster, max_uncertainty, seed), output, sheet, max_uncertainty)


def choose(
    catalogue: "Catalogue",
    clusters: int = 8,
    cluster: list[int] | None = None,
    max_uncertainty: float = 1.0,
    seed: int = 0,
) -> "Choice":
    """Choose a model shot a product, with progress shown, and say what was found."""
    from zoo.data.model_shots.choice import choose_model_shots

    shots = sum(map(len, catalogue.model_shots.values()))
    say([f"{catalogue.path}: {len(catalogue):,} products, {shots:,} model shots", *catalogue.notes])
    with console.counted("measuring model shots") as progress:
        choice = choose_model_shots(catalogue, clusters, cluster, seed, progress)
    _tell(choice, max_uncertainty)
    return choice


def write(choice: "Choice", output: Path, sheet: Path, max_uncertainty: float = 1.0) -> None:
    """Write the pairs and the contact sheet, and say so."""
    from zoo.data.model_shots.choice import write_pairs
    from zoo.data.model_shots.contact_sheet import draw_contact_sheet

    written = write_pairs(choice, output, max_uncertainty)
    draw_contact_sheet(choice, sheet)
    say([f"wrote {output} ({written:,} pairs)", f"wrote {sheet}"])


def _tell(choice: "Choice", max_uncertainty: float) -> None:
    from zoo.data.model_shots.shot_clusters import RULE, WANTED_SHARE

    say(["", f"{'cluster':>7} {'shots':>7} {'score':>6} {'full':>6} {'face':>6} {'trust':>6}"])
    for cluster in choice.clusters:
        numbers = f"{cluster.score:6.2f} {cluster.full:6.2f} {cluster.face:6.2f} {cluster.quality:6.2f}"
        say(f"{cluster.number:7} {cluster.count:7,} {numbers}{'  <- chosen' if cluster.wanted else ''}")
    uncertainties = sorted(choice.pairs, key=lambda pair: -pair.uncertainty)
    high = sum(pair.uncertainty > 0.5 for pair in uncertainties)
    worst = ", ".join(f"{pair.model_shot} {pair.uncertainty:.2f}" for pair in uncertainties[:3])
    print()
    _paragraph("chosen", choice.reason + ".")
    _paragraph("rule", RULE.format(share=WANTED_SHARE))
    _paragraph(
        "score",
        f"{choice.score:.2f} of 1 (mean of 1 - uncertainty). {choice.wanted_share:.1%} of the products have "
        f"a shot in a chosen cluster; trust in"
        f" the silhouettes {choice.quality:.2f}; separation of the clusters "
        f"{choice.separation:.2f} (-1 to 1).",
    )
    _paragraph(
        "uncertainty", f"{high:,} of {len(uncertainties):,} products above 0.5. Most doubtful: {worst}."
    )
    if choice.without_shots:
        _paragraph("left out", f"{choice.without_shots:,} products without a model shot.")
    if doubtful := sum(pair.uncertainty > max_uncertainty for pair in uncertainties):
        _paragraph("left out", f"{doubtful:,} products with uncertainty above {max_uncertainty:g}.")
    sys.stdout.flush()
    for warning in choice.warnings:
        print(f"warning: {printable(warning)}", file=sys.stderr, flush=True)


def _paragraph(title: str, text: str) -> None:
    say(textwrap.wrap(text, 110, initial_indent=f"{title:10}", subsequent_indent=" " * 10))


def main(arguments: argparse.Namespace) -> None:
    """Check the options, draw the sample catalogue if none is named, and select."""
    if not 0 <= arguments.max_uncertainty <= 1:
        raise UserError(f"--max-uncertainty {arguments.max_uncertainty} is not a share; choose 0 to 1")
    if not 0 <= arguments.seed < 2**32:
        raise UserError(f"--seed {arguments.seed} is out of range; choose 0 to 4294967295")
    select(
        arguments.catalogue or sample_catalogue(),
        arguments.clusters,
        arguments.cluster,
        arguments.max_uncertainty,
        arguments.seed,
        arguments.output,
        arguments.sheet,
    )


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
