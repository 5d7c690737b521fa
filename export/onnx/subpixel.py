"""Turns transposed convolutions into plain ones, whose channels are then laid out as pixels.

They compute the same (Shi et al. 2016, arXiv:1609.05158). 8-bit integers have no transposed ones.
"""

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.onnx.graph import drop_unused, integer_of, lists_of, pads_itself, set_nodes, tensors_of

_FAR = np.iinfo(np.int64).max


def to_plain_convolutions(model: onnx.ModelProto) -> int:
    """Replace each ConvTranspose with equal strides of 2 or more; return how many.

    With stride s and kernel k, pixel ``s·j + r`` is the sum over q of ``x[j - q] · w[r + s·q]``: a
    convolution of ⌈k/s⌉ taps for each phase r within the stride. What padding cuts off is cut off last.
    """
    graph, tensors = model.graph, tensors_of(model.graph)
    nodes, replaced = [], 0
    for node in graph.node:
        plain = _plain(graph, node, tensors) if node.op_type == "ConvTranspose" else None
        nodes += [node] if plain is None else plain
        replaced += plain is not None
    set_nodes(graph, nodes)
    drop_unused(model)
    return replaced


def _plain(
    graph: onnx.GraphProto, node: onnx.NodeProto, tensors: Mapping[str, onnx.TensorProto]
) -> list[onnx.NodeProto] | None:
    """The nodes in place of a transposed convolution; None if it is not supported."""
    lists = lists_of(node)
    strides, pads = lists.get("strides", [1, 1]), lists.get("pads", [0, 0, 0, 0])
    operands = [name for name in node.input[1:] if name]
    if any(each not in tensors for each in operands):
        return None
    if pads_itself(node) or "output_shape" in lists:
        return None
    if lists.get("dilations", [1, 1]) != [1, 1] or integer_of(node, "group", 1) != 1:
        return None
    stride = strides[0]
    if len(strides) != 2 or stride != strides[1] or stride == 1:
        return None
    kernel, *biases = (numpy_helper.to_array(tensors[name]) for name in operands)  # (from, to, rows, columns)
    sides = kernel.shape[2:]
    taps = [-(-side // stride) for side in sides]
    extra = lists.get("output_padding", [0, 0])
    ends = [
        stride * count - side - more + pad
        for count, side, more, pad in zip(taps, sides, extra, pads[2:], strict=True)
    ]
    if min(ends) < 0:
        return None
    name = node.output[0]
    phases, pixels = f"{name}/phases", f"{name}/pixels"
    constants = {
        "kernel": _of_phases(kernel, taps, stride),
        "bias": np.repeat(biases[0] if biases else np.zeros(kernel.shape[1], np.float32), stride * stride),
        "starts": np.array(pads[:2]),
        "ends": np.array([-end if end else _FAR for end in ends]),
        "axes": np.array([2, 3]),
    }
    for label, value in constants.items():
        graph.initializer.append(numpy_helper.from_array(value, f"{phases}/{label}"))
    inputs = {label: f"{phases}/{label}" for label in constants}
    around = [count - 1 for count in taps] * 2
    return [
        helper.make_node(
            "Conv", [node.input[0], inputs["kernel"], inputs["bias"]], [phases], name=phases, pads=around
        ),
        helper.make_node("DepthToSpace", [phases], [pixels], name=pixels, blocksize=stride, mode="CRD"),
        helper.make_node(
            "Slice", [pixels, inputs["starts"], inputs["ends"], inputs["axes"]], [name], name=node.name
        ),
    ]


def _of_phases(kernel: np.ndarray, taps: list[int], stride: int) -> np.ndarray:
    """A kernel (from, to, rows, columns) as one for each phase of the stride: (to · phases, from, …taps)."""
    channels, sides = kernel.shape[:2], kernel.shape[2:]
    whole = np.zeros((*channels, *(stride * count for count in taps)), np.float32)
    whole[:, :, : sides[0], : sides[1]] = kernel
    # (from, to, taps, phase, and again of the columns); a convolution counts its taps the other way.
    parts = whole.reshape(*channels, taps[0], stride, taps[1], stride)[:, :, ::-1, :, ::-1]
    return np.ascontiguousarray(parts.transpose(1, 3, 5, 0, 2, 4)).reshape(-1, channels[0], *taps)
