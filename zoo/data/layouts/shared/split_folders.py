"""Tells folders that name a split (train/, testA/, …) from folders that name a class.

Labels come from the folders that name a class, in either order of nesting. What lies in
``test/``, ``val/`` and their like is never trained on. The names of the images decide all of it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_TRAINING = ("training", "trainval", "train")
_TESTING = (
    *("testing", "test", "validation", "validate", "valid", "val", "evaluation", "eval", "dev"),
    *("holdout", "heldout", "hold_out", "held_out"),
)
_WORDS = "|".join(_TRAINING + _TESTING)
# Also "test_set", "train-images", COCO's "val2017" and Kaggle's "test1".
_SPLIT = re.compile(
    rf"(?P<split>{_WORDS})(?:[-_ ]?(?:set|dataset|data|images?|imgs?|photos?|pictures?|samples)|\d{{1,4}})?",
    re.IGNORECASE,
)
_DOMAIN = re.compile(rf"(?P<split>{_WORDS})[-_ ]?(?P<name>[AB])", re.IGNORECASE)
_BEFORE = re.compile(rf"(?P<split>{_WORDS})[-_ ](?P<name>.+)", re.IGNORECASE)
_AFTER = re.compile(rf"(?P<name>.+)[-_ ](?P<split>{_WORDS})", re.IGNORECASE)


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
        sets: folders that hold two domains each, and so are data sets themselves.
    """

    parts: Sequence[Part]
    splits: Mapping[str, bool]
    certain: bool = False
    sets: Sequence[str] = ()

    @property
    def values(self) -> list[str]:
        """The classes that are trained on, sorted."""
        return sorted({part.value for part in self.parts if not part.test})


def is_test(name: str) -> bool | None:
    """Whether a folder of this name is for testing, or False for training; None if it names no split."""
    match = _SPLIT.fullmatch(name)
    return None if match is None else match["split"].lower() not in _TRAINING


def parts_of(names: Iterable[str]) -> Parts:
    """The folders that name a class, and the side of each, from the names of the images in a root.

    Known are train/CLASS, CLASS/train, train_CLASS, CLASS_train, and trainA or A beside trainB or B.

    Args:
        names: of the images, relative to the root, with ``/``.
    """
    inner = _folders(names)
    folders = sorted(inner[""] - {""})
    domains = domains_in(folders)
    if domains:
        return Parts(domains, {part.folder: part.test for part in domains}, True)
    if splits := _splits(folders):
        innermost = {_innermost(split, inner): test for split, test in splits.items()}
        parts = [
            Part(f"{folder}/{name}", name, test)
            for folder, test in innermost.items()
            for name in sorted(inner[folder] - {""})
        ]
        loose = any("" in inner[folder] for folder, test in innermost.items() if not test)
        return Parts([] if loose else _trained(parts), splits, True)
    for pattern in (_BEFORE, _AFTER):
        parts = _matches(pattern, folders)
        if len(parts) == len(folders) and parts == _trained(parts):
            return Parts(parts, {part.folder: part.test for part in parts})
    parts = [part for name in folders for part in class_parts(name, name, inner[name])]
    return Parts(parts, {}, sets=[name for name in folders if domains_in(sorted(inner[name]))])


def domains_in(folders: Sequence[str]) -> list[Part]:
    """trainA, trainB, testA and testB among some folders; nothing where two domains are not among them."""
    domains = _matches(_DOMAIN, folders)
    if domains and all(part.test for part in domains) and {"A", "B"} <= set(folders):
        domains = [Part("A", "A"), Part("B", "B"), *domains]
    return domains if {part.value for part in domains if not part.test} == {"A", "B"} else []


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
    parts = parts_of(names)
    test = {part.folder: 0 for part in parts.parts if part.test}
    test |= {folder: 0 for folder, for_testing in parts.splits.items() if for_testing}
    return [index >= 0 for index in _indices(names, test)]


def part_indices(names: Sequence[str], parts: Sequence[Part]) -> list[int]:
    """For each of the images in a root the index of its part, or -1."""
    return _indices(names, {part.folder: index for index, part in enumerate(parts)})


def unused_folders(names: Sequence[str], parts: Sequence[Part]) -> Counter[str]:
    """Images that are in no part: folder, or "" for the root itself → their number."""
    shared = {above for part in parts for above in ("", *_path(part.folder.rpartition("/")[0]))}
    unused: Counter[str] = Counter()
    for name, index in zip(names, part_indices(names, parts), strict=True):
        if index < 0:
            above = _path(name.rpartition("/")[0])
            unused[next((f for f in reversed(above) if f.rpartition("/")[0] in shared), "")] += 1
    return unused


def _indices(names: Sequence[str], indices: Mapping[str, int]) -> list[int]:
    """For each of the names the index of the innermost of the folders that it lies in, or -1."""
    known: dict[str, int] = {}
    for folder in {name.rpartition("/")[0] for name in names}:
        known[folder] = next((indices[each] for each in reversed(_path(folder)) if each in indices), -1)
    return [known[name.rpartition("/")[0]] for name in names]


def _path(folder: str) -> list[str]:
    """A folder and those that it lies in, the outermost first."""
    steps = folder.split("/") if folder else []
    return ["/".join(steps[: i + 1]) for i in range(len(steps))]


def _folders(names: Iterable[str]) -> dict[str, set[str]]:
    """Folder → those in it, "" among them where images lie in the folder itself; the root is ""."""
    inner: dict[str, set[str]] = defaultdict(set)
    for folder in {name.rpartition("/")[0] for name in names}:
        inner[folder].add("")
        for each in _path(folder):
            above, _, last = each.rpartition("/")
            inner[above].add(last)
    return inner


def _innermost(split: str, inner: Mapping[str, set[str]]) -> str:
    """The folder that a split's classes are in: that of the split, or one in it that repeats its name."""
    while len(inner[split]) == 1 and is_test(name := next(iter(inner[split]))) is not None:
        split = f"{split}/{name}"
    return split


def _splits(folders: Sequence[str]) -> dict[str, bool]:
    """Those of the folders that are splits, and whether each is for testing.

    A folder train/ among others is a split if one for testing stands beside it, or nothing else:
    among bus/ and bicycle/ it is a class.
    """
    splits = {name: test for name in folders if (test := is_test(name)) is not None}
    both = len(set(splits.values())) == 2
    return splits if both or (splits and len(splits) == len(folders)) else {}


def _matches(pattern: re.Pattern, folders: Sequence[str]) -> list[Part]:
    matches = [(name, match) for name in folders if (match := pattern.fullmatch(name))]
    upper = pattern is _DOMAIN
    return [
        Part(name, match["name"].upper() if upper else match["name"], bool(is_test(match["split"])))
        for name, match in matches
    ]


def _trained(parts: Sequence[Part]) -> list[Part]:
    """Without folders for testing whose class is not trained on."""
    trained = {part.value for part in parts if not part.test}
    return [part for part in parts if part.value in trained]
