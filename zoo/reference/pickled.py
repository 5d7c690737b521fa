"""What a pickle of PyTorch says, read without executing it.

A pickle is a program for a small machine that can call any function. Here is a separate machine that
knows the instructions which ``torch.save`` writes and calls nothing: a tensor's description becomes a
``Tensor``, a dictionary a dict, and every other object an ``Opaque`` that remembers its name alone.
Each instruction takes a bounded amount of memory, and their number is bounded.
"""

import pickletools
from collections.abc import Callable
from typing import Any, BinaryIO

from zoo.io.limits import NAME_CHARACTERS, PICKLE_OPCODES
from zoo.reference.pickled_objects import (
    BadPickle,
    Name,
    Opaque,
    Storage,
    called,
    dictionary,
    named,
    not_executed,
    stored,
)


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
    """The value that the pickle at the file's position describes; the file is behind it afterwards.

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
        start = len(self.stack) - 1
        while self.stack[start] is not _MARK:
            start -= 1
            if start < 0:
                raise ValueError("a sequence without beginning")
        values = self.stack[start + 1 :]
        del self.stack[start:]
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
            push(dictionary(values) if name == "DICT" else list(values) if name == "LIST" else tuple(values))
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
            _extend(self.top(), dictionary(pairs), dict)
        elif name in ("APPEND", "APPENDS", "ADDITEMS"):
            values = [self.pop()] if name == "APPEND" else self.pop_sequence()
            _extend(self.top(), values, list)
        elif name in ("GLOBAL", "STACK_GLOBAL"):
            parts = argument if name == "GLOBAL" else [self.pop(), self.pop()][::-1]
            name = named(parts)
            if not name.may_lie_beside:
                self.strange = self.strange or name
            push(name)
        elif name == "REDUCE":
            arguments = self.pop()
            push(called(self.pop(), arguments))
        elif name in ("NEWOBJ", "NEWOBJ_EX"):
            arguments = [self.pop() for _ in range(1 + (name == "NEWOBJ_EX"))][-1]
            push(called(self.pop(), arguments))
        elif name == "BUILD":
            self.pop()  # attributes, such as a state dict's versions: nothing of them is needed
            if isinstance(self.top(), Opaque):
                self.top().has_state = True
        elif name == "BINPERSID":
            value = stored(self.pop())
            self.storages += [value] if isinstance(value, Storage) else []
            push(value)
        elif name == "POP":
            self.stack.pop()


def _extend(target: Any, values: Any, kind: type) -> None:
    if isinstance(target, Opaque):
        return
    if not isinstance(target, kind):
        raise ValueError(f"no {kind.__name__} to add to")
    target.update(values) if isinstance(target, dict) else target.extend(values)
