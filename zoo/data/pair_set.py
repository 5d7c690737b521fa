"""Pairs of images as names: counted, split, described and checked; nothing is decoded before ``load``."""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from zoo.data.images import UnreadableImage, image_size, read_image
from zoo.errors import UserError
from zoo.spread import spread

MEANING = {  # of A and of B, by layout
    "catalogue": ("product photo", "model shot"),
    "folders": ("product photo (cloth)", "photo of a person (image)"),
    "side-by-side": ("left half", "right half"),
}
LAYOUTS = tuple(MEANING)
DIRECTIONS = ("AtoB", "BtoA")
LOOKED_AT = 64
"""Headers read to say the sizes, or to tell a layout."""

_CHUNK = 2048  # files checked between two reports of progress


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
    """

    layout: str
    root: Path
    direction: str
    ids: Sequence[str]
    sources: Sequence[str]
    targets: Sequence[str]
    why: str
    notes: tuple[str, ...] = ()

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
        return replace(self, ids=ids, sources=sources, targets=targets)

    def split(self, held_out: int, seed: int) -> tuple["PairSet", "PairSet"]:
        """Part the set in two: to train on, and at least ``held_out`` pairs to hold out.

        All pairs of a product image fall on the same side. Which side depends on the seed and
        on the names alone, so it stays when pairs are listed in another order.

        Raises:
            UserError: too few pairs.
        """
        if held_out < 0:
            raise UserError(f"{held_out} pairs cannot be held out: give 0 or more (--held-out)")
        if held_out == 0:
            return self, self.subset([])
        members: dict[str, int] = {}
        for product in self.products:
            members[product] = members.get(product, 0) + 1
        chosen, count = set(), 0
        for product in sorted(members, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest()):
            if count >= held_out:
                break
            chosen.add(product)
            count += members[product]
        if count == len(self):
            raise UserError(
                f"{self.root}: holding out {held_out:,} of {len(self):,} pairs leaves none to train on: "
                "hold out fewer (--held-out)"
            )
        sides = [product in chosen for product in self.products]
        return (
            self.subset(i for i, out in enumerate(sides) if not out),
            self.subset(i for i, out in enumerate(sides) if out),
        )

    def fingerprint(self) -> str:
        """Hexadecimal sha256 of the names and sizes of all files, the layout and the direction.

        It does not depend on the order of the pairs, on their dates, or on where the folder is.
        """
        digest = hashlib.sha256(f"{self.layout}\n{self.direction}\n".encode())
        pairs = zip(self.sources, self.targets, strict=True)
        for source, target in sorted(pairs):
            line = f"{source}\t{self._bytes(source)}\t{target}\t{self._bytes(target)}\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _bytes(self, name: str) -> int:
        try:
            return os.stat(os.path.join(self.root, name)).st_size
        except OSError as error:
            raise UnreadableImage(
                self.root / name, f"cannot be read ({error.strerror}): was it moved since it was listed?"
            ) from error

    def describe(self) -> list[str]:
        """Lines that say what was found and what it is taken for, to be shown before training."""
        a, b = MEANING[self.layout]
        source, target = (a, b) if self.direction == "AtoB" else (b, a)
        lines = [
            f"layout: {self.layout}, because {self.why} (--layout names another)",
            f"pairs: {len(self):,}",
        ]
        if len(self):
            first = f"{self.sources[0]} → {self.targets[0]}"
            if self.layout == "side-by-side":
                first = f"{self.sources[0]}, {source} → {target}"
            lines += [
                f"source: {source}, {self._sizes(self.sources)}",
                f"target: {target}, {self._sizes(self.targets)}",
                f"first pair: {first} ({self.direction}; --direction exchanges the two)",
            ]
        return [*lines, *self.notes]

    def _sizes(self, names: Sequence[str]) -> str:
        sizes, unreadable = [], 0
        looked_at = [names[i] for i in spread(len(names), LOOKED_AT)]
        for name in looked_at:
            try:
                height, width = image_size(self.root / name)
            except UnreadableImage:
                unreadable += 1
            else:
                sizes.append((height, width // 2 if self.layout == "side-by-side" else width))
        if sizes:
            said = "×".join(
                f"{min(side)}" if min(side) == max(side) else f"{min(side)}–{max(side)}"
                for side in zip(*sizes, strict=True)
            )
            said += " (height × width"
        else:
            said = "size unknown ("
        said += "" if len(looked_at) == len(names) else f", of {len(looked_at)} looked at"
        said += f", {unreadable} unreadable" if unreadable else ""
        return f"{said})".replace("(, ", "(")


@dataclass(frozen=True)
class BadImage:
    """An image that could not be used: id of the first pair that needs it, path, and why."""

    id: str
    path: str
    reason: str


def check(
    pairs: PairSet,
    on_bad: str = "error",
    decode: bool = False,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[PairSet, list[BadImage]]:
    """Look at every image of a set once.

    Args:
        pairs: the set.
        on_bad: ``"error"`` raises for the first image that cannot be used; ``"skip"`` leaves out
            the pairs that need it.
        decode: decode each image fully; otherwise its header is read.
        workers: threads; by default one a processor.
        progress: called with (files done, files in all).

    Returns:
        The usable pairs, and the images that are not, in the order of the set.

    Raises:
        UnreadableImage: with ``"error"``, the first one.
        UserError: with ``"skip"``, nothing is left.
    """
    if on_bad not in ("error", "skip"):
        raise UserError(f"--on-bad {on_bad}: no such choice; choose from error, skip")
    owners: dict[str, str] = {}  # file → id of the first pair
    for name, source, target in zip(pairs.ids, pairs.sources, pairs.targets, strict=True):
        owners.setdefault(source, name)
        owners.setdefault(target, name)

    def fault(name: str) -> UnreadableImage | None:
        path = pairs.root / name
        try:
            size = read_image(path).shape[:2] if decode else image_size(path)
            if pairs.layout == "side-by-side":
                half(path, size)
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
                        error.path, f"{error.reason}; or leave out such pairs with --on-bad skip"
                    ) from error
                if error is not None:
                    bad[name] = error
            done += len(chunk)
            if progress is not None:
                progress(done, len(owners))
    if not bad:
        return pairs, []
    kept = [
        i
        for i, both in enumerate(zip(pairs.sources, pairs.targets, strict=True))
        if not any(name in bad for name in both)
    ]
    if not kept:
        first = next(iter(bad.values()))
        raise UserError(f"{pairs.root}: no pair has two usable images; the first: {first}")
    return pairs.subset(kept), [BadImage(owners[n], error.path, error.reason) for n, error in bad.items()]


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
