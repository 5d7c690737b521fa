"""From a folder to labelled images ready for training; all faults are found before anything is written."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zoo.attributes import UNKNOWN
from zoo.data.layouts.registry import layout as layout_named
from zoo.data.layouts.shared.labelled_images import LabelledImages
from zoo.data.preparation.checking import SHOWN, check_and_split, check_held_out
from zoo.data.preparation.prepared import Prepared
from zoo.data.sample_catalogue.defaults import sample_products_or
from zoo.data.selection.images import read_images, select_images
from zoo.data.sets.image_set import ImageSet
from zoo.listener import SILENT, Listener


@dataclass(frozen=True, kw_only=True)
class PreparedImages(Prepared):
    """Labelled images that were recognised, checked and split.

    Attributes:
        usable, training, held_out: an ``ImageSet`` each.
        attributes: as they were asked for.
        complete: whether images with an unknown value were left out.
    """

    usable: ImageSet
    training: ImageSet
    held_out: ImageSet
    attributes: tuple[str, ...]
    complete: bool

    @property
    def channels(self) -> int:
        """Of the images: 1 where all are grey by their layout, 3 otherwise."""
        return channels_of(self.usable)

    @property
    def fit(self) -> str:
        """How images of another aspect are fitted: "pad" or "crop"."""
        return fit_of(self.usable)

    def _selection(self) -> dict[str, Any]:
        return {
            "attributes": list(self.attributes),
            "values": {attribute.name: list(attribute.values) for attribute in self.usable.attributes},
            "complete": self.complete,
        }


def prepare_images(
    root: Path | str | None = None,
    attributes: str | tuple[str, ...] | Callable[[LabelledImages], tuple[str, ...]] = (),
    layout: str = "auto",
    held_out: int | None = None,
    on_bad: str = "error",
    seed: int = 0,
    complete: bool = False,
    listener: Listener = SILENT,
) -> PreparedImages:
    """Find, check and split the images in ``root``; without it the sample products.

    Args:
        root, layout, complete: as in ``zoo.data.find_images``.
        attributes: as there, one or several, or a function that chooses them once it is known what the
            data has.
        held_out: how many images to hold out; by default what the data keeps for testing, or else a
            tenth, 200 at most.
        on_bad: what to do at an unreadable image: "error", or "skip" to leave it out.
        seed: of the split.
        listener: receives what the data was taken for, and progress.

    Raises:
        UserError: for any fault in the data.
    """
    check_held_out(held_out, "image")
    root = sample_products_or(root, listener)
    labelled = read_images(root, layout)
    if callable(attributes):
        attributes = attributes(labelled)
    attributes = (attributes,) if isinstance(attributes, str) else tuple(attributes)
    images = select_images(labelled, attributes, complete)
    description = images.describe()
    listener.say(description)
    split = check_and_split((images,), held_out, on_bad, seed, listener)
    not_learned = _without_training(split.training[0])
    listener.say(not_learned)
    return PreparedImages(
        root=root,
        usable=split.usable[0],
        training=split.training[0],
        held_out=split.held_out[0],
        attributes=attributes,
        complete=complete,
        number_held_out=split.number_held_out,
        on_bad=on_bad,
        bad=split.bad,
        description=[*description, *split.lines, *not_learned],
    )


def channels_of(images: ImageSet) -> int:
    """1 where all are grey by their layout, 3 otherwise."""
    return 3 if images.pixels is None else 1


def fit_of(images: ImageSet) -> str:
    """How images of another aspect are fitted: "pad" or "crop"."""
    return layout_named(images.layout).fit


def _without_training(training: ImageSet) -> list[str]:
    """A line for each attribute with values that no image to train on has."""
    lines = []
    for attribute, labels in zip(training.attributes, training.labels.T, strict=True):
        counts = np.bincount(labels[labels != UNKNOWN], minlength=len(attribute.values))
        missing = [value for value, count in zip(attribute.values, counts, strict=True) if not count]
        if missing:
            more = f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
            lines.append(
                f"{attribute.name}: no image to train on has {', '.join(missing[:SHOWN])}{more}, so that is "
                "not learned"
            )
    return lines
