"""Reads a PyTorch state dict without executing what its pickle says and without PyTorch.

A ``.pth`` file (PyTorch 1.6 and later) is a ZIP archive: ``data.pkl`` describes the tensors,
``data/<key>`` holds their bytes. The description is a pickle, and a pickle can call any
function; here only the handful of names that a state dict needs is known, and each stands for
a harmless constructor of this file.
"""

import io
import pickle  # only its virtual machine, with every name resolved below
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

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
    if offset < 0 or min(stride, default=0) < 0 or last >= max(storage.size, 1):
        raise UserError("a tensor reaches beyond its storage: the file is damaged")
    strides = tuple(step * storage.itemsize for step in stride)
    return np.lib.stride_tricks.as_strided(storage[offset:], size, strides).copy()


class _StateDictUnpickler(pickle.Unpickler):
    _KNOWN: ClassVar = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
        **{("torch", name): _StorageType(dtype) for name, dtype in _DTYPES.items()},
    }

    def __init__(self, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(io.BytesIO(archive.read(f"{folder}/data.pkl")), encoding="utf-8")
        self._archive = archive
        self._folder = folder
        self._storages: dict[str, np.ndarray] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._KNOWN:
            raise UserError(
                f"it holds the pickled object {module}.{name}, which is not executed: save its state dict "
                "instead (torch.save(network.state_dict(), path))"
            )
        return self._KNOWN[module, name]

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
    except (
        pickle.UnpicklingError,
        KeyError,
        ValueError,
        TypeError,
        EOFError,
        AttributeError,
        IndexError,
    ) as error:
        raise UserError(f"{path}: damaged or not a state dict ({error}); copy it again") from None
    if not isinstance(state, dict) or not all(isinstance(value, np.ndarray) for value in state.values()):
        raise UserError(
            f"{path}: not a state dict of tensors; save it with torch.save(network.state_dict(), path)"
        )
    return dict(state)
