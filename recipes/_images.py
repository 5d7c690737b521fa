"""From ``--data`` to labelled images, every fault found before anything is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recipes import _checked
from recipes._data import reading_options
from recipes._sample import sample_products_or
from zoo.command_line import say
from zoo.data.layouts.found import Found
from zoo.data.layouts.image_layouts import look, select_images
from zoo.data.sets.image_set import BadImage, ImageSet

if TYPE_CHECKING:
    from zoo.data.pipeline.sources import ImageSource

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
        return channels_of(self.found)

    @property
    def fit(self) -> str:
        """How images of another aspect are fitted: "pad" or "crop"."""
        return fit_of(self.found)

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

    Arguments as ``zoo.data.layouts.image_layouts.find_images``; ``attributes`` may be what chooses them,
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
    left = unused([found], [training, measured])
    say(f"split: {len(training):,} images to train on, {len(measured):,} held out{left}")
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
    from zoo.data.pipeline.sources import ImageSource

    options = reading_options(data.on_bad, size, cache_mib, crop, {"fit": fit_of(images), **augmentation})
    return ImageSource(images, crop or size, channels=channels, **options)


def channels_of(images: ImageSet) -> int:
    """1 where all are grey by their layout, 3 otherwise."""
    return 3 if images.pixels is None else 1


def fit_of(images: ImageSet) -> str:
    """How images of another aspect are fitted: "pad" or "crop"."""
    return "crop" if images.layout in _CENTRED else "pad"


def unused(found: Sequence[ImageSet], sides: Sequence[ImageSet]) -> str:
    """Says how many of the images for testing are on neither side, if any are."""
    count = sum(map(len, found)) - sum(map(len, sides))
    return f"; {count:,} more for testing are not used" if count else ""
