"""Reads pairs whose halves have the same name in two folders, or lie side by side in one picture."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import UnreadableImage, image_size
from zoo.data.layouts.class_folders import tree_of
from zoo.data.layouts.found_pairs import Found, alone_note, held_out_note
from zoo.data.layouts.split_folders import Part, is_test, parts_of, unused_folders
from zoo.data.listing import Listing, folders_in, list_images
from zoo.data.named_files import caseless
from zoo.data.sets.image_files import LOOKED_AT
from zoo.data.sets.pair_set import PairSet, half
from zoo.errors import UserError

CONVENTIONS = (("A", "B"), ("source", "target"), ("input", "target"), ("input", "output"), ("cloth", "image"))
"""Names of two folders whose order is known, the source's first."""


# --- two folders


def two_folders(root: Path) -> tuple[str, str] | None:
    """Names of A and of B, where a folder holds the two: A/ and B/, trainA/ and trainB/, A/train/, …"""
    folders = folders_in(root)
    inner = [name for folder in folders if is_test(folder) is not None for name in folders_in(root / folder)]
    names = parts_of(f"{name}/0" for name in folders).values
    for both in (names, folders, inner):
        there = {name.lower(): name for name in both}
        for a, b in CONVENTIONS:
            if a.lower() in there and b.lower() in there:
                return there[a.lower()], there[b.lower()]
    return None


def read_two_folders(root: Path, both: tuple[str, str] | None = None) -> PairSet:
    """Pairs of pictures with the same name in two folders; of ``.jpg`` and ``.png`` as well.

    Raises:
        UserError: there are no two such folders, no pictures of the same name, or several that
            could be meant.
    """
    both = both or two_folders(root)
    if both is None:
        raise UserError(
            f"{root} has no folders A/ and B/, nor trainA/ and trainB/: name the two so, or give another "
            "--layout"
        )
    tree = tree_of(root)
    listing, parts = tree.listing, [part for part in tree.parts.parts if part.value in both]
    if {part.value for part in parts if not part.test} != set(both):
        raise UserError(
            f"{root} has no pictures to train on in {both[0]} and {both[1]}: put some there, or in splits "
            "train/ and test/ of them"
        )
    sides = _sides(listing.names, parts)
    found, alone, held = Found(), [], {}
    for split, (test, names) in sides.items():
        pairs, left = matched(root, *(names[value] for value in both))
        alone += left
        count = found.add(pairs, test)
        if test and count:
            held[split] = count
    where = _where(parts, both, False)
    if not found.sources or all(found.test):
        raise UserError(
            f"{root}: no picture in {where[0]} has the name of one in {where[1]} (the first: "
            f"{_first(sides, both[0])} and {_first(sides, both[1])}): rename them, or write pairs.txt"
        )
    if held:
        found.notes.append(held_out_note(" and ".join(_where(parts, both, True)), sum(held.values())))
    found.notes += alone_note(alone)
    used = {part.folder for part in parts}
    unused = unused_folders(listing.names, [part for part in parts if part.folder in used])
    if unused:
        said = ", ".join(f"{count:,} images in {folder or '.'}/" for folder, count in sorted(unused.items()))
        found.notes.append(f"not used: {said}")
    found.notes += listing.notes()
    return found.pair_set("two-folders", root, f"{' and '.join(where)} hold pictures of the same names")


