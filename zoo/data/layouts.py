"""Finds pairs of images in a folder, whichever of three layouts it has, and says why it thinks so.

===============  ==============================================================  ==================
layout           what the folder holds                                           A → B
===============  ==============================================================  ==================
``catalogue``    ``data.csv``, and ``pairs.csv`` with the chosen model shots     product → model shot
``folders``      ``cloth/``, ``image/``, and ``pairs.txt`` or ``*_pairs.txt``    product → person
                 with a line "person cloth" a pair (VITON, CP-VTON, VITON-HD)
``side-by-side`` images twice as wide as high, in the folder or in ``train/``    left → right half
===============  ==============================================================  ==================

The source is A and the target B; the direction ``BtoA`` exchanges them, in every layout.
"""

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from zoo.data.image_files import LOOKED_AT
from zoo.data.images import SUFFIXES, UnreadableImage, image_size
from zoo.data.listing import check_folder
from zoo.data.pair_set import DIRECTIONS, LAYOUTS, PairSet, half
from zoo.data.text import read_text
from zoo.errors import UserError
from zoo.paths import LEAVES
from zoo.spread import spread


def find_pairs(root: Path | str, layout: str = "auto", direction: str | None = None) -> PairSet:
    """Find the pairs in a folder.

    Args:
        root: the folder.
        layout: one of ``LAYOUTS``, or ``"auto"`` to recognise it.
        direction: one of ``DIRECTIONS``; none means ``"AtoB"``.

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
    if layout == "auto":
        layout = _recognise(root)
    found = {"catalogue": _in_catalogue, "folders": _in_folders, "side-by-side": _side_by_side}[layout](root)
    if direction == "BtoA":
        found = replace(found, direction="BtoA", sources=found.targets, targets=found.sources)
    return found


# --- recognising a layout


def _recognise(root: Path) -> str:
    if not any(root.iterdir()):
        raise UserError(f"{root} is empty: give a folder that holds pairs")
    evidence = {}
    if (root / "data.csv").is_file() or (root / "pairs.csv").is_file():
        evidence["catalogue"] = _catalogue_why(root)
    if _pairs_files(root):
        evidence["folders"] = f"{_pairs_files(root)[0].name} is there"
    folder, names, _ = _wide_images(root)
    odd = next((path for path in _some(folder, names) if not _is_wide(path)), None)
    if names and odd is None:
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
            "and there is no data.csv and no pairs.txt: see zoo/data/layouts.py for the three layouts"
        )
    raise UserError(
        f"{root} has no pairs: expected data.csv and pairs.csv (catalogue), pairs.txt with cloth/ and "
        "image/ (folders), or images twice as wide as high (side-by-side)"
    )


def _catalogue_why(root: Path) -> str:
    there = [name for name in ("data.csv", "pairs.csv") if (root / name).is_file()]
    return f"{' and '.join(there)} {'are' if len(there) == 2 else 'is'} there"


def _pairs_files(root: Path) -> list[Path]:
    """Pairs files, the one to train on first: pairs.txt, train_pairs.txt, then by name."""
    found = [path for path in root.glob("*pairs.txt") if path.is_file() and _PAIRS_NAME.search(path.name)]
    preferred = ("pairs.txt", "train_pairs.txt")
    return sorted(found, key=lambda path: (path.name not in preferred, path.name))


_PAIRS_NAME = re.compile(r"(?:^|_)pairs\.txt$")


def _wide_images(root: Path) -> tuple[Path, list[str], int]:
    """Folder of side-by-side images, their names, and how many images lie beside that folder."""
    beside = _images_in(root)
    if inside := _images_in(root / "train"):
        return root / "train", inside, len(beside)
    return root, beside, 0


def _images_in(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return sorted(
            entry.name
            for entry in entries
            if entry.name.lower().endswith(SUFFIXES) and not entry.name.startswith(".") and entry.is_file()
        )


def _some(folder: Path, names: Sequence[str]) -> list[Path]:
    """Paths of a few of the names, evenly spread."""
    return [folder / names[i] for i in spread(len(names), LOOKED_AT)]


def _is_wide(path: Path) -> bool:
    """Whether an image can be two squares side by side; one that cannot be read speaks against nothing."""
    try:
        height, width = image_size(path)
    except UnreadableImage:
        return True
    return width == 2 * height


# --- the three layouts


def _in_catalogue(root: Path) -> PairSet:
    path = root / "pairs.csv"
    if not path.is_file():
        if not (root / "data.csv").is_file():
            raise UserError(f"{root} has no data.csv: give a catalogue's folder, or another --layout")
        raise UserError(
            f"{path} does not exist: choose the model shots first with "
            f"`python -m recipes.select_model_shots {root}`"
        )
    rows = list(_csv_rows(path, ("product", "model_shot")))
    names = [(row, cells["product"], cells["model_shot"]) for row, cells in rows]
    sources, targets, repeated = _checked(path, "row", root, names, ("", ""), links=False)
    ids = [cells.get("id") or "" for _, cells in rows]
    return _pair_set("catalogue", root, sources, targets, _catalogue_why(root), repeated, ids=ids)


def _in_folders(root: Path) -> PairSet:
    files = _pairs_files(root)
    if not files:
        there = [name for name in ("image/", "cloth/") if (root / name).is_dir()]
        raise UserError(
            f"{root} has {' and '.join(there) or 'no image/ and cloth/'} but no pairs.txt: write one, with a "
            "line 'person.jpg cloth.jpg' a pair, or give another --layout"
        )
    path, *others = files
    part = path.name.removesuffix("pairs.txt").rstrip("_")
    prefix = f"{part}/" if part and (root / part / "cloth").is_dir() else ""
    for name in ("cloth", "image"):
        if not (root / prefix / name).is_dir():
            raise UserError(
                f"{path} is there, but the folder {root / prefix / name} is not: put the images there"
            )
    names = [(line, cloth, person) for line, person, cloth in _pair_lines(path)]
    sources, targets, repeated = _checked(path, "line", root, names, (f"{prefix}cloth/", f"{prefix}image/"))
    notes = [f"not used: {', '.join(other.name for other in others)}"] if others else []
    why = f"{path.name} is there, with {prefix}cloth/ and {prefix}image/"
    return _pair_set("folders", root, sources, targets, why, repeated, notes)


def _side_by_side(root: Path) -> PairSet:
    folder, names, beside = _wide_images(root)
    if not names:
        raise UserError(f"{root} has no images, nor has a folder train/ in it: give a folder of images")
    for path in _some(folder, names):
        try:
            size = image_size(path)
        except UnreadableImage:
            continue  # ``check`` names it
        half(path, size)
    prefix = "train/" if folder != root else ""
    files = [prefix + name for name in names]
    notes = [f"not used: {beside:,} images beside train/"] if beside else []
    why = f"the images in {folder} are twice as wide as high"
    return _pair_set("side-by-side", root, files, files, why, 0, notes)


def _pair_set(
    layout: str,
    root: Path,
    sources: list[str],
    targets: list[str],
    why: str,
    repeated: int,
    notes: Sequence[str] = (),
    ids: Sequence[str] = (),
) -> PairSet:
    if repeated:
        notes = [*notes, f"left out: {repeated:,} repeated pair{'s' if repeated > 1 else ''}"]
    made = _unique_ids(sources, targets, [] if repeated else ids)
    return PairSet(layout, root, "AtoB", made, sources, targets, why, tuple(notes))


def _unique_ids(sources: list[str], targets: list[str], given: Sequence[str]) -> list[str]:
    """The given ids, else the targets' names, as short as they can be and still differ."""

    def plain(names: list[str]) -> list[str]:
        folders = {name.rpartition("/")[0] for name in names}
        shared = os.path.commonpath(folders) if all(folders) else ""
        start = len(shared) + 1 if shared else 0
        return [name[start:].replace("/", "_") for name in names]

    if len(given) == len(sources) and all(given) and len(set(given)) == len(given):
        return [re.sub(r"[/\\:]", "_", name) for name in given]
    last = plain(targets)
    stems = [os.path.splitext(name)[0] for name in last]
    both = [f"{a}+{os.path.splitext(b)[0]}" for a, b in zip(stems, plain(sources), strict=True)]
    for ids in (stems, last, both):
        if len(set(ids)) == len(ids):
            return ids
    return [f"{name}+{i}" for i, name in enumerate(stems)]


