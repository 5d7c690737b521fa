"""Reads CelebA's list of attributes: a count, the names of the attributes, then a line an image."""

import csv
import io
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from zoo.data.text import read_text
from zoo.errors import UserError


def read_celeba_attributes(path: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Names of the images, and for each attribute whether an image has it.

    Returns:
        names: object (N,) of str, as they are written.
        has: attribute → bool (N,), in the file's order.

    Raises:
        UserError: another format, a value other than 1 and -1, or more or fewer lines than it says.
    """
    count, names, rest = ([*read_text(path).split("\n", 2), "", ""])[:3]
    attributes = names.split()
    if not (count.strip().isascii() and count.strip().isdigit()):
        raise UserError(
            f"{path}: line 1 is {count.strip()[:40]!r}; it must be the number of images, as CelebA's"
        )
    if not attributes or len(set(attributes)) < len(attributes):
        raise UserError(f"{path}: line 2 must name the attributes, each once")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
            rows = pd.read_csv(
                io.StringIO(rest), sep=r"\s+", header=None, names=range(1 + len(attributes)), dtype=str,
                na_filter=False, quoting=csv.QUOTE_NONE, index_col=False,
            ).fillna("")  # fmt: skip
    except (ValueError, pd.errors.ParserWarning) as error:
        detail = str(error).replace("\n", " ").removeprefix("Error tokenizing data. C error: ")
        raise UserError(
            f"{path}: not a name and {len(attributes)} values in each line ({detail.strip()[:120]}); "
            "fetch it again"
        ) from error
    images = rows[0].to_numpy(object)
    has = {}
    for place, attribute in enumerate(attributes, 1):
        values = rows[place]
        has[attribute] = (values == "1").to_numpy()
        wrong = ~has[attribute] & (values != "-1").to_numpy()
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            raise UserError(
                f"{path}: {attribute} of {images[first][:80]!r} is {values[first][:40]!r}; it must be 1 or -1"
            )
    if len(images) != int(count):
        raise UserError(
            f"{path}: line 1 says {int(count):,} images and {len(images):,} follow; fetch it again"
        )
    return images, has
