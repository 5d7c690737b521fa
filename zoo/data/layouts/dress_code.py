"""Dress Code: ``images/`` and lists of pairs, in a folder or in each of its categories'."""

from pathlib import Path

from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.pair_texts import (
    CATEGORIES,
    dress_code_lists,
    existing,
    not_listed,
    pair_lines,
    read_lists,
)
from zoo.data.named_files import NamedFiles
from zoo.data.sets.pair_set import PairSet
from zoo.errors import UserError


def evidence(folder: DataFolder) -> str | None:
    """Whether the folder is Dress Code's, or one of its categories'."""
    lists = dress_code_lists(folder.path)
    return "images/ and a list of pairs are there" if lists and not (folder.path / "cloth").is_dir() else None


def read(folder: DataFolder) -> PairSet:
    """The pairs of Dress Code: garment ``images/X_1.jpg`` and person ``images/X_0.jpg`` of each category.

    Raises:
        UserError: a list or an image is missing, or a list is malformed.
    """
    root = folder.path
    lists = dress_code_lists(root)
    if not lists:
        raise UserError(
            f"{root} has no images/ with a train_pairs.txt, nor have {', '.join(CATEGORIES)} in it: give "
            "Dress Code's folder, or another `layout`"
        )
    files = NamedFiles(root)

    def pairs(path: Path) -> list[tuple[str, str]]:
        lines = list(pair_lines(path))
        if (path.parent / "images").is_dir():
            inner = path.parent.relative_to(root).as_posix()
            prefix = "images/" if inner == "." else f"{inner}/images/"
            return existing(path, "line", files, [line[:3] for line in lines], (prefix, prefix))
        placed = []  # a list of all categories, whose third column may name them by number
        for number, garment, person, category in lines:
            known = CATEGORIES if category is None else CATEGORIES[int(category) :][:1]
            holding = [name for name in known if garment in files.files(f"{name}/images")]
            prefix = f"{(holding or known or CATEGORIES)[0]}/images/"
            placed.append((number, prefix + garment, prefix + person))
        return existing(path, "line", files, placed, ("", ""))

    listed, trained = read_lists(root, lists, pairs)
    where = " and ".join(path.relative_to(root).as_posix() for path in trained)
    why = f"{where} {'are' if len(trained) > 1 else 'is'} there, with images/"
    not_listed(files, listed, where)
    return listed.pair_set("dress-code", root, why, ("product photo (garment)", "photo of a person"))


LAYOUT = Layout(
    "dress-code",
    "`images/` and `train_pairs.txt`, or `upper_body/`, `lower_body/` and `dresses/` with these (product → "
    "person)",
    pairs=Reader(evidence, read, expects="train_pairs.txt with images/"),
)
