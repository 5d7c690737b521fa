"""From ``--data`` to two domains, every fault found before anything is written."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recipes import _checked
from recipes._data import reading_options
from recipes._images import channels_of, fit_of, unused
from recipes._judged import images_to_judge_by
from recipes._sample import sample_products_or
from zoo.command_line import say
from zoo.data.layouts.image_layouts import look_for_domains
from zoo.data.sets.image_set import BadImage, ImageSet

if TYPE_CHECKING:
    from zoo.data.pipeline.sources import DomainSource

Root = Path | tuple[Path, Path]


@dataclass(frozen=True)
class PreparedDomains:
    """Images of two domains, A and B, that were found, checked and split.

    Attributes:
        root: the folder they come from, or the two folders.
        found, training, held_out: as in ``PreparedImages``, of A and of B.
        judged: what the classifier that judges learns from; see ``images_to_judge_by``.
        where: the restrictions that were asked for.
        asked: how many of each domain were to be held out.
        on_bad, bad, description: as in ``PreparedImages``.
    """

    root: Root
    found: tuple[ImageSet, ImageSet]
    training: tuple[ImageSet, ImageSet]
    held_out: tuple[ImageSet, ImageSet]
    judged: ImageSet
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
    def channels(self) -> tuple[int, int]:
        """Of the images of A and of B; see ``PreparedImages``."""
        return channels_of(self.found[0]), channels_of(self.found[1])

    @property
    def fit(self) -> str:
        """How images of another aspect are fitted: "pad" or "crop"."""
        return fit_of(self.found[0])

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

    Other arguments as ``zoo.data.layouts.image_layouts.look_for_domains``; without ``root`` the sample
    products.

    Raises:
        UserError: for whatever is wrong with the data.
    """
    _checked.check_held_out(held_out, "image of each domain")
    if not isinstance(root, tuple):
        root = sample_products_or(root)
    domains = look_for_domains(root, a, b, attribute, layout, where)
    description = _describe(domains.both)
    _checked.say(description)
    usable, bad = [], []
    for images in domains.both:
        kept, unreadable, lost = _checked.usable(images, on_bad)
        usable.append(kept)
        bad += [image for image in unreadable if image not in bad]
        description += lost
    if held_out is None:
        held_out = min(_checked.number_held_out(None, len(images), images.test_images) for images in usable)
    training, measured = zip(*(images.split(held_out, seed) for images in usable), strict=True)
    counts = (" and ".join(f"{len(images):,}" for images in part) for part in (training, measured))
    left = unused(usable, [*training, *measured])
    say("split: {} images to train on, {} held out".format(*counts) + left)
    judged, unreadable, lines = images_to_judge_by(training, measured, domains.others, on_bad)
    bad += [image for image in unreadable if image not in bad]
    return PreparedDomains(
        root,
        tuple(usable),
        training,
        measured,
        judged,
        tuple(where),
        held_out,
        on_bad,
        bad,
        description + lines,
    )


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
    from zoo.data.pipeline.sources import DomainSource

    options = reading_options(data.on_bad, size, cache_mib, crop, {"fit": fit_of(both[0]), **augmentation})
    return DomainSource(*both, crop or size, channels=channels, **options)


def _describe(found: tuple[ImageSet, ImageSet]) -> list[str]:
    attribute = found[0].attributes[0]
    lines = [found[0].describe()[0]]
    for side, images, value in zip(("from", "to"), found, attribute.values, strict=True):
        lines.append(f"{side}: {attribute.name} {value}, images: {images.counted()}")
    return [*lines, *dict.fromkeys(note for images in found for note in images.notes)]
