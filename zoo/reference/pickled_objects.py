"""What a pickle of PyTorch's may describe: tensors are understood, other objects known by name alone."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zoo.errors import UserError
from zoo.io.limits import NAME_CHARACTERS, TENSOR_RANK
from zoo.io.text import printable

_BFLOAT16 = "bfloat16"
_DTYPES = {
    "Double": "<f8",
    "Float": "<f4",
    "Half": "<f2",
    "BFloat16": _BFLOAT16,
    "Long": "<i8",
    "Int": "<i4",
    "Short": "<i2",
    "Char": "i1",
    "Byte": "u1",
    "Bool": "?",
}

# Objects that may lie beside weights: options, dates, counters, optimisers. They are not made, let alone
# called; but a file that names anything else was not meant to be read as data.
_BESIDE = {
    "argparse": {"Namespace"},
    "collections": {"OrderedDict", "defaultdict", "Counter", "deque"},
    "datetime": {"date", "datetime", "timedelta", "timezone"},
    "pathlib": {"Path", "PosixPath", "PurePosixPath", "PureWindowsPath", "WindowsPath"},
    "numpy": {"dtype", "ndarray"},
    "numpy.core.multiarray": {"_reconstruct", "scalar"},
    "torch": {
        "Generator", "Size", "channels_last", "contiguous_format", "device", "dtype", "per_channel_affine",
        "per_tensor_affine", "preserve_format", "sparse_coo", "sparse_csr", "strided",
    },
    "torch._tensor": {"_rebuild_from_type_v2"},
    "torch.serialization": {"_get_layout"},
    "torch.storage": {"TypedStorage", "UntypedStorage", "_TypedStorage", "_UntypedStorage"},
    "_codecs": {"encode"},
    "copyreg": {"_reconstructor"},
    "builtins": {
        "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object",
        "range", "set", "slice", "str", "tuple",
    },
}  # fmt: skip
_BESIDE |= {
    "numpy._core.multiarray": _BESIDE["numpy.core.multiarray"],
    "copy_reg": _BESIDE["copyreg"],
    "__builtin__": _BESIDE["builtins"],
}
_NUMBERS = re.compile(
    r"(?:numpy|torch|torch\.cuda)\.\w*(?:int|float|bool|Storage|Tensor)\d*(?:_|_e\d\w*)?|torch\._utils\._rebuild_\w+"
)
_CLASSES = re.compile(
    r"(?:torch\.(?:nn|optim)|omegaconf|lightning|lightning_fabric|pytorch_lightning|torchmetrics|easydict|yacs)"
    r"\.[\w.]*\.?[A-Z]\w*"
)


class BadPickle(UserError):
    """A pickle that is damaged, or holds what is not read; the message does not name the file."""


@dataclass(frozen=True)
class Name:
    """A name in a module, which is not imported."""

    module: str
    name: str

    @property
    def may_lie_beside(self) -> bool:
        """Whether it is of an object that honest files hold beside weights."""
        known = self.name in _BESIDE.get(self.module, ())
        return known or any(pattern.fullmatch(str(self)) for pattern in (_NUMBERS, _CLASSES))

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Opaque:
    """An object that is not made.

    Attributes:
        what: its class, or the function that makes it.
        has_state: whether it has attributes, as a network has.
    """

    __slots__ = ("has_state", "what")

    def __init__(self, what: Any) -> None:
        self.what = what.what if isinstance(what, Opaque) else what
        self.has_state = False


@dataclass(frozen=True)
class Storage:
    """Numbers that tensors stand on: ``count`` of ``dtype``, under ``key`` in the file.

    Attributes:
        dtype: of NumPy; of bfloat16, which NumPy does not have, the 16 bits as ``<u2``.
        bfloat16: whether it is that.
    """

    key: str
    dtype: np.dtype
    count: int
    bfloat16: bool = False


@dataclass(frozen=True)
class Tensor:
    """A tensor's place in its storage, inside which it lies; offset and strides in numbers."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def dictionary(values: list[Any]) -> dict[Any, Any]:
    """A dict of keys and values in turns; ValueError for what is none."""
    if len(values) % 2:
        raise ValueError("a name without a value")
    keys = values[::2]
    # Others may take forever to hash: tuples of tuples that share their parts.
    if not all(isinstance(key, str | int | float | bool | None) for key in keys):
        raise ValueError("a dictionary's key that is neither text nor a number")
    return dict(zip(keys, values[1::2], strict=True))


def named(parts: list[Any]) -> Name:
    """The name of [module, name]; ValueError for what is none."""
    if len(parts) != 2 or not all(map(_is_plain, parts)):
        raise ValueError("a name that is not text, or too long")
    return Name(*parts)


