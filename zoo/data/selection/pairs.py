"""The pairs in a folder, in any layout and direction."""

from dataclasses import replace
from pathlib import Path

from zoo.data.layouts.catalogue import pairs_of
from zoo.data.layouts.recognition import recognise
from zoo.data.listing import check_folder
from zoo.data.sets.pair_set import DIRECTIONS, PairSet
from zoo.data.text import Table
from zoo.errors import UserError


def find_pairs(
    root: Path | str, layout: str = "auto", direction: str | None = None, chosen: Table | None = None
) -> PairSet:
    """Find the pairs in a folder.

    The source is A and the target B; the direction "BtoA" exchanges them, in every layout. Splits are
    known where they are folders (``train/A``, ``A/train``, ``trainA``, ``train_A``, and ``train/`` of
    images side by side) or lists (``test_pairs.txt``): what is for testing is held out.

    Args:
        root: the folder.
        layout: one of ``zoo.data.layouts.registry.names("pairs")``, or "auto" to recognise it.
        direction: one of ``DIRECTIONS``; none means "AtoB".
        chosen: a table like ``pairs.csv``, in its place; ``root`` is a catalogue then.

    Raises:
        UserError: no such folder, no pairs, two layouts that match, a line or row that is
            malformed, or that names a file that is missing or outside the folder.
    """
    root = Path(root)
    if direction not in (None, *DIRECTIONS):
        raise UserError(f"`direction` {direction}: no such direction; choose from {', '.join(DIRECTIONS)}")
    if chosen is None:
        pairs = recognise(root, "pairs", layout).read()
    else:
        check_folder(root, "pairs")
        pairs = pairs_of(root, chosen)
    if direction == "BtoA":
        pairs = replace(pairs, direction="BtoA", sources=pairs.targets, targets=pairs.sources)
    return pairs
