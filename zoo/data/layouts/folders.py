"""VITON, CP-VTON and VITON-HD: ``cloth/``, ``image/`` and ``pairs.txt``."""

from pathlib import Path

from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.pair_texts import (
    dress_code_lists,
    existing,
    not_listed,
    pair_lines,
    pairs_files,
    read_lists,
    split_of,
)
from zoo.data.named_files import NamedFiles
from zoo.data.sets.pair_set import PairSet
from zoo.errors import UserError


def evidence(folder: DataFolder) -> str | None:
    """Whether a list of pairs is there that is not Dress Code's."""
    root = folder.path
    lists = pairs_files(root)
    dress_code = dress_code_lists(root) and not (root / "cloth").is_dir()
    return f"{lists[0].name} is there" if lists and not dress_code else None


def read(folder: DataFolder) -> PairSet:
    """The pairs of ``pairs.txt``, cloth/ and image/; those of a list for testing are held out.

    Raises:
        UserError: a list, a folder or an image is missing, or a list is malformed.
    """
    root = folder.path
    lists = pairs_files(root)
    if not lists:
        folders = [name for name in ("image/", "cloth/") if (root / name).is_dir()]
        raise UserError(
            f"{root} has {' and '.join(folders) or 'no image/ and cloth/'} but no pairs.txt: write one, with "
            "a line 'person.jpg cloth.jpg' a pair, or give another `layout`"
        )

    def prefixes(path: Path) -> tuple[str, str]:
        part = split_of(path)
        prefix = f"{part}/" if part and (root / part / "cloth").is_dir() else ""
        for name in ("cloth", "image"):
            if not (root / prefix / name).is_dir():
                raise UserError(
                    f"{path} is there, but the folder {root / prefix / name} is not: put the images there"
                )
        return f"{prefix}cloth/", f"{prefix}image/"

    files = NamedFiles(root)

    def pairs(path: Path) -> list[tuple[str, str]]:
        return existing(path, "line", files, [line[:3] for line in pair_lines(path)], prefixes(path))

    listed, (trained,) = read_lists(root, lists, pairs)
    not_listed(files, listed, trained.name)
    cloth, image = prefixes(trained)
    why = f"{trained.name} is there, with {cloth} and {image}"
    return listed.pair_set("folders", root, why, ("product photo (cloth)", "photo of a person (image)"))


def explain(folder: DataFolder) -> None:
    """Raise ``UserError`` if ``cloth/`` or ``image/`` is there, and no list."""
    if (folder.path / "cloth").is_dir() or (folder.path / "image").is_dir():
        read(folder)


LAYOUT = Layout(
    "folders",
    "`cloth/`, `image/`, and `pairs.txt` or `*_pairs.txt` with a line `person cloth` a pair (VITON, CP-VTON, "
    "VITON-HD; product → person)",
    pairs=Reader(evidence, read, explain=explain, expects="pairs.txt with cloth/ and image/"),
)
