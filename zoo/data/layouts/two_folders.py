"""Two folders that hold images of the same names: ``A/`` and ``B/``, and their like."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.pair_list import PairList, alone_note, held_out_note
from zoo.data.layouts.shared.pair_texts import pairs_files
from zoo.data.layouts.shared.split_folders import Part, is_test, part_indices, parts_of, unused_folders
from zoo.data.listing import folders_in
from zoo.data.named_files import caseless
from zoo.data.sets.pair_set import PairSet
from zoo.data.sets.rejections import files_left_out, passed_over
from zoo.errors import UserError

CONVENTIONS = (("A", "B"), ("source", "target"), ("input", "target"), ("input", "output"), ("cloth", "image"))
"""Names of two folders whose order is known, the source's first."""


def two_folders(root: Path) -> tuple[str, str] | None:
    """Names of A and of B, where a folder holds the two: A/ and B/, trainA/ and trainB/, A/train/, …"""
    folders = folders_in(root)
    inner = [name for folder in folders if is_test(folder) is not None for name in folders_in(root / folder)]
    names = parts_of(f"{name}/0" for name in folders).values
    for both in (names, folders, inner):
        spelt = {name.lower(): name for name in both}
        for a, b in CONVENTIONS:
            if a.lower() in spelt and b.lower() in spelt:
                return spelt[a.lower()], spelt[b.lower()]
    return None


def evidence(folder: DataFolder) -> str | None:
    """Whether two such folders are there; ``cloth/`` and ``image/`` only if they hold the same names."""
    both = two_folders(folder.path)
    if both is None:
        return None
    if both == ("cloth", "image") and (pairs_files(folder.path) or not _match(folder)):
        return None
    return f"{' and '.join(both)} are folders"


def _match(folder: DataFolder) -> bool:
    try:
        return len(read(folder)) > 0
    except UserError:
        return False


def read(folder: DataFolder) -> PairSet:
    """Pairs of images with the same name in two folders; of ``.jpg`` and ``.png`` as well.

    Raises:
        UserError: there are no two such folders, no images of the same name, or several that
            could be meant.
    """
    root, both = folder.path, two_folders(folder.path)
    if both is None:
        raise UserError(
            f"{root} has no folders A/ and B/, nor trainA/ and trainB/: name the two so, or give another "
            "`layout`"
        )
    tree = folder.tree
    listing, parts = tree.listing, [part for part in tree.parts.parts if part.value in both]
    if {part.value for part in parts if not part.test} != set(both):
        raise UserError(
            f"{root} has no images to train on in {both[0]} and {both[1]}: put some there, or in splits "
            "train/ and test/ of them"
        )
    sides = _sides(listing.names, parts)
    listed, alone, held = PairList(), [], {}
    for split, (test, names) in sides.items():
        pairs, left = matched(root, *(names[value] for value in both))
        alone += left
        count = listed.add(pairs, test)
        if test and count:
            held[split] = count
    where = _where(parts, both, False)
    if not listed.sources or all(listed.test):
        raise UserError(
            f"{root}: no image in {where[0]} has the name of one in {where[1]} (the first: "
            f"{_first(sides, both[0])} and {_first(sides, both[1])}): rename them, or write pairs.txt"
        )
    if held:
        listed.notes.append(held_out_note(" and ".join(_where(parts, both, True)), sum(held.values())))
    listed.notes += alone_note(alone)
    no_partner = "the other folder has no image of this name"
    listed.rejected += files_left_out(root, alone, no_partner, "pairing")
    if unused := unused_folders(listing.names, parts):
        counts = ", ".join(f"{count:,} images in {name or '.'}/" for name, count in sorted(unused.items()))
        listed.notes.append(f"not used: {counts}")
    listed.notes += listing.notes()
    indices = part_indices(listing.names, parts)
    outside = [name for name, index in zip(listing.names, indices, strict=True) if index < 0]
    listed.rejected += files_left_out(root, outside, f"neither in {both[0]} nor in {both[1]}", "folder")
    listed.rejected += passed_over(root, listing)
    return listed.pair_set("two-folders", root, f"{' and '.join(where)} hold images of the same names")


def matched(root: Path, a: Sequence[str], b: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Pairs of images with the same name, and those without a partner.

    Args:
        root: the folder, for messages.
        a, b: (folder, name below it) of the images.

    Raises:
        UserError: two images could be the partner of one.
    """
    keys: tuple[Callable[[str], str], ...] = (str, _stem, lambda name: caseless(_stem(name)), _letter)
    pairs: dict[str, str] = {}
    left = [dict(a), dict(b)]
    for key in keys:
        a_by, b_by = (_by(key, names) for names in left)
        for name in sorted(a_by.keys() & b_by.keys()):
            several = max(a_by[name], b_by[name], key=len)
            if len(several) > 1:
                raise UserError(
                    f"{root}: {several[0]} and {several[1]} are two images of one name, and a pair needs "
                    "one: rename or remove the other"
                )
            pairs[a_by[name][0]] = b_by[name][0]
            del left[0][a_by[name][0]], left[1][b_by[name][0]]
    return [(name, pairs[name]) for name in dict(a) if name in pairs], [*left[0], *left[1]]


def _stem(name: str) -> str:
    return os.path.splitext(name)[0]


def _letter(name: str) -> str:
    """A name without the letter that says which of the two it is: 1_A.jpg and 1_B.jpg."""
    stem = caseless(_stem(name))
    return stem[:-2] if stem.endswith(("_a", "_b")) else stem


def _by(key: Callable[[str], str], names: dict[str, str]) -> dict[str, list[str]]:
    alike: dict[str, list[str]] = defaultdict(list)
    for name, below in names.items():
        alike[key(below)].append(name)
    return alike


def _sides(names: Iterable[str], parts: Sequence[Part]) -> dict:
    """Of each split: whether it is for testing, and value → images as (name, name below their folder)."""
    sides: dict = {}
    of = {part.folder: part for part in parts}
    for name in names:
        folder = name
        while folder := folder.rpartition("/")[0]:
            if (part := of.get(folder)) is not None:
                _, values = sides.setdefault(_split(part), (part.test, defaultdict(list)))
                values[part.value].append((name, name[len(folder) + 1 :]))
                break
    return sides


def _split(part: Part) -> str:
    """The split in a part's folder: "train" of train/A, A/train, trainA, train_A; "" of A."""
    value, splits = part.value.lower(), []
    for segment in part.folder.lower().split("/"):
        rest = segment.removesuffix(value) if segment != value else ""
        rest = rest if rest != segment else segment.removeprefix(value)
        rest = rest.strip("-_ ")
        if rest and is_test(rest) is not None:
            splits.append(rest)
    return "/".join(splits)


def _where(parts: Sequence[Part], both: tuple[str, str], test: bool) -> list[str]:
    """Folders of A and of B, to train on or for testing."""
    return [f"{part.folder}/" for value in both for part in parts if (part.value, part.test) == (value, test)]


def _first(sides: dict, value: str) -> str:
    return next((names[value][0][0] for _, names in sides.values() if names[value]), "nothing")


LAYOUT = Layout(
    "two-folders",
    "`A/` and `B/` with images of the same names, or `source/` and `target/` and the like (A → B)",
    pairs=Reader(evidence, read, expects="A/ and B/ with images of the same names"),
)
