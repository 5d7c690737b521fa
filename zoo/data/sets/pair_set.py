"""Pairs of images as names: counted, split, described and checked; nothing is decoded before ``load``."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from zoo.data.images import UnreadableImage, image_size, read_image
from zoo.data.sets.file_set import FileSet, file_bytes, say_sizes
from zoo.data.sets.rejections import Rejections

DIRECTIONS = ("AtoB", "BtoA")


@dataclass(frozen=True, eq=False)
class PairSet(FileSet):
    """Pairs of a source and a target image, as names; nothing is decoded before ``load``.

    Attributes:
        layout: name of the layout that it was read from.
        root: the folder that the names are relative to.
        direction: one of ``DIRECTIONS``.
        ids: a name for each pair, unique and fit to be part of a file name.
        sources, targets: names of the images, with ``/``; the same where ``halves``.
        why: what the layout was recognised by.
        notes: what else should be known, one line each.
        own_test: bool (N,), the pairs that the data set itself keeps for testing, or None where it
            keeps none: never trained on.
        rejected: what was left out on the way to this set.
        meaning: what the images of A and of B are.
        halves: A and B are the left and right half of one image.
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
    rejected: tuple[Rejections, ...] = ()
    meaning: tuple[str, str] = ("A", "B")
    halves: bool = False

    things: ClassVar[str] = "pairs"
    none_usable: ClassVar[str] = "no pair has two usable images"

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def products(self) -> Sequence[str]:
        """Names of the product images (A), whichever direction is trained."""
        return self.sources if self.direction == "AtoB" else self.targets

    @property
    def kept_together(self) -> Sequence[str]:
        """The products: all pairs of one are trained on, or none."""
        return self.products

    def paths(self, i: int) -> tuple[Path, Path]:
        """Paths of pair ``i``: source, target. The same file twice where ``halves``."""
        return self.root / self.sources[i], self.root / self.targets[i]

    def load(
        self, i: int, source_channels: int = 3, target_channels: int = 3
    ) -> tuple[np.ndarray, np.ndarray]:
        """Decode pair ``i``: source and target, uint8 (H, W, channels), each at its own size.

        Raises:
            UnreadableImage: one of the files cannot be used.
        """
        source, target = self.paths(i)
        if not self.halves:
            return read_image(source, source_channels), read_image(target, target_channels)
        image = read_image(source, source_channels)
        other = image if source_channels == target_channels else read_image(source, target_channels)
        left, right = slice(None, half(source, image.shape[:2])), slice(image.shape[1] // 2, None)
        if self.direction == "BtoA":
            left, right = right, left
        return image[:, left], other[:, right]

    def subset(self, indices: Iterable[int]) -> "PairSet":
        """The pairs at these indices, in this order."""
        chosen = list(indices)
        ids, sources, targets = (
            [names[i] for i in chosen] for names in (self.ids, self.sources, self.targets)
        )
        own_test = None if self.own_test is None else self.own_test[np.array(chosen, np.int64)]
        return replace(self, ids=ids, sources=sources, targets=targets, own_test=own_test)

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
        if self.halves:
            half(path, size)

    def describe(self) -> list[str]:
        """Lines that say what was found and what it is taken for, to be shown before training."""
        a, b = self.meaning
        source, target = (a, b) if self.direction == "AtoB" else (b, a)
        lines = [
            f"layout: {self.layout}, because {self.why} (`layout` names another)",
            f"pairs: {len(self):,}",
        ]
        if len(self):
            first = f"{self.sources[0]} → {self.targets[0]}"
            if self.halves:
                first = f"{self.sources[0]}, {source} → {target}"
            lines += [
                f"source: {source}, {say_sizes(self.root, self.sources, self.halves)}",
                f"target: {target}, {say_sizes(self.root, self.targets, self.halves)}",
                f"first pair: {first} ({self.direction}; `direction` exchanges the two)",
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
