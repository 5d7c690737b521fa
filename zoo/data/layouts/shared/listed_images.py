"""The images that a list names, found in the folder that holds them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoo.data.file_kinds import is_image
from zoo.data.images import SUFFIXES
from zoo.data.listing import list_images
from zoo.data.named_files import NamedFiles, caseless
from zoo.data.sets.rejections import Rejections, files_left_out, passed_over
from zoo.errors import UserError


@dataclass(frozen=True)
class Located:
    """Where the images of a list are.

    Attributes:
        names: object (M,) of str, of the images that are there, relative to the root.
        present: bool (N,), which of the list's they are.
        notes: how many are missing, and how many the list does not name.
        rejected: which those are.
    """

    names: np.ndarray
    present: np.ndarray
    notes: list[str]
    rejected: tuple[Rejections, ...]


def locate(
    root: Path, folders: Sequence[str], names: Sequence[str], listed_in: Path, within: str = ""
) -> Located:
    """Find the images that a list names.

    Args:
        root: the folder of the data set.
        folders: where they may be, relative to ``root``; the first that holds one of them is taken.
        names: as the list has them, relative to such a folder; their ending may be missing or another.
        listed_in: the list, for messages.
        within: a folder below those, that holds all images.

    Raises:
        UserError: no image is there, or a name leaves the folder or could mean several files.
    """
    tried = [folder for folder in folders if (root / folder / within).is_dir()]
    for folder in tried:
        files = _find(root / folder, names, listed_in)
        present = np.array([name is not None for name in files], bool)
        if present.any():
            prefix = "" if folder == "." else f"{folder}/"
            kept = np.array([prefix + name for name in files if name is not None], object)
            missing = [prefix + names[i] for i in np.flatnonzero(~present)]
            return _located(root, prefix + within, kept, present, missing, listed_in)
    expected = next((folder for folder in tried if folder != "."), folders[0])
    raise UserError(
        f"{root / expected / within} holds none of the {len(names):,} images of {listed_in}: put them there"
    )


def _find(folder: Path, names: Sequence[str], listed_in: Path) -> list[str | None]:
    files = NamedFiles(folder)
    stems: dict[str, dict[str, list[str]]] = {}

    def find(name: str) -> str | None:
        try:
            if (file_name := files.find(name)) is not None:
                return file_name
        except ValueError:
            raise UserError(
                f"{listed_in} names {name[:120]!r}, which is not a file inside {folder}: fix the list"
            ) from None
        above, _, file = name.replace("\\", "/").rpartition("/")
        if above not in stems:
            stems[above] = _by_stem(files, above)
        alike = stems[above].get(caseless(_stem(file)), [])
        if len(alike) > 1:
            raise UserError(f"{folder / above}: {file!r} may be {' or '.join(alike[:2])}: remove one of them")
        return files.find(f"{above}/{alike[0]}" if above else alike[0]) if alike else None

    return [find(name) for name in names]


def _by_stem(files: NamedFiles, folder: str) -> dict[str, list[str]]:
    stems: dict[str, list[str]] = {}
    for name in sorted(filter(is_image, files.files(folder))):
        stems.setdefault(caseless(_stem(name)), []).append(name)
    return stems


def _stem(name: str) -> str:
    stem, ending = os.path.splitext(name)
    return stem if ending.lower() in SUFFIXES else name


def _located(
    root: Path, folder: str, kept: np.ndarray, present: np.ndarray, missing: list[str], listed_in: Path
) -> Located:
    """What is there, with notes on what is not and on what the list does not name."""
    listing = list_images(root / folder)
    notes, shown = [], folder.rstrip("/") + "/" if folder else f"{root.name}/"
    prefix = folder.rstrip("/") + "/" if folder else ""
    if missing:
        notes.append(f"left out: {len(missing):,} of {listed_in.name} whose image is not in {shown}")
    rejected = files_left_out(root, missing, f"{listed_in.name} lists it, and there is no such file", "list")
    known = set(kept)
    if unlisted := [name for each in listing.names if (name := prefix + each) not in known]:
        things = "image" if len(unlisted) == 1 else "images"
        notes.append(f"not used: {len(unlisted):,} {things} in {shown} that {listed_in.name} does not name")
    rejected += files_left_out(root, unlisted, f"{listed_in.name} does not list it", "list")
    rejected += passed_over(root / folder, listing)
    return Located(kept, present, notes + listing.notes(), rejected)
