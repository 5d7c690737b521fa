"""Reads pairs that a list names: a catalogue's ``pairs.csv``, VITON's and Dress Code's ``pairs.txt``."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from zoo.data.layouts.found_pairs import Found, held_out_note
from zoo.data.layouts.split_folders import is_test
from zoo.data.listing import skipped_notes, skipped_pictures
from zoo.data.named_files import NamedFiles, tidy
from zoo.data.sets.pair_set import PairSet
from zoo.data.text import Table, read_table, read_text
from zoo.errors import UserError
from zoo.io.text import csv_value

PAIRS_CSV = "pairs.csv"
CATEGORIES = ("upper_body", "lower_body", "dresses")
"""Folders of Dress Code."""

_PAIRS_NAME = re.compile(r"(?:^|_)pairs(?:_\w+)?\.txt$")


def pairs_files(root: Path) -> list[Path]:
    """Pairs files in a folder, the one to train on first: pairs.txt, train_pairs.txt, then by name."""
    found = [path for path in root.glob("*pairs*.txt") if path.is_file() and _PAIRS_NAME.search(path.name)]
    preferred = ("pairs.txt", "train_pairs.txt")
    return sorted(found, key=lambda path: (path.name not in preferred, path.name))


def catalogue_why(root: Path) -> str:
    """What shows that a folder holds a catalogue."""
    there = [name for name in ("data.csv", PAIRS_CSV) if (root / name).is_file()]
    return f"{' and '.join(there)} {'are' if len(there) == 2 else 'is'} there"


def read_catalogue_pairs(root: Path, chosen: Table | None = None) -> PairSet:
    """The pairs in ``pairs.csv``, or those that were chosen and are nowhere yet.

    Raises:
        UserError: neither is there, or what is there is malformed.
    """
    if chosen is None:
        path = root / PAIRS_CSV
        if not path.is_file():
            if not (root / "data.csv").is_file():
                raise UserError(f"{root} has no data.csv: give a catalogue's folder, or another --layout")
            raise UserError(
                f"{path} does not exist: choose the model shots first with "
                f"`python -m recipes.select_model_shots {root}`"
            )
        chosen = read_table(path)
    rows = list(_cells(chosen, root))
    names = [(row, cells["product"], cells["model_shot"]) for row, cells in rows]
    found = Found(ids=[csv_value(cells.get("id") or "") for _, cells in rows])
    files = NamedFiles(root)
    found.add(_checked(chosen.path, "row", files, names, ("", ""), links=False))
    found.notes += _skipped(files, found)
    return found.pair_set("catalogue", root, catalogue_why(root))


def read_viton(root: Path) -> PairSet:
    """The pairs of ``pairs.txt``, cloth/ and image/; those of a list for testing are held out.

    Raises:
        UserError: a list, a folder or an image is missing, or a list is malformed.
    """
    lists = pairs_files(root)
    if not lists:
        there = [name for name in ("image/", "cloth/") if (root / name).is_dir()]
        raise UserError(
            f"{root} has {' and '.join(there) or 'no image/ and cloth/'} but no pairs.txt: write one, with a "
            "line 'person.jpg cloth.jpg' a pair, or give another --layout"
        )

    def prefixes(path: Path) -> tuple[str, str]:
        part = _part(path)
        prefix = f"{part}/" if part and (root / part / "cloth").is_dir() else ""
        for name in ("cloth", "image"):
            if not (root / prefix / name).is_dir():
                raise UserError(
                    f"{path} is there, but the folder {root / prefix / name} is not: put the images there"
                )
        return f"{prefix}cloth/", f"{prefix}image/"

    files = NamedFiles(root)

    def pairs(path: Path) -> list[tuple[str, str]]:
        return _checked(path, "line", files, [line[:3] for line in _pair_lines(path)], prefixes(path))

    found, (trained,) = _read_lists(root, lists, pairs)
    found.notes += _skipped(files, found)
    cloth, image = prefixes(trained)
    return found.pair_set("folders", root, f"{trained.name} is there, with {cloth} and {image}")


def is_dress_code(root: Path) -> bool:
    """Whether a folder is Dress Code's, or one of its categories'."""
    return bool(_dress_code_lists(root))


def read_dress_code(root: Path) -> PairSet:
    """The pairs of Dress Code: garment ``images/X_1.jpg`` and person ``images/X_0.jpg`` of each category.

    Raises:
        UserError: a list or an image is missing, or a list is malformed.
    """
    lists = _dress_code_lists(root)
    if not lists:
        raise UserError(
            f"{root} has no images/ with a train_pairs.txt, nor have {', '.join(CATEGORIES)} in it: give "
            "Dress Code's folder, or another --layout"
        )
    files = NamedFiles(root)

    def pairs(path: Path) -> list[tuple[str, str]]:
        lines = list(_pair_lines(path))
        if (path.parent / "images").is_dir():
            folder = path.parent.relative_to(root).as_posix()
            prefix = "images/" if folder == "." else f"{folder}/images/"
            return _checked(path, "line", files, [line[:3] for line in lines], (prefix, prefix))
        placed = []  # a list of all categories, whose third column may name them by number
        for number, garment, person, category in lines:
            known = CATEGORIES if category is None else CATEGORIES[int(category) :][:1]
            there = [name for name in known if garment in files.files(f"{name}/images")]
            prefix = f"{(there or known or CATEGORIES)[0]}/images/"
            placed.append((number, prefix + garment, prefix + person))
        return _checked(path, "line", files, placed, ("", ""))

    found, trained = _read_lists(root, lists, pairs)
    found.notes += _skipped(files, found)
    where = " and ".join(path.relative_to(root).as_posix() for path in trained)
    why = f"{where} {'are' if len(trained) > 1 else 'is'} there, with images/"
    return found.pair_set("dress-code", root, why)


def _dress_code_lists(root: Path) -> list[Path]:
    if (root / "images").is_dir():
        return pairs_files(root)
    folders = [root / name for name in CATEGORIES if (root / name / "images").is_dir()]
    return [path for folder in folders for path in pairs_files(folder)] or (
        pairs_files(root) if folders else []
    )


def _part(path: Path) -> str:
    """The split that a list is of: "train" of train_pairs.txt, "" of pairs.txt."""
    return re.sub(r"_?pairs(?:_\w+)?\.txt$", "", path.name)


def _read_lists(
    root: Path, lists: Sequence[Path], pairs: Callable[[Path], list[tuple[str, str]]]
) -> tuple[Found, list[Path]]:
    """What the lists name, and those of them that are trained on: the first in each folder.

    Those for testing are held out where their pairs belong together. In others people are to put
    on what they do not wear, so that there is no picture to compare with.
    """
    found, trained, unused = Found(), [], []
    held: dict[str, int] = {}
    for path in lists:
        name = path.relative_to(root).as_posix()
        if is_test(_part(path)):
            lines = list(_pair_lines(path))
            if lines and all(_belong(cloth, person) for _, cloth, person, _ in lines):
                held[name] = found.add(pairs(path), test=True)
            else:
                unused.append(name)
        elif all(path.parent != other.parent for other in trained):
            found.add(pairs(path))
            trained.append(path)
        else:
            unused.append(name)
    if not trained:
        raise UserError(
            f"{root} has pairs for testing only ({', '.join([*held, *unused])}): add train_pairs.txt, or "
            "rename the list pairs.txt to train on it"
        )
    if held:
        found.notes.append(held_out_note(" and ".join(held), sum(held.values())))
    if unused:
        found.notes.append(f"not used: {', '.join(unused)}")
    return found, trained


def _belong(*names: str) -> bool:
    """Whether two pictures are of one product: their names are alike but for a number at their end."""
    return len({re.sub(r"_\d+$", "", os.path.splitext(name)[0]) for name in names}) == 1


def _pair_lines(path: Path) -> Iterator[tuple[int, str, str, str | None]]:
    """Number of each line, names of product and person, and the number of the category if there is one."""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip():
            continue
        names = line.strip().split("\t") if "\t" in line else line.split()
        names = [name.strip() for name in names]
        category = names.pop() if len(names) == 3 and re.fullmatch("[0-9]", names[2]) else None
        if len(names) != 2:
            raise UserError(
                f"{path}: line {number} is {line.strip()[:80]!r}: write 'person.jpg cloth.jpg', two names"
            )
        yield number, names[1], names[0], category


def _cells(table: Table, root: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a table of pairs: number, and column → cell."""
    path = table.path
    for name in ("product", "model_shot"):
        if name not in table.columns:
            there = ", ".join(table.columns)[:120] or "nothing"
            raise UserError(
                f"{path}: row 1 has no column {name!r} (it has {there}): "
                f"make it again with `python -m recipes.select_model_shots {root}`"
            )
    for number, cells in table.rows:
        if len(cells) != len(table.columns):
            raise UserError(
                f"{path}: row {number} has {len(cells)} cells and the header {len(table.columns)}: "
                f"mend the row, or put cells that hold {table.separator!r} in double quotes"
            )
        yield number, dict(zip(table.columns, (cell.strip() for cell in cells), strict=True))


