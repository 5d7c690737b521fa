"""ONNX files that come from outside: refused if their weights lie in other files.

A tensor in ONNX may name a file, and ONNX Runtime reads it: relative to the model, absolute, and for a
model given as bytes relative to the working folder. So a model's bytes are looked through down to the last
nested graph, and those bytes are what the runtime gets. A bundle's verify.py has the same code.
"""

from collections.abc import Iterator

from zoo.io.limits import JSON_DEPTH, MODEL_BYTES, TENSORS

ELSEWHERE = "has weights in another file"

# What of onnx.proto leads to a tensor: message → field → message in it.
_INNER = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "tensor": {},
    "sparse": {1: "tensor", 2: "tensor"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14  # fields of a tensor
_FIELDS = 100 * TENSORS  # most fields of what is looked through: a node has a dozen
_VARINT, _BYTES = 0, 2  # wire types of protobuf; 1 and 5 are 8 and 4 bytes
_FIXED = {1: 8, 5: 4}


def onnx_fault(content: bytes) -> str:
    """Why an ONNX model is refused, or ""; it needs neither onnx nor protobuf.

    Args:
        content: of the file.
    """
    if len(content) > MODEL_BYTES:
        return f"has more than {MODEL_BYTES:,} bytes"
    if content[4:8] == b"ORTM":
        return "is in ONNX Runtime's own format"
    fields = 0
    inner = [("model", memoryview(content), 0)]
    try:
        while inner:
            message, data, depth = inner.pop()
            if depth > JSON_DEPTH:
                return f"is nested more than {JSON_DEPTH} deep"
            for field, value in _fields(data):
                fields += 1
                if fields > _FIELDS:
                    return f"has more than {_FIELDS:,} fields"
                if message == "tensor" and (field == _EXTERNAL_DATA or (field == _DATA_LOCATION and value)):
                    return ELSEWHERE
                kind = _INNER[message].get(field)
                if kind and isinstance(value, memoryview):
                    inner.append((kind, value, depth + 1))
    except (IndexError, ValueError):
        return "is damaged, or no ONNX"
    return ""


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field of a protobuf message; IndexError or ValueError where there is none."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        field, kind = tag >> 3, tag & 7
        if not 0 < field < 1 << 29:  # a parser may take a larger one for another field
            raise ValueError
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield field, value
            continue
        length, at = _varint(data, at) if kind == _BYTES else (_FIXED.get(kind, -1), at)
        if not 0 <= length <= len(data) - at:
            raise ValueError
        yield field, data[at : at + length]
        at += length


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
        if shift >= 70:
            raise ValueError
