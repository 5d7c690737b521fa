"""The images that the classifier which judges translations between two domains learns from."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from recipes import _checked
from zoo.attributes import UNKNOWN, Attribute
from zoo.command_line import say
from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.sets.image_set import BadImage, ImageSet, say_counts

MOST = 20_000  # images of other values


def images_to_judge_by(
    training: Sequence[ImageSet], held_out: Sequence[ImageSet], others: ImageSet | None, on_bad: str
) -> tuple[ImageSet, list[BadImage], list[str]]:
    """What the judge of A and B learns from: one attribute, all labels known.

    It learns the training images of A and of B. Where their attribute has other values, it learns
    those too, as a picture that is neither A nor B may be taken for B by one who knows only the two.
    It never learns from an image that is held out, under whichever value it is listed, or that the
    data keeps for testing, or that cannot be read. Of the other values it learns from
    ``MOST`` images at most.

    Args:
        training, held_out: usable images of A and of B.
        others: as in ``zoo.data.layouts.image_layouts.Domains``; they are checked here.
        on_bad: what to do at an unreadable one of them, "error" or "skip".

    Returns:
        The images; those that cannot be read; lines that say what was left out and what it learns
        besides A and B, which are said too. The attribute's values are A and B in this order where
        there are no others; else all that some image is left of, and A and B, as the data orders them.

    Raises:
        UserError: an image is bad and ``on_bad`` is "error".
    """
    apart = {(images.root, name) for images in held_out for name in images.names}
    known = [_without(images, apart) for images in training]
    attribute, bad, lines = training[0].attributes[0], [], []
    others = None if others is None else _without(others, apart)
    if others:
        others = others.subset(evenly_spaced(len(others), MOST))
        others, bad, lines = _checked.usable(others, on_bad, decode=True, needed=False)
    if others:
        named, codes = others.attributes[0], others.labels[:, 0]
        line = f"judge: learns other values of {named.name} too: {say_counts(named.values, codes)}"
        say(line)
        lines.append(line)
        there = {*attribute.values, *(named.values[code] for code in np.unique(codes))}
        attribute = Attribute(named.name, tuple(value for value in named.values if value in there))
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
    places = {value: place for place, value in enumerate(attribute.values)}
    labels = []
    for images in sets:
        codes = np.array([places.get(value, UNKNOWN) for value in images.attributes[0].values], np.int32)
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
