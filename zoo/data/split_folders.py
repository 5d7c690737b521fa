"""Tells folders that name a split (train/, testA/, …) from folders that name a class.

Labels come from the folders that name a class, in whichever order the two are nested. What lies in
``test/``, ``val/`` and their like is never trained on.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zoo.data.listing import folders_in

TRAINING = frozenset({"train", "training"})
TESTING = frozenset(
    {"test", "testing", "val", "valid", "validate", "validation", "eval", "evaluation", "dev", "holdout"}
)
_SPLIT = "|".join(sorted(TRAINING | TESTING, key=len, reverse=True))
_DOMAIN = re.compile(rf"({_SPLIT})[-_ ]?([AB])", re.IGNORECASE)
_BEFORE = re.compile(rf"(?P<split>{_SPLIT})[-_ ](?P<name>.+)", re.IGNORECASE)
_AFTER = re.compile(rf"(?P<name>.+)[-_ ](?P<split>{_SPLIT})", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A folder whose images have one label and are on one side.

    Attributes:
        folder: relative to the root, with ``/``.
        value: the class that its images are of.
        test: whether they are for testing.
    """

    folder: str
    value: str
    test: bool = False


@dataclass(frozen=True)
class Parts:
    """Folders that hold the classes of a data set.

    Attributes:
        parts: those that count.
        unused: folders that hold images and do not count, relative to the root.
    """

    parts: Sequence[Part]
    unused: Sequence[str] = field(default=())

    @property
    def values(self) -> list[str]:
        """The classes that are trained on, sorted."""
        return sorted({part.value for part in self.parts if not part.test})


def split_of(name: str) -> str | None:
    """"train" or "test" for a folder named as a split, None for another."""
    lower = name.lower()
    return "train" if lower in TRAINING else "test" if lower in TESTING else None


def splits_in(names: Sequence[str]) -> list[str]:
    """Those of the folders of a data set that are its splits.

    A folder train/ among others is a split if one for testing stands beside it, or nothing else:
    among bus/ and bicycle/ it is a class.
    """
    kinds = {name: split for name in names if (split := split_of(name))}
    if "train" in kinds.values() and ("test" in kinds.values() or len(kinds) == len(names)):
        return list(kinds)
    return []


def parts_of(root: Path, holds_images: Callable[[Path], bool]) -> Parts:
    """The folders in ``root`` that name a class, and where splits are, on which side each is.

    Known are train/CLASS, CLASS/train, train_CLASS, CLASS_train, and trainA beside trainB.

    Args:
        root: the folder.
        holds_images: whether there are images in a folder or below it.
    """
    names = _holding(root, holds_images)
    domains = {name: found for name in names if (found := _DOMAIN.fullmatch(name))}
    if len({found[2].upper() for found in domains.values() if split_of(found[1]) == "train"}) == 2:
        parts = [Part(name, found[2].upper(), split_of(found[1]) == "test") for name, found in domains.items()]
        return Parts(parts, [name for name in names if name not in domains])
    if splits := splits_in(names):
        parts = [
            Part(f"{split}/{name}", name, split_of(split) == "test")
            for split in splits
            for name in _holding(root / split, holds_images)
        ]
        return _of_known_classes(parts, [name for name in names if name not in splits])
    for pattern in (_BEFORE, _AFTER):
        found = [pattern.fullmatch(name) for name in names]
        if found and all(found):
            parts = [
                Part(name, match["name"], split_of(match["split"]) == "test")
                for name, match in zip(names, found, strict=True)
            ]
            trained = {part.value for part in parts if not part.test}
            if trained and all(part.value in trained for part in parts):
                return Parts(parts)
    return Parts([part for name in names for part in class_parts(root, name, name, holds_images)])


def class_parts(root: Path, folder: str, value: str, holds_images: Callable[[Path], bool]) -> list[Part]:
    """The parts of one class: its folder, or the splits in it."""
    inner = _holding(root / folder, holds_images)
    splits = splits_in(inner)
    if splits and len(splits) == len(inner):
        return [Part(f"{folder}/{split}", value, split_of(split) == "test") for split in splits]
    return [Part(folder, value)]


def _of_known_classes(parts: list[Part], unused: list[str]) -> Parts:
    """Without folders for testing whose class is not trained on."""
    trained = {part.value for part in parts if not part.test}
    kept = [part for part in parts if part.value in trained]
    return Parts(kept, [*unused, *(part.folder for part in parts if part not in kept)])


def _holding(root: Path, holds_images: Callable[[Path], bool]) -> list[str]:
    return [name for name in folders_in(root) if holds_images(root / name)]
