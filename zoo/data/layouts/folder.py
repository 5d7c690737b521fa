"""Images in a folder and in those below it, without attributes."""

import numpy as np

from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.image_tree import check_training, folders_for_testing
from zoo.data.layouts.shared.labelled_images import LabelledImages, held_out_note
from zoo.data.layouts.shared.split_folders import sides
from zoo.data.sets.rejections import passed_over
from zoo.errors import UserError

_WHY = "it holds images and no labels"


def evidence(folder: DataFolder) -> str:
    """Any folder may be meant."""
    return _WHY


def read(folder: DataFolder) -> LabelledImages:
    """All images in a folder and in those below it.

    Raises:
        UserError: there are none, or none to train on.
    """
    tree = folder.tree
    if not tree.names:
        also = "".join(f"; {note}" for note in tree.listing.notes())
        raise UserError(
            f"{tree.root} has no images, nor have the folders in it{also}: give a folder of images"
        )
    check_training(tree)
    test = np.array(sides(tree.names), bool)
    where = folders_for_testing(tree.parts.parts, tree.parts)
    notes = [held_out_note(where, test)] if test.any() else []
    return LabelledImages(
        "folder", tree.root, np.array(tree.names, object), {}, _WHY, [*notes, *tree.listing.notes()],
        own_test=test if test.any() else None, rejected=passed_over(tree.root, tree.listing),
    )  # fmt: skip


LAYOUT = Layout(
    "folder",
    "images, also in folders, and no attribute",
    images=Reader(evidence, read, by_folders=True),
)
