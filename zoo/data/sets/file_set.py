"""What sets of pairs and of images do alike: hold some out, describe their sizes, check every file."""

import hashlib
import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import ClassVar, TypeVar

import numpy as np

from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import UnreadableImage, image_size
from zoo.data.sets.rejections import Rejection, Rejections
from zoo.errors import UserError

LOOKED_AT = 64
"""Headers read to say the sizes, or to tell a layout."""

_CHUNK = 2048  # files checked between two reports of progress


def hold_out(root: Path, names: Sequence[str], held_out: int, seed: int, things: str) -> list[bool]:
    """For each of ``names`` whether it is held out; equal names fall on the same side.

    Which side depends on the seed and on the names alone, so it stays when they are listed in
    another order.

    Args:
        root: where they are, for messages.
        names: of what is parted; a name may occur several times.
        held_out: how many at least to hold out, 0 or more.
        seed: any integer.
        things: what they are, in the plural.

    Raises:
        UserError: too few.
    """
    if held_out < 0:
        raise UserError(f"{held_out} {things} cannot be held out: `held_out` must be an integer ≥ 0")
    if held_out and len(set(names)) == 1:
        counted = f"{len(names):,} {things}, all of one image" if len(names) > 1 else f"1 {things[:-1]}"
        raise UserError(
            f"{root}: {counted}: at least two are needed, one to train on and one to measure on; add more"
        )
    out = drawn(names, held_out, seed)
    if held_out and all(out):
        raise UserError(
            f"{root}: holding out {held_out:,} of {len(names):,} {things} leaves none to train on: "
            "hold out fewer (`held_out`)"
        )
    return out


def drawn(names: Sequence[str], count: int, seed: int) -> list[bool]:
    """For each of ``names`` whether it is among ``count`` of them, or more where names are equal."""
    members = Counter(names)
    chosen, taken = set(), 0
    for name in sorted(members, key=lambda name: hashlib.sha256(_bytes(f"{seed}:{name}")).digest()):
        if taken >= count:
            break
        chosen.add(name)
        taken += members[name]
    return [name in chosen for name in names]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")  # names of files need not be UTF-8


def file_bytes(root: Path, name: str) -> int:
    """Bytes of a file.

    Raises:
        UnreadableImage: it is gone.
    """
    try:
        return os.stat(os.path.join(root, name)).st_size
    except OSError as error:
        raise UnreadableImage(
            root / name, f"cannot be read ({error.strerror}): was it moved since it was listed?"
        ) from error


