"""Single images as names, with their labels: counted, split, described; nothing is decoded until ``load``."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from zoo.attributes import UNKNOWN, Attribute
from zoo.data.images import image_size, read_image
from zoo.data.sets.image_files import BadImage, check, drawn, file_bytes, hold_out, say_sizes
from zoo.errors import UserError

__all__ = ["BadImage", "ImageSet", "check", "say_counts"]

_VALUES_SAID = 12  # of an attribute, the commonest first
_LETTERS_SAID = 40  # of a value


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images with labels; nothing is decoded before ``load``.

    Attributes:
        layout: one of ``zoo.data.layouts.image_layouts.LAYOUTS``.
        root: the folder that the names are relative to.
        names: of the images, with ``/``: files, but where ``pixels`` holds them.
        labels: int32 (N, A): places in the values of each attribute, or ``UNKNOWN``.
        attributes: the A attributes that were asked for.
        why: what the layout was recognised by.
        notes: what else should be known, one line each.
        pixels: uint8 (N, H, W) grey values of images that are no files of their own, or None.
        own_test: bool (N,), the images that the data set itself keeps for testing, or None where it
            keeps none: never trained on.
    """

    layout: str
    root: Path
    names: Sequence[str]
    labels: np.ndarray
    attributes: tuple[Attribute, ...]
    why: str
    notes: tuple[str, ...] = ()
    pixels: np.ndarray | None = None
    own_test: np.ndarray | None = None

    things: ClassVar[str] = "images"
    none_usable: ClassVar[str] = "no image is usable"

    def __len__(self) -> int:
        return len(self.names)

    @property
    def ids(self) -> Sequence[str]:
        """The names."""
        return self.names

    def path(self, i: int) -> Path:
        """Path of image ``i``; for messages only where ``pixels`` holds it: the file and the place there."""
        return self.root / self.names[i]

    def load(self, i: int, channels: int = 3) -> np.ndarray:
        """Decode image ``i``: uint8 (H, W, channels), channels 1 or 3.

        Raises:
            UnreadableImage: the file cannot be used.
        """
        if self.pixels is None:
            return read_image(self.path(i), channels)
        return np.repeat(self.pixels[i][..., None], channels, axis=2)

    def subset(self, indices: Iterable[int]) -> "ImageSet":
        """The images at these places, in this order."""
        places = np.fromiter(indices, np.int64)
        return replace(
            self,
            names=[self.names[i] for i in places.tolist()],
            labels=self.labels[places],
            pixels=None if self.pixels is None else self.pixels[places],
            own_test=None if self.own_test is None else self.own_test[places],
        )

    @property
    def test_images(self) -> int:
        """How many images the data set itself keeps for testing."""
        return 0 if self.own_test is None else int(self.own_test.sum())

    def split(self, held_out: int, seed: int) -> tuple["ImageSet", "ImageSet"]:
        """Part the set in two: to train on, and at least ``held_out`` images to hold out.

        Where the data set keeps images for testing, those held out are among them, and the rest of
        them is on neither side. Which side an image falls on depends on the seed and on its name
        alone, so it stays when images are listed in another order.

        Raises:
            UserError: too few images.
        """
        if self.own_test is None or not self.own_test.any():
            out = np.array(hold_out(self.root, self.names, held_out, seed, self.things), bool)
            return self.subset(np.flatnonzero(~out)), self.subset(np.flatnonzero(out))
        training, test = (self.subset(np.flatnonzero(side)) for side in (~self.own_test, self.own_test))
        if not training.names:
            raise UserError(
                f"{self.root}: all {len(self):,} images are for testing: none is left to train on"
            )
        if not 0 <= held_out <= len(test):
            raise UserError(
                f"--held-out {held_out}: {self.root} keeps {len(test):,} images for testing; "
                "give as many at most"
            )
        if held_out < len(test):
            chosen = drawn(test.names, held_out, seed)
            test = test.subset(np.flatnonzero(chosen))
        return training, test

    def fingerprint(self) -> str:
        """Hexadecimal sha256 of layout, attributes, and each image's name, size in bytes, labels and side.

        It does not depend on the order of the images, on their dates, or on where the folder is.
        Of images that are no files of their own the pixels enter instead of the size.
        """
        digest = hashlib.sha256(f"{self.layout}\n".encode())
        for attribute in self.attributes:
            digest.update(f"{attribute.name}\t{list(attribute.values)}\n".encode())
        labels = self.labels.astype("<i4")
        for i in sorted(range(len(self)), key=lambda i: (self.names[i], labels[i].tobytes())):
            if self.pixels is None:
                content = str(file_bytes(self.root, self.names[i]))
            else:
                content = hashlib.sha256(self.pixels[i].tobytes()).hexdigest()
            side = "\ttest" if self.own_test is not None and self.own_test[i] else ""
            line = f"{self.names[i]}\t{content}\t{labels[i].tobytes().hex()}{side}\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def files(self) -> Iterable[tuple[str]]:
        """Name of the file of each image, or of the place in one."""
        return ((name,) for name in self.names)

    def look_at(self, name: str, decode: bool) -> None:
        """Raise ``UnreadableImage`` if a file cannot be used; by its header, or by all of it."""
        if self.pixels is None:
            (read_image if decode else image_size)(self.root / name)

    def counted(self) -> str:
        """How many they are, and their sizes: "400, 256×256 (height × width)"."""
        if self.pixels is not None:
            return f"{len(self):,}, {self.pixels.shape[1]}×{self.pixels.shape[2]} (height × width)"
        return f"{len(self):,}, {say_sizes(self.root, self.names)}" if len(self) else "0"

    def describe(self) -> list[str]:
        """Lines that say what was found and what it is taken for, to be shown before training."""
        lines = [
            f"layout: {self.layout}, because {self.why} (--layout names another)",
            f"images: {self.counted()}",
        ]
        for attribute, labels in zip(self.attributes, self.labels.T, strict=True):
            lines.append(f"{attribute.name}: {say_counts(attribute.values, labels)}")
        return [*lines, *self.notes]


def say_counts(values: Sequence[str], labels: np.ndarray) -> str:
    """How many have each value, the commonest first: "red 20, blue 7, unknown 3".

    Values that none has are left out.

    Args:
        values: of an attribute.
        labels: int (N,), their places, or ``UNKNOWN``.
    """
    counts = np.bincount(labels[labels != UNKNOWN], minlength=len(values))
    order = sorted(np.flatnonzero(counts), key=lambda i: -counts[i])
    said = [f"{_short(values[i])} {counts[i]:,}" for i in order[:_VALUES_SAID]]
    if len(order) > _VALUES_SAID:
        left = order[_VALUES_SAID:]
        said.append(f"{len(left):,} more values {sum(counts[i] for i in left):,}")
    if unknown := int(np.sum(labels == UNKNOWN)):
        said.append(f"unknown {unknown:,}")
    return ", ".join(said) or "no value"


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= _LETTERS_SAID else line[: _LETTERS_SAID - 1] + "…"
