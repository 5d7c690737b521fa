"""Labelled images as a layout reads them, before it is known which of their attributes are asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo.attributes import UNKNOWN
from zoo.data.sets.rejections import Rejections

if TYPE_CHECKING:
    import pandas as pd

NO_YES = ("no", "yes")
CLASS = "class"
"""Name of the attribute where images have one only: that of folders, and of idx files."""

# Columns that name a product or where it is, and so have a value for each.
NO_ATTRIBUTES = frozenset(
    {"id", "img_path", "img_url", "model_img_urls", "product_url", "name", "attributes", "productDisplayName"}
)


@dataclass(frozen=True)
class Column:
    """An attribute of all images: its values, and the index of each image's value, or ``UNKNOWN``."""

    values: tuple[str, ...]
    codes: np.ndarray


@dataclass(frozen=True)
class LabelledImages:
    """The images in a folder, and all that is known of them.

    Attributes:
        layout, root, why, notes, pixels, own_test, rejected: as in ``ImageSet``.
        names: object (N,) of str.
        columns: attribute → what gives its ``Column``, which takes a while for a million images.
    """

    layout: str
    root: Path
    names: np.ndarray
    columns: Mapping[str, Callable[[], Column]]
    why: str
    notes: list[str] = field(default_factory=list)
    pixels: np.ndarray | None = None
    own_test: np.ndarray | None = None
    rejected: tuple[Rejections, ...] = ()


def text_column(cells: "pd.Series") -> Column:
    """The column of cells of text; spaces around a value do not count, an empty cell is unknown."""
    import pandas as pd  # late: it takes longer to import than all else here

    codes, values = pd.factorize(cells.str.strip(), sort=True)
    if len(values) and values[0] == "":  # sorted, so the empty one is the first
        codes, values = codes - 1, values[1:]
    return Column(tuple(values), np.where(codes < 0, UNKNOWN, codes).astype(np.int32))


def held_out_note(where: str, own_test: np.ndarray) -> str:
    """A line that says which images the data set keeps for testing."""
    return f"held out: {where}, for testing: {int(own_test.sum()):,} images, which are not trained on"