def say_sizes(root: Path, names: Sequence[str], halves: bool = False) -> str:
    """Sizes of some of the images as people say them: "256×192–200 (height × width)".

    Args:
        root: the folder that ``names`` are in.
        names: of the files; a few are looked at.
        halves: say the sizes of their halves, left and right.
    """
    sizes, unreadable = [], 0
    looked_at = [names[i] for i in evenly_spaced(len(names), LOOKED_AT)]
    for name in looked_at:
        try:
            height, width = image_size(root / name)
        except UnreadableImage:
            unreadable += 1
        else:
            sizes.append((height, width // 2 if halves else width))
    if sizes:
        text = "×".join(
            f"{min(side)}" if min(side) == max(side) else f"{min(side)}–{max(side)}"
            for side in zip(*sizes, strict=True)
        )
        text += " (height × width"
    else:
        text = "size unknown ("
    text += "" if len(looked_at) == len(names) else f", of {len(looked_at)} looked at"
    text += f", {unreadable} unreadable" if unreadable else ""
    return f"{text})".replace("(, ", "(")


@dataclass(frozen=True)
class BadImage:
    """An image that could not be used: id of the first item that needs it, path, and why."""

    id: str
    path: str
    reason: str


Set = TypeVar("Set", bound="FileSet")


class FileSet(ABC):
    """A set whose items are made from files; nothing is decoded before an item is loaded.

    Attributes:
        root: the folder that names are relative to.
        ids: a name for each item.
        own_test: bool (N,), the items that the data set itself keeps for testing, or None where it
            keeps none: never trained on.
        rejected: what was left out on the way to this set.
        things: what the items are, in the plural.
        none_usable: "no pair has two usable images", where that is so.
    """

    root: Path
    ids: Sequence[str]
    own_test: np.ndarray | None
    rejected: tuple[Rejections, ...]
    things: ClassVar[str]
    none_usable: ClassVar[str]

    @abstractmethod
    def __len__(self) -> int: ...

    @property
    @abstractmethod
    def kept_together(self) -> Sequence[str]:
        """For each item a name; items of one name fall on the same side of a split."""

    @abstractmethod
    def files(self) -> Iterable[tuple[str, ...]]:
        """Names of the files that each item needs."""

    @abstractmethod
    def look_at(self, name: str, decode: bool) -> None:
        """Raise ``UnreadableImage`` if a file cannot be used; by its header, or by all of it."""

    @abstractmethod
    def subset(self: Set, indices: Iterable[int]) -> Set:
        """The items at these indices, in this order."""

    @abstractmethod
    def fingerprint(self) -> str:
        """Hexadecimal sha256 of the names and sizes of all files, and of how they are used."""

    @property
    def thing(self) -> str:
        """What an item is, in the singular."""
        return self.things.removesuffix("s")

    @property
    def test_count(self) -> int:
        """How many items the data set itself keeps for testing."""
        return 0 if self.own_test is None else int(self.own_test.sum())

    def split(self: Set, held_out: int, seed: int) -> tuple[Set, Set]:
        """Part the set in two: to train on, and at least ``held_out`` items to hold out.

        Where the data set keeps items for testing, those held out are among them, and the rest of
        them is on neither side. Which side an item falls on depends on the seed and on its name
        (of a pair, on its product's) alone, so it stays when items are listed in another order.

        Raises:
            UserError: too few items.
        """
        if not self.test_count:
            out = np.array(hold_out(self.root, self.kept_together, held_out, seed, self.things), bool)
            return self.subset(np.flatnonzero(~out)), self.subset(np.flatnonzero(out))
        training, test = (self.subset(np.flatnonzero(side)) for side in (~self.own_test, self.own_test))
        if not len(training):
            raise UserError(
                f"{self.root}: all {len(self):,} {self.things} are for testing: none is left to train on"
            )
        if not 0 <= held_out <= len(test):
            raise UserError(
                f"`held_out` {held_out}: {self.root} keeps {len(test):,} {self.things} for testing; "
                "give at most that many"
            )
        if held_out < len(test):
            test = test.subset(np.flatnonzero(drawn(test.kept_together, held_out, seed)))
        return training, test

    def rejecting(self: Set, *rejected: Rejections) -> Set:
        """The same items, with more that was left out."""
        return replace(self, rejected=(*self.rejected, *rejected))


def check(
    items: Set,
    on_bad: str = "error",
    decode: bool = False,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    needed: bool = True,
) -> tuple[Set, list[BadImage]]:
    """Look at every image of a set once.

    Args:
        items: the set, a ``PairSet`` or an ``ImageSet``.
        on_bad: ``"error"`` raises for the first image that cannot be used; ``"skip"`` leaves out
            the items that need it.
        decode: decode each image fully; otherwise its header is read.
        workers: threads; by default one a processor.
        progress: called with (files done, files in all).
        needed: whether one item at least must be left.

    Returns:
        The usable items, and the images that are not, in the order of the set.

    Raises:
        UnreadableImage: with ``"error"``, the first one.
        UserError: with ``"skip"``, nothing is left that is needed.
    """
    if on_bad not in ("error", "skip"):
        raise UserError(f"`on_bad` {on_bad}: no such choice; choose from error, skip")
    owners: dict[str, str] = {}  # file → id of the first item
    for owner, names in zip(items.ids, items.files(), strict=True):
        for name in names:
            owners.setdefault(name, owner)

    def fault(name: str) -> UnreadableImage | None:
        try:
            items.look_at(name, decode)
        except UnreadableImage as error:
            return error if on_bad == "error" else error.bare()
        return None

    bad: dict[str, UnreadableImage] = {}
    names, done = iter(owners), 0
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        while chunk := list(islice(names, _CHUNK)):
            for name, error in zip(chunk, pool.map(fault, chunk), strict=True):
                if error is not None and on_bad == "error":
                    raise UnreadableImage(
                        error.path, f"{error.reason}; or leave out such {items.things} with `on_bad` skip"
                    ) from error
                if error is not None:
                    bad[name] = error
            done += len(chunk)
            if progress is not None:
                progress(done, len(owners))
    if not bad:
        return items, []
    kept = [i for i, names in enumerate(items.files()) if not any(name in bad for name in names)]
    if needed and not kept:
        first = next(iter(bad.values()))
        raise UserError(f"{items.root}: {items.none_usable}; the first: {first}")
    usable = items.subset(kept).rejecting(partial(_rows_of_bad, items, bad))
    return usable, [BadImage(owners[name], error.path, error.reason) for name, error in bad.items()]


def _rows_of_bad(items: FileSet, bad: Mapping[str, UnreadableImage]) -> Iterator[Rejection]:
    """Each item that needs an unreadable file, once for each such file."""
    for names in items.files():
        for name in dict.fromkeys(names):
            if name in bad:
                partner = next((os.path.join(items.root, other) for other in names if other != name), "")
                yield Rejection(bad[name].path, partner, bad[name].reason, "checking")
