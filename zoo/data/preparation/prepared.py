"""What prepared pairs, labelled images and two domains have in common."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from zoo.data.preparation.rejected_csv import REJECTED, write_rejections
from zoo.data.sets.file_set import BadImage, FileSet
from zoo.data.sets.rejections import Rejection
from zoo.listener import SILENT, Listener


@dataclass(frozen=True, kw_only=True)
class Prepared(ABC):
    """A data set that was recognised, checked and split.

    Attributes:
        root: the folder that it comes from; two folders where each holds one of two domains.
        usable: all usable items. This and the next two are one set, or a pair of sets for two domains.
        training: those to train on.
        held_out: those to measure on.
        number_held_out: how many were to be held out (of each domain); ``held_out`` has more where
            items share an image.
        on_bad: what was done at an unreadable image, "error" or "skip".
        bad: unreadable images that were left out.
        description: lines that say what the data set was taken for and what was left out.
    """

    root: Path | tuple[Path, Path]
    usable: Any
    training: Any
    held_out: Any
    number_held_out: int
    on_bad: str
    bad: list[BadImage]
    description: list[str]

    things: ClassVar[str] = "images"

    @property
    def sets(self) -> tuple[FileSet, ...]:
        """The usable items as a tuple of sets: of A and of B for two domains."""
        return _as_tuple(self.usable)

    def fingerprint(self) -> str:
        """Hexadecimal sha256 of all usable items: names, sizes in bytes, labels and what they are for."""
        prints = [items.fingerprint() for items in self.sets]
        return prints[0] if len(prints) == 1 else hashlib.sha256("\n".join(prints).encode()).hexdigest()

    def config(self) -> dict[str, Any]:
        """What ``config.json`` says of the data; counts are of both domains together."""
        paths = [str(root.resolve()) for root in _as_tuple(self.root)]
        sides = {"": self.usable, "training_": self.training, "held_out_": self.held_out}
        return {
            "path": paths if len(paths) > 1 else paths[0],
            "layout": self.sets[0].layout,
            **self._selection(),
            "description": self.description,
            **{f"{side}{self.things}": sum(map(len, _as_tuple(sets))) for side, sets in sides.items()},
            "held_out": self.number_held_out,
            "on_bad": self.on_bad,
            "fingerprint": self.fingerprint(),
            "skipped": [{"file": image.path, "reason": image.reason} for image in self.bad],
        }

    def rejected(self) -> Iterator[Rejection]:
        """Everything that was left out, one reason a row, computed as it is asked for.

        It covers the whole way from the folder to the training: files that are not images, images
        without a partner or that no list names, products without a model shot, images without a
        value that was asked for, unreadable images, and images for testing that are not used.
        """
        for items in self.sets:
            for rows in items.rejected:
                yield from rows()
        for items, held_out in zip(self.sets, _as_tuple(self.held_out), strict=True):
            yield from _unused_tests(items, held_out)

    def keep(self, run: Path | str, listener: Listener = SILENT) -> None:
        """Write what a run keeps of its data beside ``config.json``: ``rejected.csv``, if it has a row.

        Raises:
            UserError: it cannot be written.
        """
        path = Path(run, REJECTED)
        if count := write_rejections(self.rejected(), path):
            listener.say(f"wrote {path} ({count:,} rows: what is not used, and why)")

    @abstractmethod
    def _selection(self) -> dict[str, Any]:
        """What ``config.json`` says of how the items were chosen."""


def _as_tuple(value: Any) -> tuple:
    return value if isinstance(value, tuple) else (value,)


def _unused_tests(items: FileSet, held_out: FileSet) -> Iterator[Rejection]:
    """Items that the data set keeps for testing and that were not chosen to be held out."""
    if items.test_count <= len(held_out):
        return
    chosen = set(held_out.files())
    reason = "the data set keeps it for testing, and enough others are held out"
    for names, test in zip(items.files(), items.own_test, strict=True):
        if test and names not in chosen:
            file, *partner = (str(items.root / name) for name in dict.fromkeys(names))
            yield Rejection(file, partner[0] if partner else "", reason, "split")
