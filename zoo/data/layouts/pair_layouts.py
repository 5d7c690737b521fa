"""Finds pairs of images in a folder, whichever layout it has, and says why it thinks so.

================  ============================================================  ==================
layout            what the folder holds                                         A → B
================  ============================================================  ==================
``catalogue``     ``data.csv``, and ``pairs.csv`` with the chosen model shots   product → model shot
``folders``       ``cloth/``, ``image/``, and ``pairs.txt`` or ``*_pairs.txt``  product → person
                  with a line "person cloth" a pair (VITON, CP-VTON, VITON-HD)
``dress-code``    ``images/`` and ``train_pairs.txt``, or ``upper_body/``,      product → person
                  ``lower_body/`` and ``dresses/`` with these
``two-folders``   ``A/`` and ``B/`` with pictures of the same names, or         A → B
                  ``source/`` and ``target/`` and the like
``side-by-side``  images twice as wide as high                                  left → right half
================  ============================================================  ==================

The source is A and the target B; the direction ``BtoA`` exchanges them, in every layout. Splits are
known where they are folders (``train/A``, ``A/train``, ``trainA``, ``train_A``, and ``train/`` of
images side by side) or lists (``test_pairs.txt``): what is for testing is held out.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from zoo.data.images import image_size
from zoo.data.layouts.pair_folders import (
    odd_one,
    read_side_by_side,
    read_two_folders,
    some,
    two_folders,
    wide_images,
)
from zoo.data.layouts.pair_lists import (
    catalogue_why,
    is_dress_code,
    pairs_files,
    read_catalogue_pairs,
    read_dress_code,
    read_viton,
)
from zoo.data.listing import check_folder, list_images
from zoo.data.sets.pair_set import DIRECTIONS, LAYOUTS, PairSet
from zoo.data.text import Table
from zoo.errors import UserError


def find_pairs(
    root: Path | str, layout: str = "auto", direction: str | None = None, chosen: Table | None = None
) -> PairSet:
    """Find the pairs in a folder.

    Args:
        root: the folder.
        layout: one of ``LAYOUTS``, or ``"auto"`` to recognise it.
        direction: one of ``DIRECTIONS``; none means ``"AtoB"``.
        chosen: a table as ``pairs.csv``, in its place; ``root`` is a catalogue then.

    Raises:
        UserError: no such folder, no pairs, two layouts that match, a line or row that is
            malformed, or that names a file that is missing or outside the folder.
    """
    root = Path(root)
    if layout not in ("auto", *LAYOUTS):
        raise UserError(f"--layout {layout}: no such layout; choose from auto, {', '.join(LAYOUTS)}")
    if direction not in (None, *DIRECTIONS):
        raise UserError(f"--direction {direction}: no such direction; choose from {', '.join(DIRECTIONS)}")
    check_folder(root, "pairs")
    if chosen is not None:
        found = read_catalogue_pairs(root, chosen)
    else:
        found = _READERS[recognised(root) if layout == "auto" else layout](root)
    if direction == "BtoA":
        found = replace(found, direction="BtoA", sources=found.targets, targets=found.sources)
    return found


_READERS: Mapping[str, Callable[[Path], PairSet]] = {
    "catalogue": read_catalogue_pairs,
    "folders": read_viton,
    "dress-code": read_dress_code,
    "two-folders": read_two_folders,
    "side-by-side": read_side_by_side,
}


def recognised(root: Path) -> str:
    """The layout that a folder shows, one of ``LAYOUTS``.

    Raises:
        UserError: none, or two.
    """
    if not any(root.iterdir()):
        raise UserError(f"{root} is empty: give a folder that holds pairs")
    evidence = {}
    if (root / "data.csv").is_file() or (root / "pairs.csv").is_file():
        evidence["catalogue"] = catalogue_why(root)
    lists = pairs_files(root)
    if is_dress_code(root) and not (root / "cloth").is_dir():
        evidence["dress-code"] = "images/ and a list of pairs are there"
    elif lists:
        evidence["folders"] = f"{lists[0].name} is there"
    both = two_folders(root)
    if both is not None and (not lists or both != ("cloth", "image")) and _match(root, both):
        evidence["two-folders"] = f"{' and '.join(both)} are folders"
    names, _ = wide_images(root)
    odd = odd_one(some(root, names))
    if names and odd is None:
        folder = root / names[0].rpartition("/")[0]
        evidence["side-by-side"] = f"the images in {folder} are twice as wide as high"
    if len(evidence) > 1:
        found = "; ".join(f"{layout}, because {why}" for layout, why in evidence.items())
        choices = " or ".join(f"--layout {layout}" for layout in evidence)
        raise UserError(f"{root} matches {len(evidence)} layouts: {found}: choose with {choices}")
    if evidence:
        return next(iter(evidence))
    if (root / "cloth").is_dir() or (root / "image").is_dir():
        return "folders"  # which says what is missing
    if odd is not None:
        height, width = image_size(odd)
        raise UserError(
            f"{odd} is {height}×{width} (height × width), so the images are not two squares side by side, "
            "and there is no data.csv and no pairs.txt: see zoo/data/layouts/pair_layouts.py for the layouts"
        )
    said = "".join(f"; {note}" for note in list_images(root).notes())
    raise UserError(
        f"{root} has no pairs: expected data.csv and pairs.csv (catalogue), pairs.txt with cloth/ and "
        "image/ (folders), A/ and B/ with pictures of the same names (two-folders), or images twice as wide "
        f"as high (side-by-side){said}"
    )


def _match(root: Path, both: tuple[str, str]) -> bool:
    """Whether two folders hold pairs: their names say so, but those of cloth/ and image/."""
    if both != ("cloth", "image"):
        return True
    try:
        return len(read_two_folders(root, both)) > 0
    except UserError:
        return False
