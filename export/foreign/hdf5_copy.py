"""Copies what a Keras file in HDF5 holds of weights, and nothing that HDF5 can do beyond that.

HDF5 reaches into other files (external storage, external links, virtual data sets), loads plug-ins
for what is compressed, and announces arrays that are nowhere. Keras writes none of these. So groups and
plain arrays are copied into a new file, which is what Keras reads: all else is refused.
"""

import errno
import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from zoo.errors import UserError
from zoo.io.limits import JSON_BYTES, JSON_DEPTH, MIB, MODEL_BYTES, TENSOR_RANK, TENSORS

_OBJECTS = 4 * TENSORS  # an array lies in groups of its layer's
_LISTS = re.compile(r"(?:layer|weight)_names\d*")  # in parts, where they are long
_OF_TRAINING = ("optimizer", "optimizer_weights")  # groups that are left out
_GROUPS_OF_KERAS = {"_layer_checkpoint_dependencies", "layers"}  # in files of weights alone
_OF_KERAS = ("backend", "keras_version")
_NUMBERS = "fiub"  # kinds of NumPy's dtypes
_LAYOUTS = (h5py.h5d.COMPACT, h5py.h5d.CONTIGUOUS, h5py.h5d.CHUNKED)


@contextmanager
def open_hdf5(path: Path) -> Iterator[h5py.File]:
    """An HDF5 file for reading.

    Raises:
        UserError: it cannot be read, or is larger than ``zoo.io.limits`` allow.
    """
    try:
        size = path.stat().st_size
        if size > MODEL_BYTES:
            raise UserError(f"{path} has {size:,} bytes, and {MODEL_BYTES:,} are read at most")
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, RuntimeError, ValueError, TypeError, KeyError, OverflowError) as error:  # h5py's
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise  # of the copy
        report = " ".join(str(error).split())[:200]
        raise UserError(f"{path} cannot be read ({report}): copy it again, or save it again") from error


def text(group: h5py.Group, name: str) -> str | None:
    """An attribute that is text; None where it is not there.

    Raises:
        UserError: it is something else, or longer than JSON may be.
    """
    value = _attribute(group, name, ())
    if value is None:
        return None
    value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    if not isinstance(value, str):
        raise UserError(f"its attribute {name!r} is not text: save the model again")
    return value


def copy_weights(group: h5py.Group, target: Path, leave_out: tuple[str, ...] = ()) -> int:
    """Copy groups and arrays of numbers to a new HDF5 file, and return how many numbers these are.

    Args:
        group: of an open file.
        target: the new file.
        leave_out: names in ``group``.

    Raises:
        UserError: something in it is not a plain array in this file, or there is more than ``zoo.io.limits``
            allow.
    """
    with h5py.File(target, "w") as file:
        copy = _Copy(Path(group.file.filename).stat().st_size)
        copy.group(group, file, leave_out, 0)
        return copy.numbers


def main(arguments: list[str]) -> None:
    """Copy one file to another within limits, and print what ``hdf5_apart`` wants to know, as JSON.

    Args:
        arguments: path, target, seconds of computing and bytes of memory.
    """
    path, target = map(Path, arguments[:2])
    _limit(*map(int, arguments[2:]))
    try:
        with open_hdf5(path) as file:
            marks = {*file.attrs} & {"layer_names", "keras_version"} or {*file} & _GROUPS_OF_KERAS
            report = {
                "configuration": text(file, "model_config"),
                "version": text(file, "keras_version"),
                "of_keras": bool(marks),
                "numbers": copy_weights(file, target, _OF_TRAINING),
            }
    except UserError as error:
        report = {"refused": str(error)}
    print(json.dumps(report))


