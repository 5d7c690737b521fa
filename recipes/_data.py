"""From ``--data`` to pairs ready for training, every fault found before anything is written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recipes import _progress
from recipes._sample import SAMPLE_CATALOGUE, sample_catalogue
from zoo.data.layouts import find_pairs
from zoo.data.pair_set import BadImage, PairSet, check

HELD_OUT_SHARE, HELD_OUT_MOST = 0.1, 200


@dataclass(frozen=True)
class PreparedPairs:
    """Pairs that were found, checked and split.

    Attributes:
        root: the folder they come from.
        found: all usable pairs.
        training: the ones to train on.
        held_out: the ones to measure on.
        bad: images that ``--on-bad skip`` left out.
        description: lines that say what was found.
    """

    root: Path
    found: PairSet
    training: PairSet
    held_out: PairSet
    bad: list[BadImage]
    description: list[str]

    def config(self) -> dict[str, Any]:
        """What ``config.json`` says of the data."""
        return {
            "path": str(self.root.resolve()),
            "layout": self.found.layout,
            "direction": self.found.direction,
            "description": self.description,
            "pairs": len(self.found),
            "training_pairs": len(self.training),
            "held_out_pairs": len(self.held_out),
            "fingerprint": self.found.fingerprint(),
            "skipped": [{"file": str(bad.path), "reason": bad.reason} for bad in self.bad],
        }


def prepare_pairs(
    root: Path | None,
    layout: str = "auto",
    direction: str | None = None,
    held_out: int | None = None,
    on_bad: str = "error",
    seed: int = 0,
) -> PreparedPairs:
    """Find, check and split the pairs in ``root``; without it in the sample catalogue.

    Model shots of a catalogue that has no ``pairs.csv`` yet are chosen first.

    Raises:
        UserError: for whatever is wrong with the data; nothing but ``pairs.csv`` was written.
    """
    if root is None:
        print(f"no --data: using the sample catalogue in {SAMPLE_CATALOGUE}/", flush=True)
        root = sample_catalogue()
    if (
        layout in ("auto", "catalogue")
        and (root / "data.csv").is_file()
        and not (root / "pairs.csv").is_file()
    ):
        _choose_model_shots(root)
    found = find_pairs(root, layout, direction)
    description = found.describe()
    for line in description:
        print(line, flush=True)
    with _progress.counted("checking images") as progress:
        # A full decode finds truncated files too; without skip, training's preload does that.
        found, bad = check(found, on_bad, decode=on_bad == "skip", progress=progress)
    if bad:
        print(f"left out: {len(bad)} unreadable images, such as {bad[0].path} ({bad[0].reason})")
    if held_out is None:
        held_out = max(1, min(HELD_OUT_MOST, round(len(found) * HELD_OUT_SHARE)))
    training, measured = found.split(held_out, seed)
    print(f"split: {len(training):,} pairs to train on, {len(measured):,} held out", flush=True)
    return PreparedPairs(root, found, training, measured, bad, description)


def _choose_model_shots(root: Path) -> None:
    from recipes.select_model_shots import select

    print(f"{root}: no pairs.csv yet, so one model shot a product is chosen first", flush=True)
    select(root)
