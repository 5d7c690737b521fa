"""Whether an ONNX file names other files, read from its bytes."""

MODEL_FIELDS = 1_000_000  # at most

# From onnx.proto: the fields, by number, that hold messages with tensors.
_MESSAGES = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14  # of a tensor


def keeps_values_elsewhere(content: bytes) -> bool:
    """Whether an ONNX file names other files, which ONNX Runtime would read from wherever they are.

    Raises:
        ValueError: it is not ONNX, or has more fields than a model needs.
    """
    messages, fields = [("model", memoryview(content))], 0
    while messages:
        kind, data = messages.pop()
        position = 0
        while position < len(data):
            fields += 1
            key, position = _number(data, position)
            field, wire, end, value = (key & 0xFFFFFFFF) >> 3, key & 7, position, 1  # readers take 32 bits
            if wire == 0:
                value, end = _number(data, position)
            elif wire == 2:
                length, position = _number(data, position)
                end = position + length
            elif wire in (1, 5):
                end = position + (8 if wire == 1 else 4)
            if wire not in (0, 1, 2, 5) or end > len(data) or fields > MODEL_FIELDS:
                raise ValueError("not ONNX, or too large")
            if kind == "tensor" and field in (_EXTERNAL_DATA, _DATA_LOCATION) and value:
                return True
            if wire == 2 and field in _MESSAGES[kind]:
                messages.append((_MESSAGES[kind][field], data[position:end]))
            position = end
    return False


def _number(data: memoryview, position: int) -> tuple[int, int]:
    """A varint, and the position after it."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        value |= (data[position] & 0x7F) << shift
        position += 1
        if data[position - 1] < 0x80:
            return value, position
    raise ValueError("not ONNX")