def _checked(
    path: Path,
    unit: str,
    files: NamedFiles,
    names: Sequence[tuple[int, str, str]],
    prefixes: tuple[str, str],
    links: bool = True,
) -> list[tuple[str, str]]:
    """Names of A and of B below the root as the disk has them, each an existing file.

    Args:
        path: the list.
        unit: what it consists of, for messages.
        files: those below the root.
        names: number of each unit, and the two names.
        prefixes: where the files of A and of B are.
        links: whether links may lead out of the root.
    """
    if not names:
        raise UserError(f"{path} has no pairs: write one {unit} a pair")
    pairs, missing = [], []
    for number, *both in names:
        pair = []
        for prefix, written in zip(prefixes, both, strict=True):
            try:
                # What this project wrote has an apostrophe before what a spreadsheet would run.
                tidy(written)
                name = files.find(prefix + written) or files.find(prefix + csv_value(written))
            except ValueError:
                raise UserError(
                    f"{path}: {unit} {number} names {written[:120]!r}, which is no file inside "
                    f"{files.root / prefix}: write a path relative to it, without '..'"
                ) from None
            if name is None or not (links or not files.leaves(name)):
                missing.append(
                    f"{unit} {number} names {written[:120]!r}, and {files.root / prefix / written} is no file"
                )
            pair.append(name)
        pairs.append(tuple(pair))
    if missing:
        more = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
        inside = "" if links else " inside the folder"
        raise UserError(f"{path}: {missing[0]}{inside}{more}: add the file or remove the {unit}")
    return pairs


def _skipped(files: NamedFiles, found: Found) -> list[str]:
    """A line that counts the pictures in the folders of the pairs that cannot be read, by kind."""
    folders = sorted({name.rpartition("/")[0] for name in (*found.sources, *found.targets)})
    return skipped_notes(skipped_pictures(name for folder in folders for name in files.files(folder)))
