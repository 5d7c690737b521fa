"""From ``--data`` to labelled images or two domains, every fault found before anything is written."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes import _checked
from recipes._data import reading_options
from recipes._sample import sample_products_or
from zoo.command_line import say
from zoo.data.found import Found
from zoo.data.image_layouts import find_domains, look, select_images
from zoo.data.image_set import BadImage, ImageSet

if TYPE_CHECKING:
    from zoo.data.sources import DomainSource, ImageSource

Root = Path | tuple[Path, Path]
_CENTRED = ("celeba",)  # layouts whose images are cropped to the centre, as their papers do


@dataclass(frozen=True)
class PreparedImages:
    """Labelled images that were found, checked and split.

    Attributes:
        root: the folder they come from.
        found: all usable images.
        training: the ones to train on.
        held_out: the ones to measure on.
        attributes: as they were asked for.
        complete: whether images with an unknown value were left out.
        asked: how many were to be held out; ``held_out`` has more where rows share an image.
        on_bad: what to do at an unreadable image, "error" or "skip".
        bad: images that ``--on-bad skip`` left out.
        description: lines that say what was found.
    """

    root: Path
    found: ImageSet
    training: ImageSet
    held_out: ImageSet
    attributes: tuple[str, ...]
    complete: bool
    asked: int
    on_bad: str
    bad: list[BadImage]
    description: list[str]

    @property
    def channels(self) -> int:
        """Of the images: 1 where all are grey by their layout, 3 otherwise."""
        return _channels(self.found)

    @property
    def fit(self) -> str:
        """How images of another aspect are fitted: "pad" or "crop"."""
        return _fit(self.found)

    def fingerprint(self) -> str:
        """That of all usable images."""
        return self.found.fingerprint()

    def config(self) -> dict[str, Any]:
        """What ``config.json`` says of the data."""
        return {
            "path": str(self.root.resolve()),
            "layout": self.found.layout,
            "attributes": list(self.attributes),
            "values": {attribute.name: list(attribute.values) for attribute in self.found.attributes},
            "complete": self.complete,
            "description": self.description,
            "images": len(self.found),
            "training_images": len(self.training),
            "held_out_images": len(self.held_out),
            "held_out": self.asked,
            "on_bad": self.on_bad,
            "fingerprint": self.fingerprint(),
            "skipped": _checked.skipped(self.bad),
        }


@dataclass(frozen=True)
class PreparedDomains:
    """Images of two domains, A and B, that were found, checked and split.

    Attributes:
        root: the folder they come from, or the two folders.
        found, training, held_out: as in ``PreparedImages``, of A and of B.
        where: the restrictions that were asked for.
        asked: how many of each domain were to be held out.
        on_bad, bad, description: as in ``PreparedImages``.
    """

    root: Root
    found: tuple[ImageSet, ImageSet]
    training: tuple[ImageSet, ImageSet]
    held_out: tuple[ImageSet, ImageSet]
    where: tuple[str, ...]
    asked: int
    on_bad: str
    bad: list[BadImage]
    description: list[str]

    @property
    def attribute(self) -> str:
        """Name of the attribute that tells the domains apart, "class" for folders."""
        return self.found[0].attributes[0].name

    @property
    def names(self) -> tuple[str, str]:
        """Names of A and of B: values of the attribute, or of the folders."""
        return self.found[0].attributes[0].values

    @property
    def judged(self) -> ImageSet:
        """What one who tells the two domains apart may learn from: the training images of both."""
        a, b = self.training
        names, root = [*a.names, *b.names], a.root
        if a.root != b.root:
            root = Path(os.path.commonpath([a.root.resolve(), b.root.resolve()]))
            names = [
                str((images.root.resolve() / name).relative_to(root))
                for images in (a, b)
                for name in images.names
            ]
        labels = np.concatenate([a.labels, b.labels])
        pixels = None if a.pixels is None else np.concatenate([a.pixels, b.pixels])
        return replace(a, root=root, names=names, labels=labels, pixels=pixels, own_test=None)

    @property
    def channels(self) -> tuple[int, int]:
        """Of the images of A and of B; see ``PreparedImages``."""
        return _channels(self.found[0]), _channels(self.found[1])

    @property
    def fit(self) -> str:
        """How images of another aspect are fitted: "pad" or "crop"."""
        return _fit(self.found[0])

    def fingerprint(self) -> str:
        """Hexadecimal sha256 of the fingerprints of A and of B."""
        return hashlib.sha256("\n".join(images.fingerprint() for images in self.found).encode()).hexdigest()

    def config(self) -> dict[str, Any]:
        """What ``config.json`` says of the data; counts are of both domains together."""
        roots = self.root if isinstance(self.root, tuple) else (self.root,)
        paths = [str(root.resolve()) for root in roots]
        return {
            "path": paths if len(paths) > 1 else paths[0],
            "layout": self.found[0].layout,
            "attribute": self.attribute,
            "from": self.names[0],
            "to": self.names[1],
            "where": list(self.where),
            "description": self.description,
            "domains": {
                side: {"name": name, "images": len(images)}
                for side, name, images in zip("ab", self.names, self.found, strict=True)
            },
            "images": sum(map(len, self.found)),
            "training_images": sum(map(len, self.training)),
            "held_out_images": sum(map(len, self.held_out)),
            "held_out": self.asked,
            "on_bad": self.on_bad,
            "fingerprint": self.fingerprint(),
            "skipped": _checked.skipped(self.bad),
        }


def prepare_images(
    root: Path | None,
    attributes: tuple[str, ...] | Callable[[Found], tuple[str, ...]] = (),
    layout: str = "auto",
    held_out: int | None = None,
    on_bad: str = "error",
    seed: int = 0,
    complete: bool = False,
) -> PreparedImages:
    """Find, check and split the images in ``root``; without it the sample products.

    Arguments as ``zoo.data.image_layouts.find_images``; ``attributes`` may be what chooses them,
    once it is known what there is.

    Raises:
        UserError: for whatever is wrong with the data.
    """
    _checked.check_held_out(held_out, "image")
    root = sample_products_or(root)
    there = look(root, layout)
    if callable(attributes):
        attributes = attributes(there)
    found = select_images(there, attributes, complete)
    description = found.describe()
    _checked.say(description)
    found, bad, lost = _checked.usable(found, on_bad)
    held_out = _checked.number_held_out(held_out, len(found), found.test_images)
    training, measured = found.split(held_out, seed)
    unused = _unused([found], [training, measured])
    say(f"split: {len(training):,} images to train on, {len(measured):,} held out{unused}")
    lost += _checked.without_training(training)
    return PreparedImages(
        root,
        found,
        training,
        measured,
        tuple(attributes),
        complete,
        held_out,
        on_bad,
        bad,
        description + lost,
    )


def prepare_domains(
    root: Root | None,
    a: str | None = None,
    b: str | None = None,
    attribute: str | None = None,
    where: tuple[str, ...] = (),
    layout: str = "auto",
    held_out: int | None = None,
    on_bad: str = "error",
    seed: int = 0,
) -> PreparedDomains:
    """Find, check and split the images of two domains; ``held_out`` is of each.

    Other arguments as ``zoo.data.image_layouts.find_domains``; without ``root`` the sample
    products.

    Raises:
        UserError: for whatever is wrong with the data.
    """
    _checked.check_held_out(held_out, "image of each domain")
    if not isinstance(root, tuple):
        root = sample_products_or(root)
    found = find_domains(root, a, b, attribute, layout, where)
    description = _describe(found)
    _checked.say(description)
    usable, bad = [], []
    for images in found:
        kept, unreadable, lost = _checked.usable(images, on_bad)
        usable.append(kept)
        bad += [image for image in unreadable if image not in bad]
        description += lost
    if held_out is None:
        held_out = min(_checked.number_held_out(None, len(images), images.test_images) for images in usable)
    training, measured = zip(*(images.split(held_out, seed) for images in usable), strict=True)
    counts = (" and ".join(f"{len(images):,}" for images in part) for part in (training, measured))
    unused = _unused(usable, [*training, *measured])
    say("split: {} images to train on, {} held out".format(*counts) + unused)
    return PreparedDomains(
        root, tuple(usable), training, measured, tuple(where), held_out, on_bad, bad, description
    )


def image_source(
    images: ImageSet,
    data: PreparedImages,
    size: tuple[int, int],
    channels: int = 3,
    cache_mib: int | None = None,
    crop: tuple[int, int] | None = None,
    **augmentation: Any,
) -> "ImageSource":
    """The reader of ``images``, some of ``data``: as they are, or as ``seed``, ``jitter``, ``flip`` say.

    With ``crop``, examples are random crops of that size out of whole images of ``size``. Images of
    another aspect get white margins, but faces are cropped to the centre, unless ``fit`` says which.
    """
    from zoo.data.sources import ImageSource

    options = reading_options(data.on_bad, size, cache_mib, crop, {"fit": _fit(images), **augmentation})
    return ImageSource(images, crop or size, channels=channels, **options)


def domain_source(
    both: tuple[ImageSet, ImageSet],
    data: PreparedDomains,
    size: tuple[int, int],
    channels: tuple[int, int] = (3, 3),
    cache_mib: int | None = None,
    crop: tuple[int, int] | None = None,
    **augmentation: Any,
) -> "DomainSource":
    """The reader of two domains, some of ``data``; see ``image_source``."""
    from zoo.data.sources import DomainSource

    options = reading_options(data.on_bad, size, cache_mib, crop, {"fit": _fit(both[0]), **augmentation})
    return DomainSource(*both, crop or size, channels=channels, **options)


def _channels(images: ImageSet) -> int:
    return 3 if images.pixels is None else 1


def _fit(images: ImageSet) -> str:
    return "crop" if images.layout in _CENTRED else "pad"


def _unused(found: Sequence[ImageSet], sides: Sequence[ImageSet]) -> str:
    """Says how many of the images for testing are on neither side, if any are."""
    count = sum(map(len, found)) - sum(map(len, sides))
    return f"; {count:,} more for testing are not used" if count else ""


def _describe(found: tuple[ImageSet, ImageSet]) -> list[str]:
    attribute = found[0].attributes[0]
    lines = [found[0].describe()[0]]
    for side, images, value in zip(("from", "to"), found, attribute.values, strict=True):
        lines.append(f"{side}: {attribute.name} {value}, images: {images.counted()}")
    return [*lines, *dict.fromkeys(note for images in found for note in images.notes)]
