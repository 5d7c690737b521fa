"""Model shots that were not chosen and products without one, a reason each."""

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

from zoo.data.catalogue.reading import Catalogue, read_catalogue
from zoo.data.model_shots.choice import Choice
from zoo.data.sets.pair_set import PairSet
from zoo.data.sets.rejections import Rejection
from zoo.data.text import read_table
from zoo.errors import UserError
from zoo.io.files import write_text
from zoo.io.text import csv_cell, csv_value

STAGE = "model shots"
NO_SHOT = "no model shot (models/<id>@<n>.jpg)"
NOT_CHOSEN = "another shot of the product was chosen"
_HEADER = ";".join(Rejection._fields)


def left_out_by_choice(
    choice: Choice, max_uncertainty: float = 1.0, also_not_chosen: bool = True
) -> Iterator[Rejection]:
    """What a choice leaves out, product by product.

    Args:
        choice: the choice.
        max_uncertainty: the uncertainty above which products are left out.
        also_not_chosen: also the other shots of products that have a pair, and images of no product.
    """
    catalogue, root = choice.catalogue, choice.catalogue.path.parent
    pairs = {pair.id: pair for pair in choice.pairs}
    if also_not_chosen:
        yield from not_of_products(catalogue)
    for product, image in zip(catalogue.rows["id"], catalogue.rows["img_path"], strict=True):
        shots, pair = catalogue.model_shots.get(product, []), pairs.get(product)
        if pair is None:
            reason = "none of its model shots can be read" if shots else NO_SHOT
            yield Rejection(os.path.join(root, image), product, reason, STAGE)
        elif pair.uncertainty > max_uncertainty:
            reason = f"uncertainty {pair.uncertainty:.3f} is above {max_uncertainty:g}"
            yield Rejection(os.path.join(root, pair.model_shot), product, reason, STAGE)
        for shot in shots:
            path = os.path.join(root, shot)
            if shot in choice.unreadable:
                reason = choice.unreadable[shot].removeprefix(f"{catalogue.root / shot} ")
                yield Rejection(path, product, reason, STAGE)
            elif also_not_chosen and shot != pair.model_shot:
                yield Rejection(path, product, NOT_CHOSEN, STAGE)


def not_of_products(catalogue: Catalogue) -> Iterator[Rejection]:
    """Images in a catalogue's folder that are no product's, and files that are not images."""
    for rows in catalogue.rejected:
        yield from rows()


def rejected_beside(pairs_csv: Path) -> Path:
    """Where the reasons for what ``pairs.csv`` leaves out lie: ``pairs_rejected.csv`` beside it."""
    return pairs_csv.with_name(f"{pairs_csv.stem}_rejected.csv")


def check_rejected(path: Path) -> None:
    """Raise ``UserError`` if what is at ``path`` was not written by ``write_rejected``, which replaces it."""
    if os.path.lexists(path):
        try:
            with path.open("rb") as file:
                ours = file.readline(1000).rstrip() == _HEADER.encode()
        except OSError:
            ours = False
        if not ours:
            raise UserError(
                f"{path} would be replaced, and lists nothing that was left out: move it away, or choose "
                "another `output`"
            )


def write_rejected(choice: Choice, pairs_csv: Path, max_uncertainty: float) -> int:
    """Write ``pairs_rejected.csv`` beside ``pairs.csv``, if a product was left out; gives the number of rows.

    An older one is removed if none was.
    """
    rows = list(left_out_by_choice(choice, max_uncertainty, also_not_chosen=False))
    path = rejected_beside(pairs_csv)
    if not rows:
        path.unlink(missing_ok=True)
        return 0
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    text.write(f"{_HEADER}\n")
    writer.writerows(map(csv_cell, row) for row in rows)
    write_text(path, text.getvalue())
    return len(rows)


def not_in_pairs(pairs: PairSet) -> Iterator[Rejection]:
    """Products of a catalogue that ``pairs.csv`` has no pair of, and shots that it does not name.

    Reasons are those of ``pairs_rejected.csv``, where there is one.
    """
    if not (pairs.root / "data.csv").is_file():
        return
    try:
        catalogue = read_catalogue(pairs.root)
    except UserError as error:
        yield Rejection(
            str(pairs.root / "data.csv"), "", f"products without a pair are not known: {error}", STAGE
        )
        return
    yield from not_of_products(catalogue)
    root, reasons = catalogue.path.parent, _reasons(rejected_beside(pairs.root / "pairs.csv"))
    products, shots_used = set(pairs.products), {*pairs.sources, *pairs.targets}
    for product, image in zip(catalogue.rows["id"], catalogue.rows["img_path"], strict=True):
        shots = catalogue.model_shots.get(product, [])
        if image not in products:
            reason = "pairs.csv has no pair of it" if shots else NO_SHOT
            yield from reasons.get(product) or [Rejection(os.path.join(root, image), product, reason, STAGE)]
        else:
            for shot in shots:
                if shot not in shots_used:
                    yield Rejection(os.path.join(root, shot), product, NOT_CHOSEN, STAGE)


def _reasons(path: Path) -> dict[str, list[Rejection]]:
    """Rows of ``pairs_rejected.csv`` by product; none where it cannot be read."""
    reasons: dict[str, list[Rejection]] = {}
    if path.is_file():
        try:
            for _, cells in read_table(path).rows:
                if len(cells) == len(Rejection._fields):
                    row = Rejection(*map(csv_value, cells))
                    reasons.setdefault(row.partner_or_product, []).append(row)
        except UserError:
            return {}
    return reasons
