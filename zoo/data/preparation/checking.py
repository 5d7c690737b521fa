"""What every preparation does alike: checks the images, leaves out unreadable ones, holds some out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from zoo.data.sets.file_set import BadImage, FileSet, check
from zoo.errors import UserError
from zoo.listener import Listener

HELD_OUT_SHARE, HELD_OUT_MOST = 0.1, 200
SHOWN = 10
"""Images, or values, that are named in the output; of more the number is given."""

Set = TypeVar("Set", bound=FileSet)


@dataclass(frozen=True)
class Split(Generic[Set]):
    """Sets that were checked and split, in the order in which they were given.

    Attributes:
        usable: the items without an unreadable image.
        training: of these, the ones to train on.
        held_out: the ones to measure on.
        number_held_out: how many of each set were to be held out.
        bad: images that were left out because they cannot be read.
        lines: what was left out, a line a set.
    """

    usable: tuple[Set, ...]
    training: tuple[Set, ...]
    held_out: tuple[Set, ...]
    number_held_out: int
    bad: list[BadImage]
    lines: list[str]


def check_held_out(held_out: int | None, thing: str) -> None:
    """Raise ``UserError`` if nothing is to be held out."""
    if held_out is not None and held_out < 1:
        raise UserError(f"`held_out` {held_out}: at least one {thing} must be held out, to measure on")


def check_and_split(
    sets: Sequence[Set], held_out: int | None, on_bad: str, seed: int, listener: Listener
) -> Split[Set]:
    """Check every image of some sets, and hold out the same number of items of each.

    Args:
        sets: the sets.
        held_out: how many items of each to hold out; by default what the data keeps for testing, or
            else a tenth, 200 at most.
        on_bad: "error" raises for the first unreadable image, "skip" leaves it out.
        seed: of the split.
        listener: receives what was left out, and the split.

    Raises:
        UserError: an image is unreadable and ``on_bad`` is "error", or too few are left.
    """
    usable, bad, lines = [], [], []
    for items in sets:
        kept, unreadable, lost = leave_out_bad(items, on_bad, listener)
        usable.append(kept)
        bad += [image for image in unreadable if image not in bad]
        lines += lost
    if held_out is None:
        held_out = min(_default_held_out(items) for items in usable)
    training, measured = zip(*(items.split(held_out, seed) for items in usable), strict=True)
    to_train, to_measure = (
        " and ".join(f"{len(items):,}" for items in side) for side in (training, measured)
    )
    left = sum(map(len, usable)) - sum(map(len, training)) - sum(map(len, measured))
    unused = f"; {left:,} more for testing are not used" if left else ""
    listener.say(f"split: {to_train} {sets[0].things} to train on, {to_measure} held out{unused}")
    return Split(tuple(usable), training, measured, held_out, bad, lines)


def leave_out_bad(
    items: Set, on_bad: str, listener: Listener, decode: bool = False, needed: bool = True
) -> tuple[Set, list[BadImage], list[str]]:
    """The items whose images can be read, the unreadable images, and a line that counts them, if any.

    Args:
        items: the set.
        on_bad: "error" raises for the first unreadable image, "skip" leaves it out.
        listener: receives what was left out.
        decode: decode each image although ``on_bad`` is "error", which leaves that to ``read_all``.
        needed: whether one item at least must be left.

    Raises:
        UserError: an image is unreadable and ``on_bad`` is "error", or nothing is left that is needed.
    """
    with listener.counted("checking images") as progress:
        # A full decode finds truncated files too; without skip, ``read_all`` does that.
        kept, bad = check(items, on_bad, decode=decode or on_bad == "skip", progress=progress, needed=needed)
    if not bad:
        return kept, bad, []
    lost = f"left out: {_count(len(items) - len(kept), items.thing)} for {_count(len(bad), 'bad image')}"
    listener.say([lost, *(f"  {image.path} {image.reason}" for image in bad[:SHOWN])])
    if len(bad) > SHOWN:
        listener.say(f"  … and {len(bad) - SHOWN:,} more: see rejected.csv in the run")
    return kept, bad, [lost]


def _default_held_out(items: FileSet) -> int:
    """What the data keeps for testing, or else a tenth; 200 at most."""
    return min(HELD_OUT_MOST, items.test_count or max(1, round(len(items) * HELD_OUT_SHARE)))


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
