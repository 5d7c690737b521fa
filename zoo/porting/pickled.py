"""What a pickle of PyTorch says, read without executing it.

A pickle is a program for a small machine that can call any function. Here is a machine of its own that
knows the instructions which ``torch.save`` writes and calls nothing: a tensor's description becomes a
``Tensor``, a dictionary a dict, and every other object an ``Opaque`` that remembers its name alone.
Each instruction takes a bounded amount of memory, and their number is bounded.
"""

import math
import pickletools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from zoo.errors import UserError
from zoo.limits import NAME_CHARACTERS, PICKLE_OPCODES, TENSOR_RANK
from zoo.text import printable

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


class _Mark:
    """Where a sequence on the stack begins."""


_MARK = _Mark()
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY: dict[str, Callable[[], Any]] = {
    "EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "EMPTY_SET": lambda: Opaque("a set"),
}  # fmt: skip
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_LITERALS = {
    "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINSTRING", "SHORT_BINSTRING", "BINUNICODE",
    "SHORT_BINUNICODE", "BINBYTES", "SHORT_BINBYTES",
}  # fmt: skip

_KNOWN = {
    *_LITERALS, *_CONSTANTS, *_EMPTY, *_TUPLES,
    "PROTO", "FRAME", "STOP", "MARK", "POP", "BINGET", "LONG_BINGET", "BINPUT", "LONG_BINPUT", "MEMOIZE",
    "TUPLE", "LIST", "DICT", "FROZENSET", "SETITEM", "SETITEMS", "APPEND", "APPENDS", "ADDITEMS",
    "GLOBAL", "STACK_GLOBAL", "REDUCE", "NEWOBJ", "NEWOBJ_EX", "BUILD", "BINPERSID",
}  # fmt: skip
"""The instructions that ``torch.save`` writes, with any protocol from 2 on."""


def load(file: BinaryIO, storages: list[Storage] | None = None) -> Any:
    """The value that the pickle at the file's place describes; the file is behind it afterwards.

    Args:
        file: in binary.
        storages: receives every storage that is named, in order.

    Returns:
        None, numbers, str, bytes, lists, tuples and dicts of them (which may share parts, and hold
        themselves), ``Tensor``, ``Storage``, ``Name`` and ``Opaque``.

    Raises:
        BadPickle: it is damaged, has too many instructions, or names what no state dict needs.
    """
    machine = _Machine([] if storages is None else storages)
    try:
        for _ in range(PICKLE_OPCODES):
            opcode = pickletools.code2op.get(file.read(1).decode("latin-1"))
            if opcode is None or opcode.name not in _KNOWN:
                raise ValueError(f"{opcode.name} is never in one" if opcode else "an unknown instruction")
            if opcode.name == "STOP":
                return machine.result()
            machine.step(opcode.name, _argument(opcode, file))
    except (ValueError, IndexError, KeyError, OverflowError, MemoryError) as error:
        machine.demand_harmless()
        reason = " ".join(str(error).split())[:100]
        raise BadPickle(f"its description is damaged ({reason}): copy it again") from None
    raise BadPickle(f"its description has more than {PICKLE_OPCODES:,} instructions")


def _argument(opcode: pickletools.OpcodeInfo, file: BinaryIO) -> Any:
    if opcode.name == "GLOBAL":  # two lines, in which pickletools would undo escapes
        lines = [file.readline(NAME_CHARACTERS + 1) for _ in range(2)]
        return [line.decode("utf-8").removesuffix("\n") for line in lines]
    return opcode.arg.reader(file) if opcode.arg else None