def _pair_lines(path: Path) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip():
            continue
        names = line.strip().split("\t") if "\t" in line else line.split()
        if len(names) != 2:
            raise UserError(
                f"{path}: line {number} is {line.strip()[:80]!r}: write 'person.jpg cloth.jpg', two names"
            )
        yield number, names[0], names[1]


def _csv_rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV with ``;`` or ``,``, numbered as a spreadsheet does: the header is row 1."""
    text = read_text(path)
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    columns = [name.strip() for name in next(reader, [])]
    for name in needed:
        if name not in columns:
            raise UserError(
                f"{path}: row 1 has no column {name!r} (it has {', '.join(columns)[:120] or 'nothing'}): "
                f"make it again with `python -m recipes.select_model_shots {path.parent}`"
            )
    for number, cells in enumerate(_whole(path, reader), 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            raise UserError(
                f"{path}: row {number} has {len(cells)} cells and the header {len(columns)}: "
                f"mend the row, or put cells that hold {separator!r} in double quotes"
            )
        yield number, dict(zip(columns, (cell.strip() for cell in cells), strict=True))


def _whole(path: Path, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as error:
        raise UserError(f"{path} is no CSV ({error}): write it again") from error


def _checked(
    path: Path,
    unit: str,
    root: Path,
    names: list[tuple[int, str, str]],
    prefixes: tuple[str, str],
    links: bool = True,
) -> tuple[list[str], list[str], int]:
    """Names of A and of B below ``root``, each an existing file, and how many repetitions were dropped."""
    if not names:
        raise UserError(f"{path} has no pairs: write one {unit} a pair")
    listing = lru_cache(maxsize=None)(_listing)
    seen: dict[tuple[str, str], None] = {}
    missing: list[str] = []
    for number, *both in names:
        full = []
        for prefix, written in zip(prefixes, both, strict=True):
            name = re.sub(r"/(?:\./)*/*", "/", written.replace("\\", "/").removeprefix("./"))
            if not name.strip("/. ") or re.search(LEAVES, name):
                raise UserError(
                    f"{path}: {unit} {number} names {written[:120]!r}, which is no file inside "
                    f"{root / prefix}: write a path relative to it, without '..'"
                )
            folder, _, file = (prefix + name).rpartition("/")
            if file not in listing(root, folder, links):
                missing.append(
                    f"{unit} {number} names {written[:120]!r}, and {root / prefix / name} is no file"
                )
            full.append(prefix + name)
        seen[full[0], full[1]] = None
    if missing:
        more = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
        inside = "" if links else " inside the folder"
        raise UserError(f"{path}: {missing[0]}{inside}{more}: add the file or remove the {unit}")
    return [a for a, _ in seen], [b for _, b in seen], len(names) - len(seen)


def _listing(root: Path, folder: str, links: bool) -> frozenset[str]:
    """Files in a folder; where links do not count, those that lead out of ``root`` are left out."""
    inside = (root / folder).resolve().is_relative_to(root.resolve())
    if not inside and not links:
        return frozenset()
    try:
        with os.scandir(root / folder) as entries:
            return frozenset(
                entry.name
                for entry in entries
                if entry.is_file()
                and (links or not entry.is_symlink() or Path(entry).resolve().is_relative_to(root.resolve()))
            )
    except OSError:
        return frozenset()
