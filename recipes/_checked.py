"""What every preparation of data does alike: says what is there, leaves out what is bad, holds some out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from recipes.options import console
from zoo.attributes import UNKNOWN
from zoo.command_line import say
from zoo.data.sets.image_files import BadImage, FileSet, check
from zoo.errors import UserError

if TYPE_CHECKING:
    from zoo.data.sets.image_set import ImageSet

HELD_OUT_SHARE, HELD_OUT_MOST = 0.1, 200
SHOWN = 10  # images left out that are named in the output

Set = TypeVar("Set", bound=FileSet)


def check_held_out(held_out: int | None, thing: str) -> None:
    """Raise ``UserError`` if nothing is to be held out."""
    if held_out is not None and held_out < 1:
        raise UserError(f"--held-out {held_out}: at least one {thing} must be held out, to measure on")


def number_held_out(asked: int | None, count: int, for_testing: int = 0) -> int:
    """How many of ``count`` to hold out: as asked, or what the data keeps for testing, or else a tenth.

    At most 200, where it is not asked for.
    """
    if asked is not None:
        return asked
    return min(HELD_OUT_MOST, for_testing or max(1, round(count * HELD_OUT_SHARE)))


def usable(
    found: Set, on_bad: str, decode: bool = False, needed: bool = True
) -> tuple[Set, list[BadImage], list[str]]:
    """The items of ``found`` that can be used, what is bad, and a line that says so if any is.

    Args:
        found: the items.
        on_bad: what to do at an unreadable image, "error" or "skip".
        decode: decode each image, though ``on_bad`` is "error" and that is left to ``read_all``.
        needed: whether one item at least must be left.

    Raises:
        UserError: an image is bad and ``on_bad`` is "error", or nothing is left that is needed.
    """
    with console.counted("checking images") as progress:
        # A full decode finds truncated files too; without skip, ``read_all`` does that.
        kept, bad = check(found, on_bad, decode=decode or on_bad == "skip", progress=progress, needed=needed)
    if not bad:
        return kept, bad, []
    thing = found.things.removesuffix("s")
    lost = f"left out: {_count(len(found) - len(kept), thing)} for {_count(len(bad), 'bad image')}"
    say([lost, *(f"  {image.path} {image.reason}" for image in bad[:SHOWN])])
    if len(bad) > SHOWN:
        say(f"  … and {len(bad) - SHOWN:,} more: see data.skipped in the run's config.json")
    return kept, bad, [lost]


def without_training(training: "ImageSet") -> list[str]:
    """A line for each attribute with values that no image to train on has; it is said too."""
    lines = []
    for attribute, labels in zip(training.attributes, training.labels.T, strict=True):
        counts = np.bincount(labels[labels != UNKNOWN], minlength=len(attribute.values))
        missing = [value for value, count in zip(attribute.values, counts, strict=True) if not count]
        if missing:
            more = f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
            lines.append(
                f"{attribute.name}: no image to train on has {', '.join(missing[:SHOWN])}{more}, so that is "
                "not learnt"
            )
    say(lines)
    return lines


def skipped(bad: Iterable[BadImage]) -> list[dict[str, Any]]:
    """What ``config.json`` says of the images that were left out."""
    return [{"file": image.path, "reason": image.reason} for image in bad]


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
