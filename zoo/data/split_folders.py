"""Tells folders that name a split (train/, testA/, …) from folders that name a class.

Labels come from the folders that name a class, in whichever order the two are nested. What lies in
``test/``, ``val/`` and their like is never trained on. All is told from the names of the images.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

TRAINING = frozenset({"train", "training"})
TESTING = frozenset(
    {"test", "testing", "val", "valid", "validate", "validation", "eval", "evaluation", "dev", "holdout"}
)
_SPLIT = "|".join(sorted(TRAINING | TESTING, key=len, reverse=True))
_DOMAIN = re.compile(rf"(?P<split>{_SPLIT})[-_ ]?(?P<name>[AB])", re.IGNORECASE)
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
    """How the folders of a data set are to be read.

    Attributes:
        parts: the folders of the classes.
        splits: folders that are splits, name → whether it is for testing; none where the splits
            lie in the folders of the classes.
        certain: whether the names leave no doubt that these are classes.
    """

    parts: Sequence[Part]
    splits: Mapping[str, bool]
    certain: bool = False

    @property
    def values(self) -> list[str]:
        """The classes that are trained on, sorted."""
        return sorted({part.value for part in self.parts if not part.test})


def is_test(name: str) -> bool | None:
    """Whether a folder of this name is for testing, or False for training; None if it names no split."""
    lower = name.lower()
    return True if lower in TESTING else False if lower in TRAINING else None


def parts_of(names: Iterable[str]) -> Parts:
    """The folders that name a class, and the side of each, from the names of the images in a root.

    Known are train/CLASS, CLASS/train, train_CLASS, CLASS_train, and trainA or A beside trainB or B.

    Args:
        names: of the images, relative to the root, with ``/``.
    """
    inner = _folders(names)
    folders = sorted(inner)
    domains = _matches(_DOMAIN, folders)
    if domains and all(part.test for part in domains) and {"A", "B"} <= set(folders):
        domains = [Part("A", "A"), Part("B", "B"), *domains]
    if {part.value for part in domains if not part.test} == {"A", "B"}:
        return Parts(domains, {part.folder: part.test for part in domains}, True)
    if splits := _splits(folders):
        parts = [
            Part(f"{split}/{name}", name, test)
            for split, test in splits.items()
            for name in sorted(inner[split])
            if name
        ]
        loose = any("" in inner[split] for split, test in splits.items() if not test)
        parts = [] if loose else _trained(parts)
        return Parts(parts, splits, True)
    for pattern in (_BEFORE, _AFTER):
        parts = _matches(pattern, folders)
        if len(parts) == len(folders) and parts == _trained(parts):
            return Parts(parts, {part.folder: part.test for part in parts})
    return Parts([part for name in folders for part in class_parts(name, name, inner[name])], {})


def class_parts(folder: str, value: str, inner: Iterable[str]) -> list[Part]:
    """The parts of one class: its folder, or the splits in it.

    Args:
        folder: of the class, relative to the root.
        value: the class.
        inner: folders in it that hold images; "" among them if images lie in the folder itself.
    """
    splits = _splits(sorted(inner))
    if False in splits.values() and len(splits) == len(set(inner)):
        return [Part(f"{folder}/{split}", value, test) for split, test in splits.items()]
    return [Part(folder, value)]


def sides(names: Sequence[str]) -> list[bool]:
    """For each of the images in a root whether it is for testing, whatever classes there are."""
    found = parts_of(names)
    test = {part.folder for part in found.parts if part.test}
    test |= {folder for folder, for_testing in found.splits.items() if for_testing}
    if not test:
        return [False] * len(names)
    return [not test.isdisjoint(_above(name)) for name in names]


def placed(names: Sequence[str], parts: Sequence[Part]) -> list[int]:
    """For each of the images in a root the place of its part, or -1."""
    places = {part.folder: place for place, part in enumerate(parts)}
    return [
        next((places[above] for above in reversed(_above(name)) if above in places), -1) for name in names
    ]


def unused_folders(names: Sequence[str], parts: Sequence[Part]) -> Counter[str]:
    """Images that are in no part: folder, or "" for the root itself → their number."""
    shared = {"", *(part.folder.rpartition("/")[0] for part in parts)}
    left = (name for name, place in zip(names, placed(names, parts), strict=True) if place < 0)
    return Counter(
        next((f for f in reversed(_above(name)) if f.rpartition("/")[0] in shared), "") for name in left
    )


def _above(name: str) -> list[str]:
    """The folders that an image lies in, the outermost first."""
    *folders, _ = name.split("/")
    return ["/".join(folders[: i + 1]) for i in range(len(folders))]


def _folders(names: Iterable[str]) -> dict[str, set[str]]:
    """Folders in the root, and those in each; "" among them where images lie in the folder itself."""
    inner: dict[str, set[str]] = defaultdict(set)
    for name in names:
        first, *rest = name.split("/", 2)
        if rest:
            inner[first].add(rest[0] if len(rest) == 2 else "")
    return inner


def _splits(folders: Sequence[str]) -> dict[str, bool]:
    """Those of the folders that are splits, and whether each is for testing.

    A folder train/ among others is a split if one for testing stands beside it, or nothing else:
    among bus/ and bicycle/ it is a class.
    """
    found = {name: test for name in folders if (test := is_test(name)) is not None}
    both = len(set(found.values())) == 2
    return found if both or (found and len(found) == len(folders)) else {}


def _matches(pattern: re.Pattern, folders: Sequence[str]) -> list[Part]:
    found = [(name, match) for name in folders if (match := pattern.fullmatch(name))]
    upper = pattern is _DOMAIN
    return [
        Part(name, match["name"].upper() if upper else match["name"], bool(is_test(match["split"])))
        for name, match in found
    ]


def _trained(parts: Sequence[Part]) -> list[Part]:
    """Without folders for testing whose class is not trained on."""
    trained = {part.value for part in parts if not part.test}
    return [part for part in parts if part.value in trained]
