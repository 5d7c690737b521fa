"""Reads the idx files of MNIST and the like, plain or compressed with gzip.

Two zero bytes, a type (8: uint8), the number of dimensions, each dimension as a big-endian uint32,
then the values, the last dimension fastest (yann.lecun.com/exdb/mnist).
"""

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from zoo.errors import UserError
from zoo.io.limits import IDX_BYTES, IDX_RATIO

_UINT8 = 8
_READS = 1_000_000  # of some 8 KB each
_BLANK = 1 << 16  # values that may be compressed as far as they can be


class _Counted:
    """A file for gzip, which reads the name in its header byte by byte, however long that is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._reads = file, _READS

    def read(self, size: int = -1) -> bytes:
        self._reads -= 1
        if self._reads < 0:
            raise OSError("its header does not end")
        return self._file.read(size)


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """Values of a file: uint8, with that many dimensions.

    Raises:
        UserError: it cannot be read, is not such a file, or is longer or shorter than it says.
    """
    packed = path.suffix == ".gz"
    try:
        if not path.is_file():
            raise UserError(f"{path}: is not a regular file; put an idx file there")
        size = path.stat().st_size
        most = _BLANK + IDX_RATIO * size if packed else size
        with path.open("rb") as stored, gzip.GzipFile(fileobj=_Counted(stored)) if packed else stored as file:
            start = file.read(4)
            sizes = file.read(4 * dimensions)
            if start != bytes((0, 0, _UINT8, dimensions)) or len(sizes) < 4 * dimensions:
                begins = (start + sizes)[:8].hex(" ") or "nothing"
                raise UserError(
                    f"{path}: no idx file of bytes in {dimensions} dimensions (it begins with {begins}); "
                    "fetch it again"
                )
            shape = tuple(np.frombuffer(sizes, ">u4").tolist())
            promised = math.prod(shape)
            if math.prod(max(side, 1) for side in shape) > IDX_BYTES:  # an empty array may have any width
                sizes = " × ".join(map(str, shape))
                raise UserError(
                    f"{path}: its header promises {sizes} bytes, and the limit is {IDX_BYTES:,}; fetch it "
                    "again, or make it smaller"
                )
            if promised > most:
                raise UserError(
                    f"{path}: its header promises {promised:,} bytes, and a file of {size:,} bytes holds "
                    f"{most:,} at most; fetch it again{', or unpack it' if packed else ''}"
                )
            values = file.read(promised + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: cannot be read ({error}); fetch it again") from error
    if len(values) != promised:
        follows = "more follow" if len(values) > promised else f"{len(values):,} follow"
        raise UserError(f"{path}: its header promises {promised:,} bytes and {follows}; fetch it again")
    return np.frombuffer(values, np.uint8).reshape(shape)
