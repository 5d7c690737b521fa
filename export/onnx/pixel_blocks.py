"""Lets a convolution with few output channels compute four pixels at a time.

Runtimes compute channels in groups of eight or sixteen, so that the last convolution of a generator, with
three of them, takes five times as long as its products need.
"""

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.onnx.graph import (
    drop_unused,
    inferred_shapes,
    integer_of,
    lists_of,
    pads_itself,
    set_nodes,
    tensors_of,
)

BLOCK = 2  # pixels each way
MOST = 4  # channels: four times as many are one group of sixteen


def make_pixels_in_blocks(model: onnx.ModelProto, size: tuple[int, int]) -> int:
    """Give each convolution that outputs images a stride of two, and a channel for each of four pixels.

    Its kernel grows by one each way, and ``DepthToSpace`` puts the pixels in place: the same numbers.

    Args:
        model: changed here; shapes can be inferred from its inputs.
        size: (height, width) of the convolutions' results to change; even wherever images may be of any size.

    Returns:
        How many were changed.
    """
    graph, tensors, shapes = model.graph, tensors_of(model.graph), inferred_shapes(model)
    nodes, changed = [], 0
    for node in graph.node:
        shape = shapes.get(node.output[0], [])
        if node.op_type == "Conv" and tuple(shape[2:]) == tuple(size) and _is_plain(node, tensors):
            nodes += _in_blocks(graph, node, tensors)
            changed += 1
        else:
            nodes.append(node)
    set_nodes(graph, nodes)
    drop_unused(model)
    return changed


def _is_plain(node: onnx.NodeProto, tensors: dict[str, onnx.TensorProto]) -> bool:
    """Whether a convolution has few output channels and a constant kernel larger than a pixel."""
    if any(name not in tensors for name in node.input[1:]):
        return False
    kernel = tensors[node.input[1]].dims
    lists = lists_of(node)
    ordinary = all(lists.get(name, [1, 1]) == [1, 1] for name in ("strides", "dilations"))
    few = kernel[0] <= MOST and min(kernel[2:]) > 1 and integer_of(node, "group", 1) == 1
    return len(kernel) == 4 and ordinary and few and not pads_itself(node)


def _in_blocks(
    graph: onnx.GraphProto, node: onnx.NodeProto, tensors: dict[str, onnx.TensorProto]
) -> list[onnx.NodeProto]:
    kernel, *biases = (numpy_helper.to_array(tensors[name]) for name in node.input[1:])
    rows, columns = kernel.shape[2:]
    channels, more = kernel.shape[:2], BLOCK - 1
    grown = np.zeros((channels[0], BLOCK, BLOCK, channels[1], rows + more, columns + more), np.float32)
    for down in range(BLOCK):
        for right in range(BLOCK):
            grown[:, down, right, :, down : down + rows, right : right + columns] = kernel
    name = node.output[0]
    blocks = f"{name}/blocks"
    constants = {"kernel": grown.reshape(-1, *grown.shape[3:])}
    if biases:
        constants["bias"] = np.repeat(biases[0], BLOCK * BLOCK)
    for label, value in constants.items():
        graph.initializer.append(numpy_helper.from_array(value, f"{blocks}/{label}"))
    pads = lists_of(node).get("pads", [0, 0, 0, 0])
    inputs = [node.input[0], *(f"{blocks}/{label}" for label in constants)]
    return [
        helper.make_node("Conv", inputs, [blocks], name=blocks, strides=[BLOCK, BLOCK], pads=pads),
        helper.make_node("DepthToSpace", [blocks], [name], name=node.name, blocksize=BLOCK, mode="CRD"),
    ]
