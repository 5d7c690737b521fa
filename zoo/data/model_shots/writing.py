"""Chooses model shots for a catalogue, says how well that went, and writes the pairs and a contact sheet."""

import textwrap
from pathlib import Path

from zoo.data.catalogue.reading import Catalogue, read_catalogue
from zoo.data.model_shots.choice import CLUSTERS, Choice, choose_model_shots, write_pairs
from zoo.data.model_shots.shot_clusters import RULE, WANTED_SHARE
from zoo.data.model_shots.shot_rejections import check_rejected, rejected_beside, write_rejected
from zoo.errors import UserError
from zoo.listener import SILENT, Listener

SHEET = "model_shots_clusters.png"


def select_model_shots(
    folder: Path | str,
    clusters: int = CLUSTERS,
    cluster: list[int] | None = None,
    max_uncertainty: float = 1.0,
    seed: int = 0,
    output: Path | str | None = None,
    sheet: Path | str | None = None,
    listener: Listener = SILENT,
) -> None:
    """Read a catalogue, choose one model shot a product, and write the pairs and the contact sheet.

    Args:
        folder: the catalogue, or its ``data.csv``.
        clusters, cluster, seed: as in ``choose_model_shots``.
        max_uncertainty: products whose shot is less certain are left out, 0 to 1; the reasons go to
            ``pairs_rejected.csv`` beside the pairs.
        output: the pairs; by default ``pairs.csv`` beside ``data.csv``.
        sheet: the contact sheet; by default ``model_shots_clusters.png`` beside the pairs.
        listener: receives what was chosen and written, and progress.

    Raises:
        UserError: for any fault in the catalogue or the arguments.
    """
    if not 0 <= max_uncertainty <= 1:
        raise UserError(f"`max_uncertainty` {max_uncertainty} is not a share; choose 0 to 1")
    if not 0 <= seed < 2**32:
        raise UserError(f"`seed` {seed} is out of range; choose 0 to 4294967295")
    catalogue = read_catalogue(folder)
    output = Path(output or catalogue.path.parent / "pairs.csv")
    sheet = Path(sheet or output.with_name(SHEET))
    rejected = rejected_beside(output)
    for path in (output, sheet, rejected):
        if path.resolve() == catalogue.path.resolve():
            raise UserError(f"{path} is the catalogue itself; choose another output")
    if output.resolve() == sheet.resolve():
        raise UserError(f"{output} is to hold both the pairs and the contact sheet; choose two names")
    if rejected.resolve() == sheet.resolve():
        raise UserError(f"{sheet} is to hold what was left out; choose another `sheet`")
    check_rejected(rejected)
    choice = choose_with_progress(catalogue, clusters, cluster, max_uncertainty, seed, listener)
    write_choice(choice, output, sheet, max_uncertainty, listener)
    if count := write_rejected(choice, output, max_uncertainty):
        listener.say(f"wrote {rejected} ({count:,} rows: what was left out, and why)")


def choose_with_progress(
    catalogue: Catalogue,
    clusters: int = CLUSTERS,
    cluster: list[int] | None = None,
    max_uncertainty: float = 1.0,
    seed: int = 0,
    listener: Listener = SILENT,
) -> Choice:
    """Choose a model shot a product; the listener receives what was chosen, and progress."""
    shots = sum(map(len, catalogue.model_shots.values()))
    listener.say([f"{catalogue.path}: {len(catalogue):,} products, {shots:,} model shots", *catalogue.notes])
    with listener.counted("measuring model shots") as progress:
        choice = choose_model_shots(catalogue, clusters, cluster, seed, progress)
    listener.say(describe(choice, max_uncertainty))
    for warning in choice.warnings:
        listener.warn(warning)
    return choice


def write_choice(
    choice: Choice,
    output: Path,
    sheet: Path,
    max_uncertainty: float = 1.0,
    listener: Listener = SILENT,
) -> None:
    """Write the pairs and the contact sheet."""
    from zoo.data.model_shots.contact_sheet import draw_contact_sheet

    written = write_pairs(choice, output, max_uncertainty)
    draw_contact_sheet(choice, sheet)
    listener.say([f"wrote {output} ({written:,} pairs)", f"wrote {sheet}"])


def describe(choice: Choice, max_uncertainty: float = 1.0) -> list[str]:
    """Lines that show the clusters, and say what was chosen and how certain that is."""
    lines = ["", f"{'cluster':>7} {'shots':>7} {'score':>6} {'full':>6} {'face':>6} {'trust':>6}"]
    for cluster in choice.clusters:
        numbers = f"{cluster.score:6.2f} {cluster.full:6.2f} {cluster.face:6.2f} {cluster.quality:6.2f}"
        lines.append(
            f"{cluster.number:7} {cluster.count:7,} {numbers}{'  <- chosen' if cluster.wanted else ''}"
        )
    uncertain = sorted(choice.pairs, key=lambda pair: -pair.uncertainty)
    high = sum(pair.uncertainty > 0.5 for pair in uncertain)
    worst = ", ".join(f"{pair.model_shot} {pair.uncertainty:.2f}" for pair in uncertain[:3])
    paragraphs = [
        ("chosen", choice.reason + "."),
        ("rule", RULE.format(share=WANTED_SHARE)),
        (
            "score",
            f"{choice.score:.2f} of 1 (mean of 1 - uncertainty). {choice.wanted_share:.1%} of the products "
            f"have a shot in a chosen cluster; trust in the silhouettes {choice.quality:.2f}; separation of "
            f"the clusters {choice.separation:.2f} (-1 to 1).",
        ),
        ("uncertainty", f"{high:,} of {len(uncertain):,} products above 0.5. Least certain: {worst}."),
    ]
    if choice.without_shots:
        paragraphs.append(("left out", f"{choice.without_shots:,} products without a model shot."))
    if dropped := sum(pair.uncertainty > max_uncertainty for pair in uncertain):
        paragraphs.append(
            ("left out", f"{dropped:,} products with an uncertainty above {max_uncertainty:g}.")
        )
    lines.append("")
    for title, text in paragraphs:
        lines += textwrap.wrap(text, 110, initial_indent=f"{title:13}", subsequent_indent=" " * 13)
    return lines
