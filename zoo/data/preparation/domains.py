"""From a folder to two domains ready for training; all faults are found before anything is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo.data.preparation.checking import check_and_split, check_held_out
from zoo.data.preparation.evaluator_images import images_to_learn_from
from zoo.data.preparation.images import channels_of, fit_of
from zoo.data.preparation.prepared import Prepared
from zoo.data.sample_catalogue.defaults import sample_products_or
from zoo.data.selection.domains import find_domains
from zoo.data.sets.file_set import BadImage
from zoo.data.sets.image_set import ImageSet
from zoo.data.sets.rejections import Rejection
from zoo.listener import SILENT, Listener


@dataclass(frozen=True, kw_only=True)
class PreparedDomains(Prepared):
    """Images of two domains, A and B, that were recognised, checked and split.

    Attributes:
        usable, training, held_out: an ``ImageSet`` of A and one of B, each.
        evaluator_images: what an attribute evaluator of the two learns from; see
            ``images_to_learn_from``.
        unreadable_others: images of other values that were left out of these because they cannot be
            read; they are in ``bad`` too.
        where: the restrictions that were asked for.
    """

    usable: tuple[ImageSet, ImageSet]
    training: tuple[ImageSet, ImageSet]
    held_out: tuple[ImageSet, ImageSet]
    evaluator_images: ImageSet
    unreadable_others: list[BadImage]
    where: tuple[str, ...]

    @property
    def attribute(self) -> str:
        """Name of the attribute that tells the domains apart, "class" for folders."""
        return self.usable[0].attributes[0].name

    @property
    def names(self) -> tuple[str, str]:
        """Names of A and of B: values of the attribute, or of the folders."""
        return self.usable[0].attributes[0].values

    @property
    def channels(self) -> tuple[int, int]:
        """Of the images of A and of B; see ``PreparedImages``."""
        return channels_of(self.usable[0]), channels_of(self.usable[1])

    @property
    def fit(self) -> str:
        """How images of another aspect are fitted: "pad" or "crop"."""
        return fit_of(self.usable[0])

    def rejected(self) -> Iterator[Rejection]:
        """As ``Prepared.rejected``; also the unreadable images of other values, for the evaluator."""
        yield from super().rejected()
        for image in self.unreadable_others:
            yield Rejection(image.path, "", image.reason, "checking")

    def _selection(self) -> dict[str, Any]:
        return {
            "attribute": self.attribute,
            "from": self.names[0],
            "to": self.names[1],
            "where": list(self.where),
            "domains": {
                side: {"name": name, "images": len(images)}
                for side, name, images in zip("ab", self.names, self.usable, strict=True)
            },
        }


def prepare_domains(
    root: Path | str | tuple[Path | str, Path | str] | None = None,
    a: str | None = None,
    b: str | None = None,
    attribute: str | None = None,
    where: tuple[str, ...] = (),
    layout: str = "auto",
    held_out: int | None = None,
    on_bad: str = "error",
    seed: int = 0,
    listener: Listener = SILENT,
) -> PreparedDomains:
    """Find, check and split the images of two domains; without ``root`` those of the sample products.

    Args:
        root, a, b, attribute, where, layout: as in ``zoo.data.find_domains``.
        held_out: how many images of each domain to hold out; by default what the data keeps for
            testing, or else a tenth, 200 at most.
        on_bad: what to do at an unreadable image: "error", or "skip" to leave it out.
        seed: of the split.
        listener: receives what the data was taken for, and progress.

    Raises:
        UserError: for any fault in the data.
    """
    check_held_out(held_out, "image of each domain")
    two = isinstance(root, tuple | list)
    root = tuple(map(Path, root)) if two else sample_products_or(root, listener)
    domains = find_domains(root, a, b, attribute, layout, where)
    description = _describe(domains.both)
    listener.say(description)
    split = check_and_split(domains.both, held_out, on_bad, seed, listener)
    evaluator_images, bad, lines = images_to_learn_from(
        split.training, split.held_out, domains.others, on_bad, listener
    )
    unreadable_others = [image for image in bad if image not in split.bad]
    return PreparedDomains(
        root=root,
        usable=split.usable,
        training=split.training,
        held_out=split.held_out,
        evaluator_images=evaluator_images,
        unreadable_others=unreadable_others,
        where=tuple(where),
        number_held_out=split.number_held_out,
        on_bad=on_bad,
        bad=split.bad + unreadable_others,
        description=[*description, *split.lines, *lines],
    )


def _describe(both: tuple[ImageSet, ImageSet]) -> list[str]:
    attribute = both[0].attributes[0]
    lines = [both[0].describe()[0]]
    for side, images, value in zip(("from", "to"), both, attribute.values, strict=True):
        lines.append(f"{side}: {attribute.name} {value}, images: {images.counted()}")
    return [*lines, *dict.fromkeys(note for images in both for note in images.notes)]
