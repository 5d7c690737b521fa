"""Single images as names, with their labels: counted, split, described; nothing is decoded until ``load``."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from zoo.attributes import UNKNOWN, Attribute
from zoo.data.images import image_size, read_image
from zoo.data.sets.file_set import FileSet, file_bytes, say_sizes
from zoo.data.sets.rejections import Rejections

_VALUES_SAID = 12  # of an attribute, the commonest first
_LETTERS_SAID = 40  # of a value


@dataclass(frozen=True, eq=False)
class ImageSet(FileSet):
    """Images with labels; nothing is decoded before ``load``.

    Attributes:
        layout: one of ``zoo.data.layouts.image_layouts.LAYOUTS``.
        root: the folder that the names are relative to.
        names: of the images, with ``/``: files, but where ``pixels`` holds them.
        labels: int32 (N, A): indices of the values of each attribute, or ``UNKNOWN``.
        attributes: the A attributes that were asked for.
        why: what the layout was recognised by.
        notes: what else should be known, one line each.
        pixels: uint8 (N, H, W) grey values of images that are not separate files, or None.
        own_test: bool (N,), the images that the data set itself keeps for testing, or None where it
            keeps none: never trained on.
        rejected: what was left out on the way to this set.
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
    rejected: tuple[Rejections, ...] = ()

    things: ClassVar[str] = "images"
    none_usable: ClassVar[str] = "no image is usable"

    def __len__(self) -> int:
        return len(self.names)

    @property
    def ids(self) -> Sequence[str]:
        """The names."""
        return self.names

    @property
    def kept_together(self) -> Sequence[str]:
        """The names: a catalogue may list one image several times."""
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
        """The images at these indices, in this order."""
        chosen = np.fromiter(indices, np.int64)
        return replace(
            self,
            names=[self.names[i] for i in chosen.tolist()],
            labels=self.labels[chosen],
            pixels=None if self.pixels is None else self.pixels[chosen],
            own_test=None if self.own_test is None else self.own_test[chosen],
        )

    def fingerprint(self) -> str:
        """Hexadecimal sha256 of layout, attributes, and each image's name, size in bytes, labels and side.

        It does not depend on the order of the images, on their dates, or on where the folder is.
        Where images are not separate files, their pixels enter instead of the size.
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
            f"layout: {self.layout}, because {self.why} (`layout` names another)",
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
        labels: int (N,), their indices, or ``UNKNOWN``.
    """
    counts = np.bincount(labels[labels != UNKNOWN], minlength=len(values))
    order = sorted(np.flatnonzero(counts), key=lambda i: -counts[i])
    parts = [f"{_short(values[i])} {counts[i]:,}" for i in order[:_VALUES_SAID]]
    if len(order) > _VALUES_SAID:
        left = order[_VALUES_SAID:]
        parts.append(f"{len(left):,} more values {sum(counts[i] for i in left):,}")
    if unknown := int(np.sum(labels == UNKNOWN)):
        parts.append(f"unknown {unknown:,}")
    return ", ".join(parts) or "no value"


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= _LETTERS_SAID else line[: _LETTERS_SAID - 1] + "…"
