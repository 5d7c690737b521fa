"""Pairs as a layout reads them, one after the other, until they are a ``PairSet``."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from zoo.data.sets.pair_set import PairSet
from zoo.data.sets.rejections import Rejections, files_left_out

_NAMED = 5  # images without a partner that are named


@dataclass
class PairList:
    """Pairs as they are read.

    Attributes:
        sources, targets: names of the images of A and of B, relative to the root.
        test: for each pair whether the data set keeps it for testing.
        ids: names of the pairs, where something gives them.
        notes: what else should be known.
        rejected: what was left out.
    """

    sources: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    test: list[bool] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rejected: list[Rejections] = field(default_factory=list)

    def add(self, pairs: Sequence[tuple[str, str]], test: bool = False) -> int:
        """Add pairs of names of A and of B; gives their number."""
        for source, target in pairs:
            self.sources.append(source)
            self.targets.append(target)
            self.test.append(test)
        return len(pairs)

    def pair_set(
        self, layout: str, root: Path, why: str, meaning: tuple[str, str] = ("A", "B"), halves: bool = False
    ) -> PairSet:
        """The set of these pairs, each once; arguments as the attributes of ``PairSet``."""
        first: dict[tuple[str, str], int] = {}
        for i, pair in enumerate(zip(self.sources, self.targets, strict=True)):
            if pair not in first or (self.test[first[pair]] and not self.test[i]):
                first[pair] = i  # what is trained on is not held out as well
        notes, kept = list(self.notes), sorted(first.values())
        rejected = list(self.rejected)
        if repeated := sorted(set(range(len(self.sources))) - set(kept)):
            notes.append(f"left out: {len(repeated):,} repeated pair{'s' if len(repeated) > 1 else ''}")
            names, partners = ([some[i] for i in repeated] for some in (self.sources, self.targets))
            rejected += files_left_out(root, names, "the pair is listed twice", "pairing", partners)
        sources, targets = ([names[i] for i in kept] for names in (self.sources, self.targets))
        ids = unique_ids(sources, targets, [] if repeated else self.ids)
        test = np.array([self.test[i] for i in kept], bool)
        return PairSet(
            layout, root, "AtoB", ids, sources, targets, why, tuple(notes), test if test.any() else None,
            tuple(rejected), meaning, halves,
        )  # fmt: skip


def held_out_note(where: str, count: int) -> str:
    """A line that says which pairs the data set keeps for testing."""
    pairs = f"{count:,} pair{'s' if count > 1 else ''}"
    return f"held out: {where}, for testing: {pairs}, which are not trained on"


def alone_note(names: Sequence[str]) -> list[str]:
    """A line that counts and names the images without a partner, if there are any."""
    if not names:
        return []
    folders = Counter(name.rpartition("/")[0] for name in names)
    where = " and ".join(f"{count:,} in {folder}/" for folder, count in folders.items())
    shown = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return [f"left out: images without a partner, {where}: {shown}"]


def unique_ids(sources: list[str], targets: list[str], given: Sequence[str]) -> list[str]:
    """The given ids, else the targets' names, as short as they can be and still differ."""

    def plain(names: list[str]) -> list[str]:
        folders = {name.rpartition("/")[0] for name in names}
        shared = os.path.commonpath(folders) if all(folders) else ""
        start = len(shared) + 1 if shared else 0
        return [name[start:].replace("/", "_") for name in names]

    if len(given) == len(sources) and all(given) and len(set(given)) == len(given):
        return [re.sub(r"[/\\:]", "_", name) for name in given]
    last = plain(targets)
    stems = [os.path.splitext(name)[0] for name in last]
    both = [f"{a}+{os.path.splitext(b)[0]}" for a, b in zip(stems, plain(sources), strict=True)]
    for ids in (stems, last, both):
        if len(set(ids)) == len(ids):
            return ids
    return [f"{name}+{i}" for i, name in enumerate(stems)]
