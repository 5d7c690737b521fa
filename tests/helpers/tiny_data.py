"""Tiny data sets, and Python in a separate process."""

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
TINY = (
    *("--size", "32", "--generator-width", "4", "--discriminator-width", "4", "--batch-size", "2"),
    *("--precision", "float32", "--strategy", "one", "--log-every", "2"),
)


def picture(path: Path, number: int = 0, size: tuple[int, int] = (32, 32)) -> Path:
    """An image of noise, another for each number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(number).integers(0, 256, (*size, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def side_by_side(root: Path, pairs: int = 6) -> Path:
    for i in range(pairs):
        picture(root / f"{i}.jpg", i, (32, 64))
    return root


def folders(root: Path, pairs: int = 6) -> Path:
    for i in range(pairs):
        picture(root / f"cloth/{i}_1.jpg", i)
        picture(root / f"image/{i}_0.jpg", 100 + i)
    (root / "pairs.txt").write_text("".join(f"{i}_0.jpg {i}_1.jpg\n" for i in range(pairs)))
    return root


def catalogue(root: Path, pairs: int = 6) -> Path:
    rows = [f"p{i};tops/{i}.jpg;models/{i}@1.jpg;0;0.5;0.1\n" for i in range(pairs)]
    for i in range(pairs):
        picture(root / f"tops/{i}.jpg", i)
        picture(root / f"models/{i}@1.jpg", 100 + i)
    (root / "data.csv").write_text("id;img_path\n" + "".join(f"{i};tops/{i}.jpg\n" for i in range(pairs)))
    (root / "pairs.csv").write_text("id;product;model_shot;cluster;distance;uncertainty\n" + "".join(rows))
    return root


LAYOUTS = {"side-by-side": side_by_side, "folders": folders, "catalogue": catalogue}


def huge_png(path: Path, width: int = 30_000, height: int = 30_000) -> Path:
    """A file of a hundred bytes whose header promises ``width`` by ``height`` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    return path


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def python(*arguments: object, cwd: Path = ROOT, **options) -> subprocess.CompletedProcess:
    """Run Python in a separate process, with this project on its path."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False, **options,
    )  # fmt: skip
