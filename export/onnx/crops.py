"""Lets transposed convolutions omit what a slice would cut off their results."""

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import helper

from export.onnx.graph import constants_of, lists_of

_FAR = 2**31 - 1  # an end from here on is the axis's own


def fold_crops(model: onnx.ModelProto) -> int:
    """Turn each slice right after a transposed convolution into padding of it; return how many.

    The converter turns PyTorch's ``output_padding`` and TensorFlow's "same" into a convolution that
    computes more, and a slice that drops a border. Slices that keep a fixed number of pixels, or whose
    convolution has other uses, stay.
    """
    graph, constants = model.graph, constants_of(model.graph)
    makers = {node.output[0]: node for node in graph.node if node.op_type == "ConvTranspose"}
    uses = [name for node in graph.node for name in node.input] + [value.name for value in graph.output]
    folded = []
    for node in graph.node:
        convolution = makers.get(node.input[0]) if node.op_type == "Slice" else None
        cut = None if convolution is None else _begin(node, constants)
        if cut is None or uses.count(convolution.output[0]) > 1:
            continue
        if any(each.name in ("output_shape", "output_padding") for each in convolution.attribute):
            continue
        _cut_off(convolution, cut)
        convolution.output[0] = node.output[0]
        folded.append(node)
    for node in folded:
        graph.node.remove(node)
    return len(folded)


def _cut_off(convolution: onnx.NodeProto, cut: tuple[int, int]) -> None:
    """Add padding (rows, columns) in pixels at the beginning of a convolution.

    Both ends get the same, and ``output_padding`` gives back the excess: OpenCV 4 and PyTorch know
    transposed convolutions in no other way.
    """
    known = lists_of(convolution)
    pads, strides = known.get("pads", [0, 0, 0, 0]), known.get("strides", [1, 1])
    begin, end = [pads[0] + cut[0], pads[1] + cut[1]], pads[2:]
    back = [first - last for first, last in zip(begin, end, strict=True)]
    changed = {"pads": [*begin, *end]}
    if any(back) and all(0 <= more < stride for more, stride in zip(back, strides, strict=True)):
        changed = {"pads": [*begin, *begin], "output_padding": back}
    kept = [each for each in convolution.attribute if each.name != "pads"]
    del convolution.attribute[:]
    convolution.attribute.extend([*kept, *(helper.make_attribute(*each) for each in changed.items())])


def _begin(node: onnx.NodeProto, constants: Mapping[str, np.ndarray]) -> tuple[int, int] | None:
    """Pixels (rows, columns) that a slice cuts off at the beginning; None if it does anything else."""
    operands = [constants.get(name) for name in node.input[1:]]
    if len(operands) < 2 or any(value is None for value in operands):
        return None
    starts, ends = operands[:2]
    axes = operands[2] if len(operands) > 2 else np.arange(len(starts))
    steps = operands[3] if len(operands) > 3 else np.ones_like(starts)
    cut = {int(axis) % 4: int(start) for axis, start in zip(axes, starts, strict=True)}
    if (ends < _FAR).any() or (steps != 1).any() or min(cut.values()) < 0 or cut.get(0) or cut.get(1):
        return None
    return cut.get(2, 0), cut.get(3, 0)
