"""Pairs of images as names: counted, split, described and checked; nothing is decoded before ``load``."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from zoo.data.images import UnreadableImage, image_size, read_image
from zoo.data.sets.image_files import BadImage, check, drawn, file_bytes, hold_out, say_sizes
from zoo.errors import UserError

__all__ = ["DIRECTIONS", "LAYOUTS", "MEANING", "BadImage", "PairSet", "check", "half"]

MEANING = {  # of A and of B, by layout
    "catalogue": ("product photo", "model shot"),
    "folders": ("product photo (cloth)", "photo of a person (image)"),
    "dress-code": ("product photo (garment)", "photo of a person"),
    "two-folders": ("A", "B"),
    "side-by-side": ("left half", "right half"),
}
LAYOUTS = tuple(MEANING)
DIRECTIONS = ("AtoB", "BtoA")


@dataclass(frozen=True, eq=False)
class PairSet:
    """Pairs of a source and a target image, as names; nothing is decoded before ``load``.

    Attributes:
        layout: one of ``LAYOUTS``.
        root: the folder that the names are relative to.
        direction: one of ``DIRECTIONS``.
        ids: a name for each pair, unique and fit to be part of a file name.
        sources, targets: names of the images, with ``/``. The same for ``side-by-side``.
        why: what the layout was recognised by.
        notes: what else should be known, one line each.
        own_test: bool (N,), the pairs that the data set itself keeps for testing, or None where it
            keeps none: never trained on.
    """

    layout: str
    root: Path
    direction: str
    ids: Sequence[str]
    sources: Sequence[str]
    targets: Sequence[str]
    why: str
    notes: tuple[str, ...] = ()
    own_test: np.ndarray | None = None

    things: ClassVar[str] = "pairs"
    none_usable: ClassVar[str] = "no pair has two usable images"

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def products(self) -> Sequence[str]:
        """Names of the product images (A), whichever direction is trained."""
        return self.sources if self.direction == "AtoB" else self.targets

    def paths(self, i: int) -> tuple[Path, Path]:
        """Paths of pair ``i``: source, target. The same file twice for ``side-by-side``."""
        return self.root / self.sources[i], self.root / self.targets[i]

    def load(
        self, i: int, source_channels: int = 3, target_channels: int = 3
    ) -> tuple[np.ndarray, np.ndarray]:
        """Decode pair ``i``: source and target, uint8 (H, W, channels), each at its own size.

        Raises:
            UnreadableImage: one of the files cannot be used.
        """
        source, target = self.paths(i)
        if self.layout != "side-by-side":
            return read_image(source, source_channels), read_image(target, target_channels)
        image = read_image(source, source_channels)
        other = image if source_channels == target_channels else read_image(source, target_channels)
        left, right = slice(None, half(source, image.shape[:2])), slice(image.shape[1] // 2, None)
        if self.direction == "BtoA":
            left, right = right, left
        return image[:, left], other[:, right]

    def subset(self, indices: Iterable[int]) -> "PairSet":
        """The pairs at these places, in this order."""
        places = list(indices)
        ids, sources, targets = (
            [names[i] for i in places] for names in (self.ids, self.sources, self.targets)
        )
        own_test = None if self.own_test is None else self.own_test[np.array(places, np.int64)]
        return replace(self, ids=ids, sources=sources, targets=targets, own_test=own_test)

    @property
    def test_pairs(self) -> int:
        """How many pairs the data set itself keeps for testing."""
        return 0 if self.own_test is None else int(self.own_test.sum())

    def split(self, held_out: int, seed: int) -> tuple["PairSet", "PairSet"]:
        """Part the set in two: to train on, and at least ``held_out`` pairs to hold out.

        All pairs of a product image fall on the same side. Where the data set keeps pairs for testing,
        those held out are among them, and the rest of them is on neither side. Which side depends on
        the seed and on the names alone, so it stays when pairs are listed in another order.

        Raises:
            UserError: too few pairs.
        """
        if not self.test_pairs:
            out = np.array(hold_out(self.root, self.products, held_out, seed, self.things), bool)
            return self.subset(np.flatnonzero(~out)), self.subset(np.flatnonzero(out))
        training, test = (self.subset(np.flatnonzero(side)) for side in (~self.own_test, self.own_test))
        if not len(training):
            raise UserError(f"{self.root}: all {len(self):,} pairs are for testing: none is left to train on")
        if not 0 <= held_out <= len(test):
            raise UserError(
                f"--held-out {held_out}: {self.root} keeps {len(test):,} pairs for testing; "
                "give as many at most"
            )
        if held_out < len(test):
            chosen = drawn(test.products, held_out, seed)
            test = test.subset(np.flatnonzero(chosen))
        return training, test

    def fingerprint(self) -> str:
        """Hexadecimal sha256 of the names and sizes of all files, the layout and the direction.

        It does not depend on the order of the pairs, on their dates, or on where the folder is.
        """
        digest = hashlib.sha256(f"{self.layout}\n{self.direction}\n".encode())
        tests = [False] * len(self) if self.own_test is None else self.own_test.tolist()
        for both, test in sorted(zip(self.files(), tests, strict=True)):
            line = "\t".join(f"{name}\t{file_bytes(self.root, name)}" for name in both)
            line += "\ttest\n" if test else "\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def files(self) -> Iterable[tuple[str, str]]:
        """Names of the two files of each pair."""
        return zip(self.sources, self.targets, strict=True)

    def look_at(self, name: str, decode: bool) -> None:
        """Raise ``UnreadableImage`` if a file cannot be used; by its header, or by all of it."""
        path = self.root / name
        size = read_image(path).shape[:2] if decode else image_size(path)
        if self.layout == "side-by-side":
            half(path, size)

    def describe(self) -> list[str]:
        """Lines that say what was found and what it is taken for, to be shown before training."""
        a, b = MEANING[self.layout]
        source, target = (a, b) if self.direction == "AtoB" else (b, a)
        lines = [
            f"layout: {self.layout}, because {self.why} (--layout names another)",
            f"pairs: {len(self):,}",
        ]
        if len(self):
            halves = self.layout == "side-by-side"
            first = f"{self.sources[0]} → {self.targets[0]}"
            if halves:
                first = f"{self.sources[0]}, {source} → {target}"
            lines += [
                f"source: {source}, {say_sizes(self.root, self.sources, halves)}",
                f"target: {target}, {say_sizes(self.root, self.targets, halves)}",
                f"first pair: {first} ({self.direction}; --direction exchanges the two)",
            ]
        return [*lines, *self.notes]


def half(path: Path, size: tuple[int, int]) -> int:
    """Width of one half of a side-by-side image whose header says ``size`` (height, width).

    Raises:
        UnreadableImage: it is not two squares side by side.
    """
    height, width = size
    if width != 2 * height:
        raise UnreadableImage(
            path,
            f"is {height}×{width} (height × width), not two squares side by side: make it twice as wide as "
            "high, or put the two images of each pair in cloth/ and image/ with a pairs.txt",
        )
    return width // 2
