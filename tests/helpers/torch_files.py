"""Writes files as ``torch.save`` does, without PyTorch; also some that it would never write."""

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import numpy as np


class Named:
    """Pickled as the name of something in a module that need not exist here."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Call:
    """Pickled as a call, which is made when it is read."""

    def __init__(self, function: object, *arguments: object, state: object = None) -> None:
        self.function, self.arguments, self.state = function, arguments, state


class Storage:
    """Pickled as PyTorch does a storage."""

    def __init__(self, kind: str, key: str, count: int) -> None:
        self.kind, self.key, self.count = kind, key, count


class Pickler(pickle._Pickler):
    """Writes what PyTorch would write, without PyTorch."""

    def persistent_id(self, value: object) -> object:
        if isinstance(value, Storage):
            return ("storage", Named("torch", value.kind), value.key, "cpu", value.count)
        return None

    def save(self, value: object, **options: bool) -> None:
        if isinstance(value, Named):
            self.write(b"c" + f"{value.module}\n{value.name}\n".encode())
        elif isinstance(value, Call):
            self.save(value.function)
            self.save(value.arguments)
            self.write(pickle.REDUCE)
            if value.state is not None:
                self.save(value.state)
                self.write(pickle.BUILD)
        else:
            super().save(value, **options)


def tensor(
    key: str, size: tuple, stride: tuple, count: int, offset: int = 0, kind: str = "FloatStorage"
) -> Call:
    rebuild = Named("torch._utils", "_rebuild_tensor_v2")
    return Call(rebuild, Storage(kind, key, count), offset, size, stride, False, Call(OrderedDict))


def pth(path: Path, value: object, storages: dict[str, bytes] | None = None, **options: int) -> Path:
    """Write a file as ``torch.save`` does."""
    buffer = io.BytesIO()
    Pickler(buffer, protocol=2).dump(value)
    with zipfile.ZipFile(path, "w", **options) as archive:
        archive.writestr("net/data.pkl", buffer.getvalue())
        for key, content in (storages or {}).items():
            archive.writestr(f"net/data/{key}", content)
    return path


def legacy(path: Path, value: object, storages: Mapping[str, np.ndarray], protocol: int = 2) -> Path:
    """Write a file as PyTorch before 1.6 did: pickles, then each storage's length and numbers."""
    content = io.BytesIO()
    machine = {
        "protocol_version": 1001,
        "little_endian": True,
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    for each in (0x1950A86A20F9469CFC6C, 1001, machine, value, list(storages)):
        Pickler(content, protocol=protocol).dump(each)
    for numbers in storages.values():
        content.write(numbers.size.to_bytes(8, "little") + numbers.tobytes())
    path.write_bytes(content.getvalue())
    return path


def state_dict(path: Path, tensors: Mapping[str, np.ndarray], wrap=lambda state: state) -> Path:
    """Write float32 tensors as a state dict; ``wrap`` puts others around it."""
    state, storages = OrderedDict(), {}
    for number, (name, values) in enumerate(tensors.items()):
        strides = tuple(step // 4 for step in np.empty(values.shape, "<f4").strides)
        state[name] = tensor(str(number), values.shape, strides, values.size)
        storages[str(number)] = values.astype("<f4").tobytes()
    return pth(path, wrap(state), storages)
