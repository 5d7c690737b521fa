"""The readers that feed prepared data to training; here TensorFlow comes in."""

from collections.abc import Sequence
from typing import Any

from zoo.data.images import UnreadableImage
from zoo.data.pipeline.pairs import PairSource
from zoo.data.pipeline.sources import DomainSource, ExampleSource, ImageSource
from zoo.data.preparation.domains import PreparedDomains
from zoo.data.preparation.images import PreparedImages, fit_of
from zoo.data.preparation.pairs import PreparedPairs
from zoo.data.preparation.prepared import Prepared
from zoo.data.sets.image_set import ImageSet
from zoo.data.sets.pair_set import PairSet
from zoo.errors import UserError
from zoo.listener import SILENT, Listener


def pair_source(
    pairs: PairSet,
    data: PreparedPairs,
    size: tuple[int, int],
    channels: tuple[int, int],
    cache_mib: int | None = None,
    crop: tuple[int, int] | None = None,
    **augmentation: Any,
) -> PairSource:
    """The reader of ``pairs``, some of ``data``: as they are, or as ``seed``, ``jitter`` and ``flip`` say.

    With ``crop``, examples are random crops of that size out of whole images of ``size``.

    Raises:
        UserError: ``crop`` is larger than ``size``.
    """
    options = _reading_options(data, size, cache_mib, crop, augmentation)
    return PairSource(
        pairs, crop or size, source_channels=channels[0], target_channels=channels[1], **options
    )


def image_source(
    images: ImageSet,
    data: PreparedImages,
    size: tuple[int, int],
    channels: int = 3,
    cache_mib: int | None = None,
    crop: tuple[int, int] | None = None,
    **augmentation: Any,
) -> ImageSource:
    """The reader of ``images``, some of ``data``; arguments and errors as in ``pair_source``.

    Images of another aspect get white margins, but faces are cropped to the centre, unless ``fit``
    says which.
    """
    options = _reading_options(data, size, cache_mib, crop, {"fit": fit_of(images), **augmentation})
    return ImageSource(images, crop or size, channels=channels, **options)


def domain_source(
    both: tuple[ImageSet, ImageSet],
    data: PreparedDomains,
    size: tuple[int, int],
    channels: tuple[int, int] = (3, 3),
    cache_mib: int | None = None,
    crop: tuple[int, int] | None = None,
    **augmentation: Any,
) -> DomainSource:
    """The reader of two domains, some of ``data``; see ``image_source``."""
    options = _reading_options(data, size, cache_mib, crop, {"fit": fit_of(both[0]), **augmentation})
    return DomainSource(*both, crop or size, channels=channels, **options)


def read_all(
    data: Prepared, sources: Sequence[ExampleSource], known_good: bool, listener: Listener = SILENT
) -> None:
    """Decode every image once before training, and keep them where they fit in memory.

    Args:
        data: where ``sources`` come from.
        sources: the readers that training and evaluation use.
        known_good: do not look again at what does not fit, as when a run is resumed.
        listener: receives progress.

    Raises:
        UnreadableImage: with ``on_bad`` "error", the first one.
    """
    for source in sources:
        with listener.counted("reading images") as progress:
            try:
                kept = source.preload(progress)
            except UnreadableImage as error:
                hint = f"or leave out such {source.things} with `on_bad` skip"
                raise UnreadableImage(error.path, f"{error.reason}; {hint}") from None
            if not kept and not known_good and data.on_bad == "error":
                source.check(progress)


def _reading_options(
    data: Prepared,
    size: tuple[int, int],
    cache_mib: int | None,
    crop: tuple[int, int] | None,
    augmentation: dict[str, Any],
) -> dict[str, Any]:
    """Options of an ``ExampleSource`` of ``crop``, or else of ``size``."""
    options = {"jitter": False, "flip": False, **augmentation, "on_bad": data.on_bad}
    options["cache_bytes"] = None if cache_mib is None else cache_mib << 20
    if crop is not None:
        if any(part > whole for part, whole in zip(crop, size, strict=True)):
            raise UserError(
                f"`crop` {crop[0]}x{crop[1]}: larger than the images, `size` {size[0]}x{size[1]}; "
                "make it smaller"
            )
        options |= {"jitter": True, "load_size": size}
    return options
