"""Chooses one model shot a product: the whole figure from the front. See --help."""

import argparse
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from recipes import _cli
from zoo.errors import UserError

SAMPLE = Path("data/sample_catalogue")

DESCRIPTION = """\
Choose one model shot a product: the whole figure from the front.

Clusters the catalogue's model shots (models/<id>@<n>.jpg) by silhouette, edges and head, names the
clusters that show whole figures from the front, and takes for each product the shot nearest to their
centre. Writes pairs.csv (id, product, model_shot, cluster, distance, doubt) and a contact
sheet of the clusters: look at it, and name other clusters with --cluster if the rule was wrong.
Without a catalogue it works on the sample catalogue, which it draws first if need be."""


def arguments() -> argparse.ArgumentParser:
    """Parser of this command."""
    parser = _cli.parser("recipes.select_model_shots", DESCRIPTION)
    parser.add_argument(
        "catalogue", nargs="?", type=Path, metavar="CATALOGUE",
        help=f"data.csv or the folder that holds it (default: the sample catalogue in {SAMPLE})",
    )  # fmt: skip
    group = parser.add_argument_group("choice")
    group.add_argument("--clusters", type=int, default=8, metavar="N", help="kinds of shots to look for")
    group.add_argument(
        "--cluster", type=int, nargs="+", metavar="N",
        help="take the shots from these clusters, as numbered on the contact sheet (default: by the rule)",
    )  # fmt: skip
    group.add_argument(
        "--max-doubt", type=float, default=1.0, metavar="D",
        help="leave out products whose shot is more doubtful, 0 to 1",
    )  # fmt: skip
    group.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed gives the same files")
    group = parser.add_argument_group("output")
    group.add_argument(
        "--output", type=Path, metavar="CSV", help="the pairs (default: pairs.csv beside the catalogue's data.csv)"
    )
    group.add_argument(
        "--sheet", type=Path, metavar="PNG",
        help="the contact sheet (default: model_shots_clusters.png beside the pairs)",
    )  # fmt: skip
    return parser


def main(options: argparse.Namespace) -> None:
    """Read, choose, write, and say what was found."""
    if not 0 <= options.max_doubt <= 1:
        raise UserError(f"--max-doubt {options.max_doubt} is not a share; choose 0 to 1")
    if not 0 <= options.seed < 2**32:
        raise UserError(f"--seed {options.seed} is out of range; choose 0 to 4294967295")
    from zoo.data.catalogue import read_catalogue
    from zoo.data.contact_sheet import draw_contact_sheet
    from zoo.data.model_shots import RULE, WANTED_SHARE, choose_model_shots, write_pairs

    folder = options.catalogue
    if folder is None:
        folder = SAMPLE
        if not (SAMPLE / "data.csv").exists():
            from zoo.data.sample_catalogue import write_sample_catalogue

            print(f"drawing the sample catalogue in {SAMPLE} (once)")
            write_sample_catalogue(SAMPLE)
    catalogue = read_catalogue(folder)
    output = options.output or catalogue.path.parent / "pairs.csv"
    sheet = options.sheet or output.with_name("model_shots_clusters.png")
    for path in (output, sheet):
        if path.resolve() == catalogue.path.resolve():
            raise UserError(f"{path} is the catalogue itself; choose another output")
    shots = sum(map(len, catalogue.model_shots.values()))
    print(f"{catalogue.path}: {len(catalogue):,} products, {shots:,} model shots")

    with _progress("measuring shots") as progress:
        choice = choose_model_shots(
            catalogue, clusters=options.clusters, cluster=options.cluster, seed=options.seed, progress=progress
        )
    written = write_pairs(choice, output, options.max_doubt)
    draw_contact_sheet(choice, sheet)

    print(f"\n{'cluster':>7} {'shots':>7} {'score':>6} {'full':>6} {'face':>6} {'trust':>6}")
    for cluster in choice.clusters:
        numbers = f"{cluster.score:6.2f} {cluster.full:6.2f} {cluster.face:6.2f} {cluster.quality:6.2f}"
        print(f"{cluster.number:7} {cluster.count:7,} {numbers}{'  <- chosen' if cluster.wanted else ''}")
    print(f"\nchosen    {choice.reason}")
    print(f"rule      {RULE.format(share=WANTED_SHARE)}")
    print(
        f"score     {choice.score:.2f} of 1 (mean of 1 - doubt); {choice.wanted_share:.1%} of the products have a shot "
        f"in a chosen cluster; trust in the silhouettes {choice.quality:.2f}; "
        f"separation of the clusters {choice.separation:.2f}"
    )
    doubtful = sorted(choice.pairs, key=lambda pair: -pair.doubt)
    high = sum(pair.doubt > 0.5 for pair in doubtful)
    worst = ", ".join(f"{pair.model_shot} {pair.doubt:.2f}" for pair in doubtful[:3])
    print(f"doubt     {high:,} of {len(doubtful):,} products above 0.5; the most doubtful: {worst}")
    if choice.without_shots:
        print(f"left out  {choice.without_shots:,} products without a model shot")
    if written < len(choice.pairs):
        print(f"left out  {len(choice.pairs) - written:,} products with doubt above {options.max_doubt:g}")
    for warning in choice.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(f"wrote {output} ({written:,} pairs)")
    print(f"wrote {sheet}")


@contextmanager
def _progress(what: str):  # noqa: ANN202
    """A progress bar with the time left; without a terminal a plain line at each tenth."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain(what)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain(what: str) -> Callable[[int, int], None]:
    last = 0

    def report(done: int, total: int) -> None:
        nonlocal last
        if done * 10 // total > last:
            last = done * 10 // total
            print(f"{what}: {done:,} of {total:,}", file=sys.stderr, flush=True)

    return report


if __name__ == "__main__":
    sys.exit(_cli.run(main, arguments().parse_args()))