def _is_plain(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= NAME_CHARACTERS and printable(text) == text


def not_executed(what: Any, whole: bool = False) -> str:
    """The message about an object in place of a state dict; ``whole``: which the file is of."""
    start = "is a whole pickled network or other object" if whole else "it holds the pickled object"
    return (
        f"{start} {what}, which is not executed: save its state dict instead "
        "(torch.save(network.state_dict(), path))"
    )


def called(function: Any, arguments: Any) -> Any:
    """What a call stands for: a tensor, a container or an ``Opaque``; ValueError if it is not a call."""
    if not isinstance(function, Name | Opaque):
        raise ValueError("a call of something that is not a function")
    if not isinstance(arguments, tuple):
        raise ValueError("a call without arguments")
    maker = _MAKERS.get(str(function)) if isinstance(function, Name) else None
    return maker(*arguments) if maker and _fits(maker, len(arguments)) else Opaque(function)


def _fits(maker: Callable[..., Any], count: int) -> bool:
    least, most = _ARGUMENTS[maker]
    if not least <= count <= most:
        raise ValueError("a call with other arguments than PyTorch's")
    return True


def _ordered(pairs: Any = None) -> dict[Any, Any]:
    """OrderedDict, to which Python 2 gives a list of its pairs."""
    pairs = [] if pairs is None else pairs
    if not isinstance(pairs, list) or not all(isinstance(p, list | tuple) and len(p) == 2 for p in pairs):
        raise ValueError("a dictionary that is not a list of pairs")
    ordered = dictionary([each for pair in pairs for each in pair])
    pairs.clear()  # so that no list is gone through again and again
    return ordered


def _defaults(*_: Any) -> dict[Any, Any]:
    return {}


def _size(sides: Any) -> tuple[Any, ...]:
    if not isinstance(sides, tuple):
        raise ValueError("a size that is not a tuple")
    return sides


def _parameter(tensor: Any, *_: Any) -> Any:
    return tensor


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> Tensor | Opaque:
    if isinstance(storage, Opaque):  # of numbers that are not read here, such as quantised ones
        return storage
    if not isinstance(storage, Storage):
        raise BadPickle("its tensors have no storages")
    return _placed(storage, offset, shape, strides)


def _placed(storage: Storage, offset: Any, shape: Any, strides: Any) -> Tensor:
    if len(_size(shape)) > TENSOR_RANK or len(shape) != len(_size(strides)):
        raise BadPickle(f"a tensor with {len(shape)} sides and {len(strides)} strides: the file is damaged")
    numbers = (offset, *shape, *strides)
    if any(type(each) is not int or each < 0 for each in numbers):
        raise BadPickle("a tensor's offset and sides must be integers ≥ 0: the file is damaged")
    last = (
        offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True)) if all(shape) else offset
    )
    # No number is taken twice: a terabyte can be spelt as one number that is repeated.
    if last >= max(storage.count, 1) or math.prod(shape) > storage.count:
        raise BadPickle("a tensor reaches beyond its storage: the file is damaged")
    return Tensor(storage, offset, shape, strides)


_MAKERS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": _ordered,
    "collections.defaultdict": _defaults,
    "torch.Size": _size,
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
}
_ARGUMENTS = {_ordered: (0, 1), _defaults: (0, 2), _size: (1, 1), _tensor: (4, 8), _parameter: (1, 5)}


def stored(identity: Any) -> Any:
    """What a persistent id stands for: ("storage", type, key, device, count[, view])."""
    if not isinstance(identity, tuple) or not identity:
        raise ValueError("something beside the description that is not named")
    if identity[0] == "module" and len(identity) > 1:  # of a whole network, with its source
        return identity[1] if isinstance(identity[1], Name) else Opaque("torch.nn.Module")
    if identity[0] != "storage" or not 5 <= len(identity) <= 6:
        raise BadPickle("it holds something that is not a tensor")
    _, kind, key, _, count = identity[:5]
    if len(identity) == 6 and identity[5] is not None:
        raise BadPickle("its tensors share storages as only PyTorch of 2017 wrote them: save it again")
    dtype = _DTYPES.get(kind.name.removesuffix("Storage")) if isinstance(kind, Name) else None
    if dtype is None or kind.module not in ("torch", "torch.cuda"):
        return Opaque(kind)
    if not isinstance(key, str) or type(count) is not int or count < 0:
        raise BadPickle("a storage without key or length: the file is damaged")
    return Storage(key, np.dtype("<u2" if dtype == _BFLOAT16 else dtype), count, dtype == _BFLOAT16)
