"""The images of a list of attributes, and which of them a list of partitions keeps for testing."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from zoo.data.layouts.shared.attribute_lists import AttributeList, read_partition
from zoo.data.layouts.shared.labelled_images import NO_YES, Column, LabelledImages, held_out_note
from zoo.data.layouts.shared.listed_images import locate

PARTITION = "list_eval_partition"

Columns = Mapping[str, Callable[[], Column]]


def attributed_images(
    layout: str,
    root: Path,
    listed: AttributeList,
    folders: Sequence[str],
    partition: Path | None,
    within: str = "",
    more: Callable[[np.ndarray], Columns] = lambda names: {},
) -> LabelledImages:
    """The images that a list names, with its attributes as "no" and "yes".

    Args:
        layout: the layout's name.
        root: the folder of the data set.
        listed: the list.
        folders, within: where the images may be, as in ``locate``.
        partition: the list of partitions, if there is one.
        more: names of the images, as the list has them → more columns, which come first.

    Raises:
        UserError: a file or folder is missing or malformed.
    """
    located = locate(root, folders, listed.names, listed.path, within)
    names = listed.names[located.present]
    own_test, notes = (None, []) if partition is None else _own_test(partition, names)
    columns = {each: partial(_column, listed, each, located.present) for each in listed.attributes}
    return LabelledImages(
        layout,
        root,
        located.names,
        {**more(names), **columns},
        f"{listed.path.relative_to(root).as_posix()} is there",
        [*listed.notes, *notes, *located.notes],
        own_test=own_test,
        rejected=located.rejected,
    )


def _column(listed: AttributeList, attribute: str, present: np.ndarray) -> Column:
    return Column(NO_YES, listed.codes(attribute)[present])


def _own_test(path: Path, names: np.ndarray) -> tuple[np.ndarray | None, list[str]]:
    """Which of the images a list of partitions keeps for testing, bool (N,), and a line that says so.

    None where it keeps none of them, or all: then they are parted as others are.
    """
    for_testing = read_partition(path)
    test = np.array([for_testing.get(name, False) for name in names], bool)
    if not test.any() or test.all():
        side = "for testing" if test.any() else "to train on"
        return None, [f"{path.name}: all of these images are {side}, so some of them are held out at random"]
    return test, [held_out_note(f"val and test in {path.name}", test)]
