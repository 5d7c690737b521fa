"""A folder for each value of one attribute, ``class``; also in splits, or with splits in it."""

from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.class_images import images_of_classes, why_of_splits
from zoo.data.layouts.shared.image_tree import check_training, named_folders
from zoo.data.layouts.shared.labelled_images import CLASS, LabelledImages
from zoo.errors import UserError


def evidence(folder: DataFolder) -> str | None:
    """Whether the folders in it are those of classes."""
    return _why(folder) if folder.tree.has_classes else None


def read(folder: DataFolder) -> LabelledImages:
    """Images in a folder each class, or in splits of a folder each class.

    Raises:
        UserError: there are no such folders, none to train on, or data sets in their place.
    """
    tree = folder.tree
    if not any("/" in name for name in tree.names):
        raise UserError(f"{tree.root} has no folders in it, one a class: make them, or give another `layout`")
    check_training(tree)
    if sets := tree.parts.sets:
        raise UserError(
            f"{tree.root} holds {named_folders([f'{name}/' for name in sets])}, with two domains in each: "
            f"give one, such as {tree.root / sets[0]}"
        )
    return images_of_classes(tree.root, tree.listing, tree.parts.parts, tree.parts.values, _why(folder))


def _why(folder: DataFolder) -> str:
    return why_of_splits(folder.tree) or "there is a folder for each class"


LAYOUT = Layout(
    "classes",
    "a folder for each value of one attribute, `class`",
    images=Reader(evidence, read, by_folders=True),
    attributes=(CLASS,),
)
