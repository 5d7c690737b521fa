"""The user's own images, for golden files and calibration."""

from pathlib import Path

import numpy as np

from export.contract import Exportable
from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import UnreadableImage, fit, read_image
from zoo.data.listing import check_folder, list_images
from zoo.errors import UserError

MOST = 32


def read_pictures(folder: Path, source: Exportable) -> dict[str, np.ndarray]:
    """Some of a folder's images, at the size of training with white margins: uint8 by domain.

    Raises:
        UserError: there are none, or one cannot be read.
    """
    check_folder(folder, "pictures")
    listing = list_images(folder)
    if not listing.names:
        notes = "".join(f"; {note}" for note in listing.notes())
        raise UserError(f"`pictures` {folder}: it holds no image{notes}; name a folder of JPEG or PNG files")
    chosen = [folder / listing.names[index] for index in evenly_spaced(len(listing.names), MOST)]
    try:
        return {
            port.domain: np.stack([fit(read_image(file, port.shape[3]), source.size) for file in chosen])
            for port in source.pictures
        }
    except UnreadableImage as error:
        raise UserError(f"`pictures`: {error}; take it out of the folder") from None