def matched(root: Path, a: Sequence[str], b: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Pairs of pictures with the same name, and those without a partner.

    Args:
        root: the folder, for messages.
        a, b: (folder, name below it) of the pictures.

    Raises:
        UserError: two pictures could be the partner of one.
    """
    keys: tuple[Callable[[str], str], ...] = (str, _stem, lambda name: caseless(_stem(name)), _letter)
    pairs: dict[str, str] = {}
    left = [dict(a), dict(b)]
    for key in keys:
        here, there = (_by(key, names) for names in left)
        for name in sorted(here.keys() & there.keys()):
            several = max(here[name], there[name], key=len)
            if len(several) > 1:
                raise UserError(
                    f"{root}: {several[0]} and {several[1]} are two pictures of one name, and a pair needs "
                    "one: rename or remove the other"
                )
            pairs[here[name][0]] = there[name][0]
            del left[0][here[name][0]], left[1][there[name][0]]
    return [(name, pairs[name]) for name in dict(a) if name in pairs], [*left[0], *left[1]]


def _stem(name: str) -> str:
    return os.path.splitext(name)[0]


def _letter(name: str) -> str:
    """A name without the letter that says which of the two it is: 1_A.jpg and 1_B.jpg."""
    stem = caseless(_stem(name))
    return stem[:-2] if stem.endswith(("_a", "_b")) else stem


def _by(key: Callable[[str], str], names: dict[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, below in names.items():
        found[key(below)].append(name)
    return found


def _sides(names: Iterable[str], parts: Sequence[Part]) -> dict:
    """Of each split: whether it is for testing, and value → pictures as (name, name below their folder)."""
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
    value, found = part.value.lower(), []
    for segment in part.folder.lower().split("/"):
        rest = segment.removesuffix(value) if segment != value else ""
        rest = rest if rest != segment else segment.removeprefix(value)
        rest = rest.strip("-_ ")
        if rest and is_test(rest) is not None:
            found.append(rest)
    return "/".join(found)


def _where(parts: Sequence[Part], both: tuple[str, str], test: bool) -> list[str]:
    """Folders of A and of B, to train on or for testing."""
    return [f"{part.folder}/" for value in both for part in parts if (part.value, part.test) == (value, test)]


def _first(sides: dict, value: str) -> str:
    return next((names[value][0][0] for _, names in sides.values() if names[value]), "nothing")


# --- side by side


def wide_images(root: Path) -> tuple[list[str], list[str]]:
    """Names of the images to train on, and of those for testing: in a folder itself, or in its splits."""
    here = [(name, is_test(name)) for name in folders_in(root)]
    inner = {
        test: [f"{f}/{name}" for f, t in here if t is test for name in list_images(root / f).names]
        for test in (False, True)
    }
    return inner[False] or list_images(root, below=False).names, inner[True]


def some(root: Path, names: Sequence[str]) -> list[Path]:
    """Paths of a few of the names, evenly spread."""
    return [root / names[i] for i in evenly_spaced(len(names), LOOKED_AT)]


def odd_one(paths: Iterable[Path]) -> Path | None:
    """The first image that is not two squares side by side; one that cannot be read passes."""
    for path in paths:
        try:
            height, width = image_size(path)
        except UnreadableImage:
            continue  # ``check`` names it
        if width != 2 * height:
            return path
    return None


def read_side_by_side(root: Path) -> PairSet:
    """Pairs that are two squares side by side in one picture: in the folder, or in its splits.

    Raises:
        UserError: there are none, or one that is looked at is of another shape.
    """
    training, test = wide_images(root)
    listing = tree_of(root).listing
    if not training:
        testing = ", but images for testing: add train/, or give that folder itself" if test else ""
        said = "".join(f"; {note}" for note in listing.notes())
        raise UserError(
            f"{root} has no images{testing or ', nor has a folder train/ in it'}{said}"
            f"{'' if testing else ': give a folder of images'}"
        )
    if (odd := odd_one(some(root, training))) is not None:
        half(odd, image_size(odd))
    held = test if odd_one(some(root, test)) is None else []
    found = Found()
    found.add([(name, name) for name in training])
    found.add([(name, name) for name in held], test=True)
    if held:
        found.notes.append(held_out_note(" and ".join(_folders(held)), len(held)))
    found.notes += _beside(listing, {*training, *held})
    found.notes += listing.notes()
    folders = _folders(training) if "/" in training[0] else [str(root)]
    return found.pair_set(
        "side-by-side", root, f"the images in {' and '.join(folders)} are twice as wide as high"
    )


def _folders(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(f"{name.partition('/')[0]}/" for name in names))


def _beside(listing: Listing, used: set[str]) -> list[str]:
    unused: dict[str, int] = defaultdict(int)
    for name in listing.names:
        if name not in used:
            unused[name.rpartition("/")[0]] += 1
    said = ", ".join(
        f"{count:,} images {f'in {folder}/' if folder else 'beside'}" for folder, count in unused.items()
    )
    return [f"not used: {said}"] if said else []
