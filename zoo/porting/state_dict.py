"""Reads a PyTorch state dict without executing what its pickle says and without PyTorch.

A ``.pth`` file (PyTorch 1.6 and later) is a ZIP archive: ``data.pkl`` describes the tensors,
``data/<key>`` holds their bytes. The description is a pickle, and a pickle can call any
function; here only the handful of names that a state dict needs is known, and each stands for
a harmless constructor of this file.
"""

import io
import math
import pickle  # only its virtual machine, with every name resolved below
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import UserError

_DTYPES = {
    "DoubleStorage": np.dtype("<f8"),
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ByteStorage": np.dtype("u1"),
    "BoolStorage": np.dtype("?"),
}


@dataclass(frozen=True)
class _StorageType:
    dtype: np.dtype


def _rebuild_tensor(storage: Any, offset: int, size: tuple, stride: tuple, *_: Any) -> np.ndarray:
    if not isinstance(storage, np.ndarray):
        raise UserError("its tensors do not stand on storages")
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True)) if all(size) else offset
    beyond = last >= max(storage.size, 1) or math.prod(size) > storage.size
    if offset < 0 or min(size, default=0) < 0 or min(stride, default=0) < 0 or beyond:
        raise UserError("a tensor reaches beyond its storage: the file is damaged")
    strides = tuple(step * storage.itemsize for step in stride)
    return np.lib.stride_tricks.as_strided(storage[offset:], size, strides).copy()


class _StateDictUnpickler(pickle.Unpickler):
    def __init__(self, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(io.BytesIO(archive.read(f"{folder}/data.pkl")), encoding="utf-8")
        self._archive = archive
        self._folder = folder
        self._storages: dict[str, np.ndarray] = {}

    def find_class(self, module: str, name: str) -> Any:
        # Made anew each time: a pickle may set attributes of what it is given.
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return partial(_rebuild_tensor)
        if module != "torch" or name not in _DTYPES:
            raise UserError(
                f"it holds the pickled object {module}.{name}, which is not executed: save its state dict "
                "instead (torch.save(network.state_dict(), path))"
            )
        return _StorageType(_DTYPES[name])

    def persistent_load(self, pid: Any) -> np.ndarray:
        kind, storage_type, key, _, count = pid
        if kind != "storage" or not isinstance(storage_type, _StorageType):
            raise UserError("it holds something that is no tensor")
        if key not in self._storages:
            data = self._archive.read(f"{self._folder}/data/{key}")
            self._storages[key] = np.frombuffer(data, storage_type.dtype, count)
        return self._storages[key]


def read_state_dict(path: Path) -> dict[str, np.ndarray]:
    """Tensors of a state dict by name, in the file's order and dtypes.

    Several state dicts in one file, as MUNIT saves, come as one: {"a": {"w": …}} as "a.w".

    Raises:
        UserError: if the file is missing, not a PyTorch archive, damaged, or holds anything
            but tensors; naming the file and the way out.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            folders = [
                name.removesuffix("/data.pkl") for name in archive.namelist() if name.endswith("/data.pkl")
            ]
            if len(folders) != 1:
                raise UserError("it is a ZIP archive but not one that torch.save wrote")
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                raise UserError("its parts are compressed, which torch.save never does: save it anew")
            state = _StateDictUnpickler(archive, folders[0]).load()
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except zipfile.BadZipFile:
        raise UserError(
            f"{path}: not a whole PyTorch file (a ZIP archive, as written by PyTorch 1.6 and later); "
            "copy it again, or save it anew with torch.save"
        ) from None
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    except Exception as error:  # a damaged pickle makes its machine raise almost anything
        raise UserError(f"{path}: damaged or not a state dict ({error}); copy it again") from None
    tensors = dict(_flattened(state, "")) if isinstance(state, dict) else {"": state}
    if not all(isinstance(value, np.ndarray) for value in tensors.values()):
        raise UserError(
            f"{path}: not a state dict of tensors; save it with torch.save(network.state_dict(), path)"
        )
    return tensors


def _flattened(state: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in state.items():
        if isinstance(value, dict) and prefix.count(".") < 3:  # a pickle may hold a dict in itself
            yield from _flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