class _Machine:
    def __init__(self, storages: list[Storage]) -> None:
        self.storages = storages
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}  # a dict, because an index may be any number
        self.strange: Name | None = None

    def result(self) -> Any:
        value = self.pop()
        self.demand_harmless(value)
        return value

    def demand_harmless(self, value: Any = None) -> None:
        """Refuse a description that named anything that no state dict has beside it."""
        if self.strange is None:
            return
        whole = isinstance(value, Opaque) and value.has_state
        raise BadPickle(not_executed(value.what if whole else self.strange, whole))

    def pop(self) -> Any:
        value = self.stack.pop()
        if value is _MARK:
            raise ValueError("a sequence in place of a value")
        return value

    def top(self) -> Any:
        value = self.pop()
        self.stack.append(value)
        return value

    def pop_sequence(self) -> list[Any]:
        place = len(self.stack) - 1
        while self.stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise ValueError("a sequence without beginning")
        values = self.stack[place + 1 :]
        del self.stack[place:]
        return values

    def step(self, name: str, argument: Any) -> None:
        """Do one instruction."""
        push = self.stack.append
        if name in _LITERALS:
            push(argument)
        elif name in ("BINGET", "LONG_BINGET"):
            push(self.memo[argument])
        elif name in ("BINPUT", "LONG_BINPUT"):
            self.memo[argument] = self.top()
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = self.top()
        elif name == "MARK":
            push(_MARK)
        elif name in ("TUPLE", "LIST", "DICT"):
            values = self.pop_sequence()
            push(_dict(values) if name == "DICT" else list(values) if name == "LIST" else tuple(values))
        elif name in _TUPLES:
            push(tuple(reversed([self.pop() for _ in range(_TUPLES[name])])))
        elif name in _CONSTANTS:
            push(_CONSTANTS[name])
        elif name in _EMPTY:
            push(_EMPTY[name]())
        elif name == "FROZENSET":
            self.pop_sequence()
            push(Opaque("a set"))
        elif name in ("SETITEM", "SETITEMS"):
            pairs = [self.pop(), self.pop()][::-1] if name == "SETITEM" else self.pop_sequence()
            _extend(self.top(), _dict(pairs), dict)
        elif name in ("APPEND", "APPENDS", "ADDITEMS"):
            values = [self.pop()] if name == "APPEND" else self.pop_sequence()
            _extend(self.top(), values, list)
        elif name in ("GLOBAL", "STACK_GLOBAL"):
            parts = argument if name == "GLOBAL" else [self.pop(), self.pop()][::-1]
            name = _name(parts)
            if not name.may_lie_beside:
                self.strange = self.strange or name
            push(name)
        elif name == "REDUCE":
            arguments = self.pop()
            push(_called(self.pop(), arguments))
        elif name in ("NEWOBJ", "NEWOBJ_EX"):
            arguments = [self.pop() for _ in range(1 + (name == "NEWOBJ_EX"))][-1]
            push(_called(self.pop(), arguments))
        elif name == "BUILD":
            self.pop()  # attributes, such as a state dict's versions: nothing of them is needed
            if isinstance(self.top(), Opaque):
                self.top().has_state = True
        elif name == "BINPERSID":
            stored = _stored(self.pop())
            self.storages += [stored] if isinstance(stored, Storage) else []
            push(stored)
        elif name == "POP":
            self.stack.pop()


def _dict(values: list[Any]) -> dict[Any, Any]:
    if len(values) % 2:
        raise ValueError("a name without a value")
    keys = values[::2]
    # Others may take for ever to hash: tuples of tuples that share their parts.
    if not all(isinstance(key, str | int | float | bool | None) for key in keys):
        raise ValueError("a dictionary's key that is neither text nor a number")
    return dict(zip(keys, values[1::2], strict=True))


def _extend(target: Any, values: Any, kind: type) -> None:
    if isinstance(target, Opaque):
        return
    if not isinstance(target, kind):
        raise ValueError(f"no {kind.__name__} to add to")
    target.update(values) if isinstance(target, dict) else target.extend(values)


def _name(parts: list[Any]) -> Name:
    if len(parts) != 2 or not all(map(_is_plain, parts)):
        raise ValueError("a name that is no text, or too long")
    return Name(*parts)


