"""What a layout is: one of the ways in which people arrange images in folders."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from zoo.data.layouts.shared.image_tree import Tree, tree_of
from zoo.data.layouts.shared.labelled_images import LabelledImages
from zoo.data.sets.pair_set import PairSet

T = TypeVar("T")


class DataFolder:
    """A folder as layouts look at it: its images are listed once, when they are first asked for.

    Args:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def tree(self) -> Tree:
        """The images in the folder and below it.

        Raises:
            UserError: a folder cannot be read.
        """
        return tree_of(self.path)


@dataclass(frozen=True)
class Reader(Generic[T]):
    """How a layout is recognised and read.

    Attributes:
        evidence: folder → what shows the layout in it, such as "data.csv is there"; None if nothing does.
        read: folder → what it holds. Raises ``UserError`` if something is missing or malformed.
        by_folders: the layout has neither a list nor its own name. It is taken only if no other is
            recognised, and the first such layout with evidence is the one.
        explain: raises ``UserError`` for a folder that is nearly in this layout, to say what is wrong;
            called only if no layout is recognised.
        expects: what a folder in this layout has, in a few words, for that message.
    """

    evidence: Callable[[DataFolder], str | None]
    read: Callable[[DataFolder], T]
    by_folders: bool = False
    explain: Callable[[DataFolder], None] | None = None
    expects: str = ""


@dataclass(frozen=True)
class Layout:
    """A layout, which gives pairs, labelled images, or both.

    Attributes:
        name: what ``layout`` calls it; its file has this name, with ``_`` for ``-``.
        holds: what the folder holds, for the documentation and for messages.
        pairs: how it is read as pairs, or None.
        images: how it is read as labelled images, or None.
        attributes: what the images are about, where no attributes are named.
        fit: how images of another aspect are fitted: "pad" adds margins, "crop" cuts out the middle.
    """

    name: str
    holds: str
    pairs: Reader[PairSet] | None = None
    images: Reader[LabelledImages] | None = None
    attributes: tuple[str, ...] = ()
    fit: str = "pad"
