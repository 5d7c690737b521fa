"""Pairs that a list names: what ``pairs.csv`` and the ``pairs.txt`` of VITON and Dress Code share."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from zoo.data.file_kinds import is_image, unreadable_pictures
from zoo.data.layouts.shared.pair_list import PairList, held_out_note
from zoo.data.layouts.shared.split_folders import is_test
from zoo.data.listing import Listing
from zoo.data.named_files import NamedFiles, tidy
from zoo.data.sets.rejections import files_left_out, passed_over
from zoo.data.text import read_text
from zoo.errors import UserError
from zoo.io.text import csv_value

CATEGORIES = ("upper_body", "lower_body", "dresses")
"""Folders of Dress Code."""

_PAIRS_NAME = re.compile(r"(?:^|_)pairs(?:_\w+)?\.txt$")


def pairs_files(root: Path) -> list[Path]:
    """Pairs files in a folder, the one to train on first: pairs.txt, train_pairs.txt, then by name."""
    paths = [path for path in root.glob("*pairs*.txt") if path.is_file() and _PAIRS_NAME.search(path.name)]
    preferred = ("pairs.txt", "train_pairs.txt")
    return sorted(paths, key=lambda path: (path.name not in preferred, path.name))


def dress_code_lists(root: Path) -> list[Path]:
    """Lists of pairs beside ``images/``, in the folder itself or in those of Dress Code's categories."""
    if (root / "images").is_dir():
        return pairs_files(root)
    folders = [root / name for name in CATEGORIES if (root / name / "images").is_dir()]
    return [path for folder in folders for path in pairs_files(folder)] or (
        pairs_files(root) if folders else []
    )


def split_of(path: Path) -> str:
    """The split that a list is of: "train" of train_pairs.txt, "" of pairs.txt."""
    return re.sub(r"_?pairs(?:_\w+)?\.txt$", "", path.name)


def read_lists(
    root: Path, lists: Sequence[Path], pairs: Callable[[Path], list[tuple[str, str]]]
) -> tuple[PairList, list[Path]]:
    """What the lists name, and those of them that are trained on: the first in each folder.

    Those for testing are held out where their pairs belong together. In others people are to put
    on what they do not wear, so that there is no image to compare with.
    """
    listed, trained, unused = PairList(), [], []
    held: dict[str, int] = {}
    for path in lists:
        name = path.relative_to(root).as_posix()
        if is_test(split_of(path)):
            lines = list(pair_lines(path))
            if lines and all(_belong(cloth, person) for _, cloth, person, _ in lines):
                held[name] = listed.add(pairs(path), test=True)
            else:
                unused.append(name)
                reason = f"{name} pairs people with what they do not wear"
                garments, people = ([line[i] for line in lines] for i in (1, 2))
                listed.rejected += files_left_out(root, garments, reason, "pairing", people)
        elif all(path.parent != other.parent for other in trained):
            listed.add(pairs(path))
            trained.append(path)
        else:
            unused.append(name)
            reason = f"{trained[0].name} is trained on instead"
            listed.rejected += files_left_out(root, [name], reason, "list")
    if not trained:
        raise UserError(
            f"{root} has pairs for testing only ({', '.join([*held, *unused])}): add train_pairs.txt, or "
            "rename the list pairs.txt to train on it"
        )
    if held:
        listed.notes.append(held_out_note(" and ".join(held), sum(held.values())))
    if unused:
        listed.notes.append(f"not used: {', '.join(unused)}")
    return listed, trained


def _belong(*names: str) -> bool:
    """Whether two images are of one product: their names are alike but for a number at their end."""
    return len({re.sub(r"_\d+$", "", os.path.splitext(name)[0]) for name in names}) == 1


def pair_lines(path: Path) -> Iterator[tuple[int, str, str, str | None]]:
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


def existing(
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
                    f"{path}: {unit} {number} names {written[:120]!r}, which is not a file inside "
                    f"{files.root / prefix}: write a path relative to it, without '..'"
                ) from None
            if name is None or not (links or not files.leaves(name)):
                missing.append(
                    f"{unit} {number} names {written[:120]!r}, and {files.root / prefix / written} "
                    "is not a file"
                )
            pair.append(name)
        pairs.append(tuple(pair))
    if missing:
        more = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
        inside = "" if links else " inside the folder"
        raise UserError(f"{path}: {missing[0]}{inside}{more}: add the file or remove the {unit}")
    return pairs


def not_listed(files: NamedFiles, listed: PairList, listed_in: str) -> None:
    """Add what lies in the folders of the pairs and is not used: images of kinds that cannot be read,
    which a note counts, and images that no pair names.
    """
    listed.notes += unreadable_notes(files, listed)
    listed.rejected += passed_over(files.root, _unreadable(files, listed))
    used, unlisted = {*listed.sources, *listed.targets}, []
    for folder in _folders(listed):
        names = (f"{folder}/{name}" if folder else name for name in files.files(folder) if is_image(name))
        unlisted += sorted(name for name in names if name not in used)
    listed.rejected += files_left_out(files.root, unlisted, f"no pair of {listed_in} names it", "list")


def unreadable_notes(files: NamedFiles, listed: PairList) -> list[str]:
    """A line that counts the images in the folders of the pairs that cannot be read, by kind."""
    return _unreadable(files, listed).notes()


def _unreadable(files: NamedFiles, listed: PairList) -> Listing:
    folders = _folders(listed)
    unreadable = [each for folder in folders for each in unreadable_pictures(folder, files.files(folder))]
    return Listing([], Counter(kind for _, kind in unreadable), unreadable)


def _folders(listed: PairList) -> list[str]:
    return sorted({name.rpartition("/")[0] for name in (*listed.sources, *listed.targets)})
