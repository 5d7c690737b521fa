"""CelebA, as its authors, Kaggle and StarGAN's repository lay it out."""

from pathlib import Path

from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.attribute_lists import read_attribute_table, read_attribute_text
from zoo.data.layouts.shared.attributed_images import PARTITION, attributed_images
from zoo.data.layouts.shared.labelled_images import LabelledImages
from zoo.errors import UserError

LIST = "list_attr_celeba"
IMAGES = "img_align_celeba"
_FOLDERS = (
    *(IMAGES, f"{IMAGES}/{IMAGES}", f"Img/{IMAGES}", f"{IMAGES}_png", f"Img/{IMAGES}_png"),
    *("img_celeba", "Img/img_celeba", "images", "."),
)


def evidence(folder: DataFolder) -> str | None:
    """Whether CelebA's list of attributes is there."""
    name = _first(folder.path, LIST, "Anno")
    return None if name is None else f"{name} is there"


def read(folder: DataFolder) -> LabelledImages:
    """The images of CelebA's list of attributes.

    What its list of partitions does not train on is for testing.

    Raises:
        UserError: a file or folder is missing or malformed.
    """
    root = folder.path
    name = _first(root, LIST, "Anno")
    if name is None:
        raise UserError(f"{root} has no {LIST}.txt: put it there, or give another `layout`")
    path = root / name
    listed = (read_attribute_table if path.suffix == ".csv" else read_attribute_text)(path)
    partition = _first(root, PARTITION, "Eval")
    return attributed_images(
        "celeba", root, listed, _FOLDERS, None if partition is None else root / partition
    )


def _first(root: Path, stem: str, folder: str) -> str | None:
    names = (f"{where}{stem}.{ending}" for where in ("", f"{folder}/") for ending in ("txt", "csv"))
    return next((name for name in names if (root / name).is_file()), None)


LAYOUT = Layout(
    "celeba",
    "`list_attr_celeba.txt` or Kaggle's `.csv`, and `img_align_celeba/`: yes-or-no attributes",
    images=Reader(evidence, read),
    fit="crop",  # as papers on faces do
)
