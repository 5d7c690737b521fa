"""Images that hold both halves of a pair, side by side."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import UnreadableImage, image_size
from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.pair_list import PairList, held_out_note
from zoo.data.layouts.shared.split_folders import is_test
from zoo.data.listing import folders_in, list_images
from zoo.data.sets.file_set import LOOKED_AT
from zoo.data.sets.pair_set import PairSet, half
from zoo.data.sets.rejections import files_left_out, passed_over
from zoo.errors import UserError


def evidence(folder: DataFolder) -> str | None:
    """Whether some of the images, evenly spaced, are twice as wide as high."""
    root = folder.path
    names, _ = _wide_images(root)
    if not names or _odd_one(_some(root, names)) is not None:
        return None
    return f"the images in {root / names[0].rpartition('/')[0]} are twice as wide as high"


def read(folder: DataFolder) -> PairSet:
    """Pairs that are two squares side by side in one image: in the folder, or in its splits.

    Raises:
        UserError: there are none, or one that is looked at is of another shape.
    """
    root, listing = folder.path, folder.tree.listing
    training, test = _wide_images(root)
    if not training:
        testing = ", but images for testing: add train/, or give that folder itself" if test else ""
        also = "".join(f"; {note}" for note in listing.notes())
        raise UserError(
            f"{root} has no images{testing or ', nor has a folder train/ in it'}{also}"
            f"{'' if testing else ': give a folder of images'}"
        )
    if (odd := _odd_one(_some(root, training))) is not None:
        half(odd, image_size(odd))
    held = test if _odd_one(_some(root, test)) is None else []
    listed = PairList()
    listed.add([(name, name) for name in training])
    listed.add([(name, name) for name in held], test=True)
    if held:
        listed.notes.append(held_out_note(" and ".join(_folders(held)), len(held)))
    used = {*training, *held}
    if beside := [name for name in listing.names if name not in used]:
        listed.notes.append(_beside_note(beside))
        listed.rejected += files_left_out(root, beside, "not in the folder of the pairs", "folder")
    listed.notes += listing.notes()
    listed.rejected += passed_over(root, listing)
    folders = _folders(training) if "/" in training[0] else [str(root)]
    why = f"the images in {' and '.join(folders)} are twice as wide as high"
    return listed.pair_set("side-by-side", root, why, ("left half", "right half"), halves=True)


def explain(folder: DataFolder) -> None:
    """Raise ``UserError`` if there are images of another shape."""
    names, _ = _wide_images(folder.path)
    if (odd := _odd_one(_some(folder.path, names))) is not None:
        height, width = image_size(odd)
        raise UserError(
            f"{odd} is {height}×{width} (height × width), so the images are not two squares side by side, "
            "and there is no data.csv and no pairs.txt: see zoo/data/layouts for those that are known"
        )


def _wide_images(root: Path) -> tuple[list[str], list[str]]:
    """Names of the images to train on, and of those for testing: in a folder itself, or in its splits."""
    here = [(name, is_test(name)) for name in folders_in(root)]
    inner = {
        test: [f"{f}/{name}" for f, t in here if t is test for name in list_images(root / f).names]
        for test in (False, True)
    }
    return inner[False] or list_images(root, below=False).names, inner[True]


def _some(root: Path, names: Sequence[str]) -> list[Path]:
    """Paths of a few of the names, evenly spaced."""
    return [root / names[i] for i in evenly_spaced(len(names), LOOKED_AT)]


def _odd_one(paths: Iterable[Path]) -> Path | None:
    """The first image that is not two squares side by side; one that cannot be read passes."""
    for path in paths:
        try:
            height, width = image_size(path)
        except UnreadableImage:
            continue  # ``check`` names it
        if width != 2 * height:
            return path
    return None


def _folders(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(f"{name.partition('/')[0]}/" for name in names))


def _beside_note(names: Sequence[str]) -> str:
    counts = Counter(name.rpartition("/")[0] for name in names)
    unused = (f"{count:,} images {f'in {name}/' if name else 'beside'}" for name, count in counts.items())
    return f"not used: {', '.join(unused)}"


LAYOUT = Layout(
    "side-by-side",
    "images twice as wide as high (left half → right half)",
    pairs=Reader(evidence, read, explain=explain, expects="images twice as wide as high"),
)
