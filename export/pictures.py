"""Pictures of the user's own that a bundle is tried on."""

from pathlib import Path

import numpy as np

from export.contract import Exportable
from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import UnreadableImage, fit, read_image
from zoo.data.listing import check_folder, list_images
from zoo.errors import UserError

MOST = 32


def read_pictures(folder: Path, source: Exportable) -> dict[str, np.ndarray]:
    """Some of a folder's pictures, at the size of training with white margins: uint8 by domain.

    Raises:
        UserError: there are none, or one cannot be read.
    """
    check_folder(folder, "pictures")
    found = list_images(folder)
    if not found.names:
        said = "".join(f"; {note}" for note in found.notes())
        raise UserError(f"--pictures {folder}: no picture in it{said}; name a folder of JPEG or PNG files")
    chosen = [folder / found.names[place] for place in evenly_spaced(len(found.names), MOST)]
    try:
        return {
            port.domain: np.stack([fit(read_image(file, port.shape[3]), source.size) for file in chosen])
            for port in source.pictures
        }
    except UnreadableImage as error:
        raise UserError(f"--pictures: {error}; take it out of the folder") from None
