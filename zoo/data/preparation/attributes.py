"""The attributes that a data set is about, where none are named."""

from collections.abc import Mapping

from zoo.data.layouts.registry import layout
from zoo.data.layouts.shared.labelled_images import LabelledImages
from zoo.data.selection.attributes import say_names
from zoo.data.sets.image_set import ImageSet
from zoo.errors import UserError


def default_attributes(
    images: LabelledImages, defaults: Mapping[str, tuple[str, ...]], needed: bool = True
) -> tuple[str, ...]:
    """Attributes of a data set where none are named.

    Args:
        images: what the data set has.
        defaults: layout → attributes that are taken, as far as the data has them. Other layouts
            have those of ``Layout.attributes``.
        needed: whether there must be an attribute.

    Raises:
        UserError: there are none, and they are needed.
    """
    candidates = defaults.get(images.layout, layout(images.layout).attributes)
    known = tuple(
        name
        for name in candidates
        if (column := name.partition(":")[0]) in images.columns and images.columns[column]().values
    )
    if needed and not known:
        names = say_names(images.columns)
        choices = f"one or more of {names}" if images.columns else "the images have none"
        raise UserError(
            f"`attributes`: nothing says which {images.root} is about; give `attributes` NAME ({choices})"
        )
    return known


def need_two_values(images: ImageSet) -> None:
    """Raise ``UserError`` if an attribute has not just two values, which a slider needs."""
    for attribute in images.attributes:
        if len(attribute.values) != 2:
            values = ", ".join(attribute.values)
            raise UserError(
                f"`attributes` {attribute.name}: has {len(attribute.values)} values ({values}); name the two "
                "that the slider goes between, as "
                f"{attribute.name}:{attribute.values[0]}:{attribute.values[-1]}"
            )