def _is_plain(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= NAME_CHARACTERS and printable(text) == text


def not_executed(what: Any, whole: bool = False) -> str:
    """The message about an object in place of a state dict; ``whole``: which the file is of."""
    said = "is a whole pickled network or other object" if whole else "it holds the pickled object"
    return (
        f"{said} {what}, which is not executed: save its state dict instead "
        "(torch.save(network.state_dict(), path))"
    )


# --- the few names that describe tensors


def _called(function: Any, arguments: Any) -> Any:
    if not isinstance(function, Name | Opaque):
        raise ValueError("a call of what is no function")
    if not isinstance(arguments, tuple):
        raise ValueError("a call without arguments")
    made = _MAKERS.get(str(function)) if isinstance(function, Name) else None
    return made(*arguments) if made and _fits(made, len(arguments)) else Opaque(function)


def _fits(made: Callable[..., Any], count: int) -> bool:
    least, most = _ARGUMENTS[made]
    if not least <= count <= most:
        raise ValueError("a call with other arguments than PyTorch's")
    return True


def _ordered(pairs: Any = None) -> dict[Any, Any]:
    """OrderedDict, to which Python 2 gives a list of its pairs."""
    pairs = [] if pairs is None else pairs
    if not isinstance(pairs, list) or not all(isinstance(p, list | tuple) and len(p) == 2 for p in pairs):
        raise ValueError("a dictionary that is not made of pairs")
    made = _dict([each for pair in pairs for each in pair])
    pairs.clear()  # so that no list is gone through again and again
    return made


def _defaults(*_: Any) -> dict[Any, Any]:
    return {}


def _size(sides: Any) -> tuple[Any, ...]:
    if not isinstance(sides, tuple):
        raise ValueError("a size that is no tuple")
    return sides


def _parameter(tensor: Any, *_: Any) -> Any:
    return tensor


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> Tensor | Opaque:
    if isinstance(storage, Opaque):  # of numbers that are not read here, such as quantised ones
        return storage
    if not isinstance(storage, Storage):
        raise BadPickle("its tensors do not stand on storages")
    return _placed(storage, offset, shape, strides)


def _placed(storage: Storage, offset: Any, shape: Any, strides: Any) -> Tensor:
    if len(_size(shape)) > TENSOR_RANK or len(shape) != len(_size(strides)):
        raise BadPickle(f"a tensor with {len(shape)} sides and {len(strides)} strides: the file is damaged")
    numbers = (offset, *shape, *strides)
    if any(type(each) is not int or each < 0 for each in numbers):
        raise BadPickle("a tensor's place is not of whole numbers from 0 on: the file is damaged")
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


def _stored(identity: Any) -> Any:
    """What a persistent id stands for: ("storage", type, key, device, count[, view])."""
    if not isinstance(identity, tuple) or not identity:
        raise ValueError("something beside the description that is not named")
    if identity[0] == "module" and len(identity) > 1:  # of a whole network, with its source
        return identity[1] if isinstance(identity[1], Name) else Opaque("torch.nn.Module")
    if identity[0] != "storage" or not 5 <= len(identity) <= 6:
        raise BadPickle("it holds something that is no tensor")
    _, kind, key, _, count = identity[:5]
    if len(identity) == 6 and identity[5] is not None:
        raise BadPickle("its tensors share storages as only PyTorch of 2017 wrote them: save it anew")
    dtype = _DTYPES.get(kind.name.removesuffix("Storage")) if isinstance(kind, Name) else None
    if dtype is None or kind.module not in ("torch", "torch.cuda"):
        return Opaque(kind)
    if not isinstance(key, str) or type(count) is not int or count < 0:
        raise BadPickle("a storage without key or length: the file is damaged")
    return Storage(key, np.dtype("<u2" if dtype == _BFLOAT16 else dtype), count, dtype == _BFLOAT16)
