"""The two files that ``torch.save`` writes: a ZIP archive since PyTorch 1.6, a row of pickles before.

Both describe the tensors in a pickle and keep their numbers apart from it; what is read of the numbers
is checked against the file's own length first.
"""

import io
import os
import re
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from zoo.errors import UserError
from zoo.io.archives import check_directory
from zoo.io.limits import MODEL_BYTES, PICKLE_BYTES
from zoo.io.paths import LEAVES
from zoo.reference.file_kinds import LEGACY, ZIP, kind_of_archive, kind_of_file
from zoo.reference.pickled import load
from zoo.reference.pickled_objects import Storage

NOT_WHOLE = "not a whole PyTorch file"
Numbers = Callable[[Storage], np.ndarray]
"""Reads a storage's numbers, as they lie in the file; each only once."""


def open_container(file: BinaryIO, name: str) -> tuple[Any, Numbers]:
    """The description in a file of PyTorch's, and what reads the numbers while the file is open.

    Args:
        file: open for reading.
        name: of the file, by whose end some other kinds are known.

    Raises:
        UserError: it is not a PyTorch file (the message says what it is), or too large, or damaged.
    """
    size = file.seek(0, os.SEEK_END)
    if size > MODEL_BYTES:
        raise UserError(f"has {size:,} bytes, where a generator has {MODEL_BYTES:,} at most")
    file.seek(0)
    head = file.read(1024)
    file.seek(0)
    if LEGACY.match(head):
        return _open_legacy(file, size)
    if head.startswith(ZIP):
        return _open_archive(file, size)
    raise UserError(kind_of_file(head, file, size, name))


# --- since PyTorch 1.6


def _open_archive(file: BinaryIO, size: int) -> tuple[Any, Numbers]:
    check_directory(file)
    archive = zipfile.ZipFile(file)
    members = {member.filename: member for member in archive.infolist()}
    folder = _folder(list(members))
    for name, member in members.items():
        if re.search(LEAVES, name.replace("\\", "/")):
            raise UserError(f"its part {name[:60]!r} is not a path inside the file: it looks malicious")
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
            raise UserError("its parts are compressed, which torch.save never does: save it again")
    # Parts that overlap would be more than the file.
    announced = sum(member.file_size for member in members.values())
    if len(members) < len(archive.infolist()) or announced > size:
        raise UserError("its parts are named twice or overlap: it looks malicious")
    description = members[f"{folder}/data.pkl"]
    if description.file_size > PICKLE_BYTES:
        raise UserError(f"its description has more than {PICKLE_BYTES:,} bytes")
    root = load(io.BytesIO(archive.read(description)))
    order = archive.read(f"{folder}/byteorder") if f"{folder}/byteorder" in members else b"little"

    def read(storage: Storage) -> np.ndarray:
        member = members.get(f"{folder}/data/{storage.key}")
        if member is None or member.file_size < storage.count * storage.dtype.itemsize:
            raise UserError("a tensor's numbers are missing: the file is damaged")
        dtype = storage.dtype.newbyteorder(">") if order == b"big" else storage.dtype
        return np.frombuffer(archive.read(member), dtype, storage.count)

    return root, _once(read)


def _once(read: Numbers) -> Numbers:
    """``read`` that reads each key once, which then has one length and one dtype."""
    known: dict[str, tuple[Storage, np.ndarray]] = {}

    def numbers(storage: Storage) -> np.ndarray:
        if storage.key not in known:
            known[storage.key] = storage, read(storage)
        earlier, array = known[storage.key]
        if earlier != storage:
            raise UserError("its tensors disagree on their storages: the file is damaged")
        return array

    return numbers


def _folder(names: list[str]) -> str:
    folders = [name.removesuffix("/data.pkl") for name in names if name.endswith("/data.pkl")]
    if len(folders) != 1 or f"{folders[0]}/constants.pkl" in names:
        raise UserError(kind_of_archive(names))
    return folders[0]


# --- before PyTorch 1.6


def _open_legacy(file: BinaryIO, size: int) -> tuple[Any, Numbers]:
    """Magic number, version, the machine's sizes, description, keys; each storage's count and numbers."""
    front = io.BytesIO(file.read(PICKLE_BYTES))
    _, version, machine = load(front), load(front), load(front)
    if version != 1001 or not isinstance(machine, dict):
        raise UserError(
            f"is version {version!r} of PyTorch's old format, and only 1001 is read: save it again"
        )
    storages: list[Storage] = []
    root, keys = load(front, storages), load(front)
    known = {storage.key: storage for storage in storages}
    if not isinstance(keys, list) or not all(isinstance(key, str) and key in known for key in keys):
        raise UserError("its list of storages is damaged, or of a kind that is not read: save it again")
    offsets, offset = {}, front.tell()
    for key in keys:
        file.seek(offset)
        counted = file.read(8)
        offset, length = offset + 8, known[key].count * known[key].dtype.itemsize
        if int.from_bytes(counted, "little") != known[key].count or length > size - offset:
            raise UserError(f"{NOT_WHOLE}: a tensor's numbers are missing; copy it again")
        offsets[key] = offset
        offset += length

    def read(storage: Storage) -> np.ndarray:
        if storage.key not in offsets or storage != known[storage.key]:
            raise UserError("a tensor's numbers are missing: the file is damaged")
        file.seek(offsets[storage.key])
        content = file.read(storage.count * storage.dtype.itemsize)
        return np.frombuffer(content, storage.dtype, storage.count)

    return root, _once(read)
