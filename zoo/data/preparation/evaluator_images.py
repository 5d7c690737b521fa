"""The images that an attribute evaluator of translations between two domains learns from."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from zoo.attributes import UNKNOWN, Attribute
from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.preparation.checking import leave_out_bad
from zoo.data.sets.file_set import BadImage
from zoo.data.sets.image_set import ImageSet, say_counts
from zoo.listener import Listener

OTHERS_MOST = 20_000
"""Images of other values that the evaluator learns from at most."""


def images_to_learn_from(
    training: Sequence[ImageSet],
    held_out: Sequence[ImageSet],
    others: ImageSet | None,
    on_bad: str,
    listener: Listener,
) -> tuple[ImageSet, list[BadImage], list[str]]:
    """What an evaluator of A and B learns from: one attribute, all labels known.

    It learns the training images of A and of B. Where their attribute has other values, it learns
    those too, as an image that is neither A nor B may be taken for B by one who knows only the two.
    It never learns from an image that is held out, under whichever value it is listed, or that the
    data keeps for testing, or that cannot be read. Of the other values it learns from
    ``OTHERS_MOST`` images at most.

    Args:
        training, held_out: usable images of A and of B.
        others: as in ``zoo.data.selection.domains.Domains``; they are checked here.
        on_bad: what to do at an unreadable one of them, "error" or "skip".
        listener: receives what it learns besides A and B.

    Returns:
        The images; those that cannot be read; lines that say what was left out and what it learns
        besides A and B. The attribute's values are A and B in this order where
        there are no others; else all that some image is left of, and A and B, as the data orders them.

    Raises:
        UserError: an image is bad and ``on_bad`` is "error".
    """
    apart = {(images.root, name) for images in held_out for name in images.names}
    known = [_without(images, apart) for images in training]
    attribute, bad, lines = training[0].attributes[0], [], []
    others = None if others is None else _without(others, apart)
    if others:
        others = others.subset(evenly_spaced(len(others), OTHERS_MOST))
        others, bad, lines = leave_out_bad(others, on_bad, listener, decode=True, needed=False)
    if others:
        named, codes = others.attributes[0], others.labels[:, 0]
        counts = say_counts(named.values, codes)
        line = f"attribute evaluator: learns other values of {named.name} too: {counts}"
        listener.say(line)
        lines.append(line)
        present = {*attribute.values, *(named.values[code] for code in np.unique(codes))}
        attribute = Attribute(named.name, tuple(value for value in named.values if value in present))
        known.append(others)
    return _joined(known, attribute), bad, lines


def _without(images: ImageSet, apart: set[tuple[Path, str]]) -> ImageSet:
    """Those images that are neither set apart nor kept for testing by the data set."""
    test = np.zeros(len(images), bool) if images.own_test is None else images.own_test
    return images.subset(
        i for i, name in enumerate(images.names) if not test[i] and (images.root, name) not in apart
    )


def _joined(sets: Sequence[ImageSet], attribute: Attribute) -> ImageSet:
    """One set of several, each with some values of the attribute."""
    root, names = sets[0].root, [name for images in sets for name in images.names]
    if any(images.root != root for images in sets):
        root = Path(os.path.commonpath([images.root.resolve() for images in sets]))
        names = [
            str((images.root.resolve() / name).relative_to(root)) for images in sets for name in images.names
        ]
    index_of = {value: index for index, value in enumerate(attribute.values)}
    labels = []
    for images in sets:
        codes = np.array([index_of.get(value, UNKNOWN) for value in images.attributes[0].values], np.int32)
        labels.append(codes[images.labels])
    pixels = None if sets[0].pixels is None else np.concatenate([images.pixels for images in sets])
    return replace(
        sets[0],
        root=root,
        names=names,
        labels=np.concatenate(labels),
        attributes=(attribute,),
        pixels=pixels,
        own_test=None,
    )
