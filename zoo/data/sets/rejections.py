"""What was left out and why, one reason a row: what ``rejected.csv`` in a run holds.

Rows are computed when they are asked for: a data set may leave out millions of files, and what it keeps
for this is no more than their names.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from zoo.data.file_kinds import why_passed_over
from zoo.data.listing import Listing

STAGES = ("folder", "list", "pairing", "model shots", "attributes", "checking", "split")
"""Where files are left out, in this order; each ``Rejection.stage`` is one of them."""


class Rejection(NamedTuple):
    """A file that was left out.

    Attributes:
        file: its path, or the name of what was left out with it, such as a product without a shot.
        partner_or_product: path of the other image of its pair, or the id of its product; else "".
        reason: why, in a few words.
        stage: one of ``STAGES``.
    """

    file: str
    partner_or_product: str
    reason: str
    stage: str


Rejections = Callable[[], Iterable[Rejection]]
"""Gives the rows of one group of rejected files, again each time."""


def files_left_out(
    root: Path, names: Iterable[str], reason: str, stage: str, partners: Sequence[str] | None = None
) -> tuple[Rejections, ...]:
    """Files that were left out for the same reason; none where ``names`` is empty.

    Args:
        root: the folder that the names are relative to.
        names: of the files.
        reason: why they were left out.
        stage: one of ``STAGES``.
        partners: for each of them the partner or product; none for "".
    """
    names = list(names)
    return (partial(_rows, root, names, reason, stage, partners),) if names else ()


def passed_over(root: Path, listing: Listing) -> tuple[Rejections, ...]:
    """Files that a listing passed over because they are not images that can be read here."""
    return (partial(_rows_passed_over, root, listing),) if listing.passed_over else ()


def _rows_passed_over(root: Path, listing: Listing) -> Iterator[Rejection]:
    for name, kind in listing.passed_over:
        yield Rejection(os.path.join(root, name), "", why_passed_over(kind), "folder")
    more = sum(listing.skipped.values()) - len(listing.passed_over)
    if more > 0:
        yield Rejection(str(root), "", f"{more:,} more files that are not images", "folder")


def _rows(
    root: Path, names: Sequence[str], reason: str, stage: str, partners: Sequence[str] | None
) -> Iterator[Rejection]:
    for i, name in enumerate(names):
        yield Rejection(os.path.join(root, name), "" if partners is None else partners[i], reason, stage)