def _limit(seconds: int, memory: int) -> None:
    """Bound what this process may compute and, beside what it has, allocate; where the system can."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):  # neither is there on Windows, the latter not on macOS
        return
    for kind, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, pages * resource.getpagesize() + memory),
    ):
        _, most = resource.getrlimit(kind)
        resource.setrlimit(kind, (value if most == resource.RLIM_INFINITY else min(value, most), most))


class _Copy:
    """Counts what it copies.

    Args:
        size: of the file: more bytes than these cannot be in it.
    """

    def __init__(self, size: int) -> None:
        self._bytes_left = size
        self._objects_left = _OBJECTS
        self._seen: set[int] = set()
        self.numbers = 0

    def group(self, source: h5py.Group, target: h5py.Group, leave_out: tuple[str, ...], depth: int) -> None:
        if depth > JSON_DEPTH:
            raise UserError(f"its groups are nested more than {JSON_DEPTH} deep: it looks malicious")
        self._objects_left -= len(source)
        if self._objects_left < 0:
            raise UserError(f"it has more than {_OBJECTS:,} groups and arrays, and a model has fewer")
        _copy_attributes(source, target)
        for name in source:
            if name in leave_out:
                continue
            if not isinstance(name, str):
                raise UserError(f"a name in it is not text ({name[:60]!r}): the file is damaged")
            place = f"{source.name}/{name}".replace("//", "/")
            key = name.encode()
            if source.id.links.get_info(key).type != h5py.h5l.TYPE_HARD:
                raise UserError(f"its {place!r} is a link to somewhere else, which Keras never writes")
            address = h5py.h5o.get_info(source.id, key).addr
            if address in self._seen:
                raise UserError(f"its {place!r} is in it twice, which Keras never writes")
            self._seen.add(address)
            item = source[name]
            if isinstance(item, h5py.Group):
                self.group(item, target.create_group(name), (), depth + 1)
            else:
                target.create_dataset(name, data=self._array(item, place))

    def _array(self, dataset: h5py.Dataset | h5py.Datatype, place: str) -> np.ndarray:
        if (
            not isinstance(dataset, h5py.Dataset)
            or dataset.shape is None
            or dataset.dtype.kind not in _NUMBERS
        ):
            raise UserError(f"its {place!r} is not an array of numbers, as weights are")
        layout = dataset.id.get_create_plist()
        if layout.get_layout() not in _LAYOUTS or layout.get_external_count():
            raise UserError(f"its {place!r} is in another file, which is not read: save the model again")
        if layout.get_nfilters():
            raise UserError(
                f"its {place!r} is compressed, which Keras never does: save the model again, or use "
                "h5repack -f NONE"
            )
        if dataset.ndim > TENSOR_RANK:
            raise UserError(f"its {place!r} has {dataset.ndim} axes, and weights have {TENSOR_RANK} at most")
        size = dataset.size * dataset.dtype.itemsize
        if dataset.chunks and math.prod(dataset.chunks) * dataset.dtype.itemsize > max(size, MIB):
            raise UserError(f"its {place!r} is stored in blocks larger than itself: it looks malicious")
        # What is announced and was never written; and arrays that overlap.
        self._bytes_left -= size
        if dataset.id.get_storage_size() < size or self._bytes_left < 0:
            raise UserError(f"its {place!r} announces {size:,} bytes, which the file does not have")
        self.numbers += dataset.size
        return dataset[()]


def _copy_attributes(source: h5py.Group, target: h5py.Group) -> None:
    """Those by which Keras finds weights."""
    for name in source.attrs:
        if name in _OF_KERAS:
            target.attrs[name] = text(source, name) or ""
        elif _LISTS.fullmatch(name):
            names = [
                each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each)
                for each in _attribute(source, name, (TENSORS,))
            ]
            # Keras reads what a list names as often as it is in there, however it is spelt.
            if len(set(names)) < len(names) or any({"", ".", ".."} & {*each.split("/")} for each in names):
                raise UserError(f"its {source.name!r} has names of weights that Keras never writes")
            target.attrs[name] = np.array([each.encode() for each in names], "S")


def _attribute(group: h5py.Group, name: str, most: tuple[int, ...]) -> np.ndarray | bytes | str | None:
    """An attribute with as many axes as ``most`` has numbers, none of them longer."""
    if name not in group.attrs:
        return None
    attribute = group.attrs.get_id(name)
    fits = len(attribute.shape) == len(most) and all(
        a <= b for a, b in zip(attribute.shape, most, strict=True)
    )
    if not fits or math.prod(attribute.shape) * attribute.get_type().get_size() > JSON_BYTES:
        raise UserError(f"its attribute {name!r} is not as Keras writes it: save the model again")
    value = group.attrs[name]
    if isinstance(value, bytes | str) and len(value) > JSON_BYTES:
        raise UserError(f"its attribute {name!r} has more than {JSON_BYTES:,} bytes: save the model again")
    return value
