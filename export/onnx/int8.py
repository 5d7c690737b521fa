"""The graph with its convolutions in 8-bit integers."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.onnx.graph import drop_unused, tensors_of
from export.onnx.quiet import quiet
from export.onnx.subpixel import to_plain_convolutions

LARGE = 1024  # least size of weights that are worth a node
_PACKED = ("ConvTranspose", "MatMul")  # output channels are axis 1 of the weights of both


def to_int8(model: onnx.ModelProto, examples: dict[str, np.ndarray]) -> onnx.ModelProto:
    """The graph with its convolutions in 8-bit integers, transposed ones as plain ones.

    The last stays in float: it takes little time, and its rounding would be the image's. Transposed ones
    of stride 1, with which generation from noise begins, have only their weights in 8 bits. Weights are
    signed, with a scale for each channel. Inputs and outputs of convolutions are unsigned, with a scale
    and a zero point for the range that they have in the examples.

    Args:
        model: in float32.
        examples: inputs (N, ...) by name, one run each.
    """
    to_plain_convolutions(model)
    _separate_weights(model)
    last = [node.name for node in model.graph.node if node.op_type == "Conv"][-1:]
    with quiet(), tempfile.TemporaryDirectory() as folder:
        from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

        path = Path(folder) / "int8.onnx"
        quantize_static(
            model,
            path,
            _Examples(examples),
            quant_format=QuantFormat.QOperator,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=last,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        quantized = onnx.load(path)
    _pack_weights(quantized)
    return quantized


def _separate_weights(model: onnx.ModelProto) -> None:
    """Give each convolution its own constants: once quantised, other nodes cannot use them."""
    tensors = tensors_of(model.graph)
    for node in model.graph.node:
        if node.op_type == "Conv":
            for index, name in enumerate(node.input[1:], 1):
                if name in tensors:
                    own = numpy_helper.from_array(
                        numpy_helper.to_array(tensors[name]), f"{node.name}/{index}"
                    )
                    model.graph.initializer.append(own)
                    node.input[index] = own.name
    drop_unused(model)


def _pack_weights(model: onnx.ModelProto) -> None:
    """Keep large weights without an integer form in 8 bits, with a scale for each output channel."""
    graph = model.graph
    users = {node.input[1]: node for node in graph.node if node.op_type in _PACKED}
    for tensor in list(graph.initializer):
        if tensor.name not in users or np.prod(tensor.dims) < LARGE:
            continue
        values = numpy_helper.to_array(tensor)
        others = tuple(axis for axis in range(values.ndim) if axis != 1)
        scale = np.maximum(np.abs(values).max(others, keepdims=True) / 127, np.float32(1e-12))
        packed, scales = f"{tensor.name}/int8", f"{tensor.name}/scale"
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(np.rint(values / scale).astype(np.int8), packed))
        graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32).ravel(), scales))
        unpack = helper.make_node(
            "DequantizeLinear", [packed, scales], [tensor.name], name=f"{tensor.name}/unpacked", axis=1
        )
        graph.node.insert(0, unpack)


class _Examples:
    """Inputs one at a time, as ONNX Runtime's calibration reads them."""

    def __init__(self, examples: dict[str, np.ndarray]) -> None:
        self.rest: Iterator[dict[str, np.ndarray]] = (
            {name: values[i : i + 1] for name, values in examples.items()}
            for i in range(len(next(iter(examples.values()))))
        )

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.rest, None)
