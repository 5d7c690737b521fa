"""Small folders of labelled images in each layout, and the archives of real ones."""

import gzip
import os
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def picture(path: Path, level: int = 0, size: tuple[int, int] = (6, 4)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size[::-1], (level, 0, 0)).save(path)
    return path


def catalogue(root: Path) -> Path:
    """Six products; the reds of their images are 10 times their ids."""
    cells = (
        "tops;red;short",
        "tops;blue;",
        "skirts;red;long",
        "tops;red;long",
        "pants;;long",
        "tops; blue;short",
    )
    for i in range(6):
        picture(root / f"all/{i}.png", 10 * i)
    rows = [f"{i};all/{i}.png;A name {i};{line}" for i, line in enumerate(cells)]
    (root / "data.csv").write_text("\n".join(["id;img_path;name;category;color;length", *rows]) + "\n")
    return root


def celeba(root: Path, text: str | None = None) -> Path:
    for i in range(4):
        picture(root / f"img_align_celeba/{i}.jpg", 10 * i, (12, 10))
    lines = ["4", "Smiling Male Hat ", "0.jpg -1  1 -1", "1.jpg  1  1 -1", "2.jpg  1 -1 -1", "3.jpg -1 -1 -1"]
    (root / "list_attr_celeba.txt").write_text("\n".join([*lines, ""]) if text is None else text)
    return root


def deepfashion(root: Path, annotations: str = "Anno") -> Path:
    """Three images; the last one's file is missing. 0 is "not known" there."""
    for i in range(2):
        picture(root / f"img/Some_Blouse/img_{i}.jpg", 10 * i)
    folder = root / annotations
    folder.mkdir(parents=True)
    names = [f"img/Some_Blouse/img_{i}.jpg" for i in range(3)]
    (folder / "list_attr_cloth.txt").write_text(
        "2\nattribute_name  attribute_type\na-line   3\nabstract print  1\n"
    )
    rows = [f"{name}   {values}\n" for name, values in zip(names, ("1 -1", "-1  0", " 1  1"), strict=True)]
    (folder / "list_attr_img.txt").write_text("3\nimage_name  attribute_labels\n" + "".join(rows))
    (folder / "list_category_cloth.txt").write_text(
        "3\ncategory_name  category_type\nTee 1\nSkirt 2\nCape 3\n"
    )
    rows = [f"{name}   {number}\n" for name, number in zip(names, (2, 1, 3), strict=True)]
    (folder / "list_category_img.txt").write_text("3\nimage_name  category_label\n" + "".join(rows))
    return root


def styles(root: Path) -> Path:
    """The last row's image is missing, and its name has a comma without quotes."""
    for i in range(3):
        picture(root / f"images/{i}.jpg", 10 * i)
    names = ("Shirt", '"Jeans, blue"', "Shoes", "Belt, brown, long")
    rows = [
        f"{i},{'Apparel' if i < 2 else ''},{colour},{names[i]}"
        for i, colour in enumerate(("Red", "Blue", "Red", "Tan"))
    ]
    (root / "styles.csv").write_text(
        "\n".join(["id,masterCategory,baseColour,productDisplayName", *rows]) + "\n"
    )
    return root


def classes(root: Path, **counts: int) -> Path:
    for name, count in (counts or {"tops": 3, "bags": 2}).items():
        for i in range(count):
            picture(root / name / f"{i}.png", 10 * i)
    return root


def write_idx(path: Path, values: np.ndarray) -> None:
    header = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    content = header + values.astype(np.uint8).tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def idx(root: Path, ending: str = ".gz", labels: tuple[int, ...] = (3, 0, 3, 9)) -> Path:
    """Images (4, 5, 3) whose pixels are 0, 1, 2, …"""
    write_idx(root / f"train-images-idx3-ubyte{ending}", np.arange(60).reshape(4, 5, 3))
    write_idx(root / f"train-labels-idx1-ubyte{ending}", np.array(labels))
    return root


def unpacked(name: str, folder: Path, most: int | None = None) -> Path:
    """Folder of a real data set's archive, of its first files only if asked for; skips without it."""
    default = Path(__file__).parents[3] / "shared" / "data"
    archive = Path(os.environ.get("ZOO_DATA", default)) / f"{name}.tar.gz"
    if not archive.is_file():
        pytest.skip(f"no {archive}; set ZOO_DATA to the folder of the test material")
    with tarfile.open(archive) as packed:
        members = packed.getmembers()
        images = [member for member in members if member.name.endswith(".jpg")][:most]
        others = [member for member in members if not member.name.endswith(".jpg")]
        packed.extractall(folder, [*others, *images], filter="data")
    return folder / name
