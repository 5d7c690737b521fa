"""Removes the Transposes inside a graph: what lies between NHWC and NCHW is computed in NCHW."""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.onnx.graph import (
    constants_of,
    drop_unused,
    inferred_shapes,
    integer_of,
    replace_input,
    replace_output,
    sort_nodes,
)

TO_NCHW, TO_NHWC = [0, 3, 1, 2], [0, 2, 3, 1]
_NCHW_AXIS = {axis: nchw_axis for nchw_axis, axis in enumerate(TO_NCHW)}  # by NHWC axis

_ELEMENTWISE = {
    *("Add", "Sub", "Mul", "Div", "Neg", "Abs", "Sqrt", "Reciprocal", "Pow", "Max", "Min", "Exp", "Log"),
    *("Relu", "LeakyRelu", "Tanh", "Sigmoid", "Clip", "Cast", "Identity", "Erf", "Elu", "Softplus", "PRelu"),
    *("GreaterOrEqual", "Where", "RandomUniformLike"),
}
_REDUCTIONS = {"ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"}


def remove_inner_transposes(model: onnx.ModelProto) -> int:
    """Compute in NCHW what is transposed to NCHW later; return how many Transposes that saves.

    Each Transpose from NHWC to NCHW moves towards the inputs, through everything that works in either
    layout, until it meets its inverse or an input of the graph. One that meets anything else stays.
    """
    graph = model.graph
    before = _count(graph)
    _name_transposes(model)
    turner = _Turner(model)
    for node in list(graph.node):
        if turner.keeps_shape(node):
            replace_input(graph, node.output[0], node.input[0])
    for node in list(graph.node):
        if turner.turns(node) and node.input[0] not in turner.inputs:
            name = turner.nchw(node.input[0])
            if name is None:
                continue
            if node.output[0] in turner.outputs:
                graph.node.remove(node)
                replace_output(graph, name, node.output[0])
            else:
                replace_input(graph, node.output[0], name)
    sort_nodes(graph)
    drop_unused(model)
    return before - _count(graph)


def _name_transposes(model: onnx.ModelProto) -> None:
    """Turn Reshapes that move a single channel back into Transposes: their shapes hold for one size only."""
    shapes = inferred_shapes(model)
    for node in model.graph.node:
        before, after = (
            shapes.get(name, []) for name in (node.input[0] if node.input else "", node.output[0])
        )
        if node.op_type != "Reshape" or len(before) != 4 or len(after) != 4 or 0 in (*before[1:], *after[1:]):
            continue
        for perm in (TO_NCHW, TO_NHWC):
            single = before[perm[1] if perm is TO_NCHW else 1] == 1
            if single and before[1:] != after[1:] and [before[axis] for axis in perm][1:] == after[1:]:
                transpose = helper.make_node("Transpose", node.input[:1], node.output, node.name, perm=perm)
                node.CopyFrom(transpose)
                break


def _count(graph: onnx.GraphProto) -> int:
    return sum(node.op_type == "Transpose" for node in graph.node)


class _Turner:
    """Computes tensors (N, H, W, C) of a graph as (N, C, H, W)."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.graph = model.graph
        self.shapes = inferred_shapes(model)
        self.constants = constants_of(self.graph)
        self.makers = {name: node for node in self.graph.node for name in node.output}
        self.inputs = {value.name for value in self.graph.input}
        self.outputs = {value.name for value in self.graph.output}
        self.turned: dict[str, str | None] = {}

    def keeps_shape(self, node: onnx.NodeProto) -> bool:
        """Whether a node is a Reshape that changes nothing, as a Transpose of single numbers leaves."""
        if node.op_type != "Reshape":
            return False
        before, after = (self.shapes.get(name, []) for name in (node.input[0], node.output[0]))
        return len(before) == len(after) == 4 and before[1:] == after[1:] and 0 not in before[1:]

    def turns(self, node: onnx.NodeProto) -> bool:
        """Whether a node turns NHWC into NCHW: a Transpose, or a Reshape of single pixels."""
        if node.op_type == "Transpose":
            return list(node.attribute[0].ints) == TO_NCHW
        if node.op_type != "Reshape":
            return False
        before, after = (self.shapes.get(name, []) for name in (node.input[0], node.output[0]))
        is_pixel = len(before) == len(after) == 4 and before[1:3] == after[2:] == [1, 1]
        return is_pixel and 0 < before[3] == after[1]

    def nchw(self, name: str) -> str | None:
        """Name of a tensor of rank 4 in NCHW; None if it cannot be computed so."""
        if name not in self.turned:
            self.turned[name] = None  # against cycles
            self.turned[name] = self._nchw(name)
        return self.turned[name]

    def _nchw(self, name: str) -> str | None:
        if name in self.constants:
            return self._constant(name)
        if self.shapes.get(name, [])[1:] == [1, 1, 1]:
            return name
        if name in self.inputs:
            return self._add("Transpose", [name], f"{name}/nchw", perm=TO_NCHW)
        node = self.makers[name]
        kind = node.op_type
        if kind == "Transpose" and list(node.attribute[0].ints) == TO_NHWC:
            return node.input[0]
        if kind in _ELEMENTWISE:
            inputs = [each and self._operand(each) for each in node.input]
            return None if None in inputs else self._copy(node, inputs)
        if kind == "Concat" and integer_of(node, "axis") in (3, -1):
            inputs = [self.nchw(each) for each in node.input]
            return None if None in inputs else self._copy(node, inputs, axis=1)
        if kind == "Split" and integer_of(node, "axis") in (3, -1):
            operand = self.nchw(node.input[0])
            if operand is None:
                return None
            self._copy(node, [operand, *node.input[1:]], axis=1)
            self.turned.update({each: f"{each}/nchw" for each in node.output})
            return f"{name}/nchw"
        if kind in _REDUCTIONS and integer_of(node, "keepdims", 1) == 1:
            return self._with_axes(node, 1)
        if kind == "Slice":
            return self._with_axes(node, 3)
        if kind == "Pad":
            return self._padded(node)
        if kind == "Unsqueeze":
            return self._unsqueezed(node)
        if kind == "Expand":
            return self._expanded(node)
        return None

    def _operand(self, name: str) -> str | None:
        """The same for an operand of an elementwise node: of rank 4, of rank 1 (C,), or a number."""
        rank = len(self.shapes.get(name, ())) if name not in self.constants else self.constants[name].ndim
        if rank == 4:
            return self.nchw(name)
        if name in self.constants and self.constants[name].size == 1:
            return name
        return self._constant(name) if name in self.constants and rank == 1 else None

    def _constant(self, name: str) -> str | None:
        value = self.constants[name]
        if value.ndim not in (1, 4):
            return None
        turned = value.reshape(-1, 1, 1) if value.ndim == 1 else value.transpose(TO_NCHW)
        return self._initializer(f"{name}/nchw", turned)

    def _with_axes(self, node: onnx.NodeProto, index: int) -> str | None:
        """A node whose input ``index`` lists axes."""
        axes = self.constants.get(node.input[index]) if len(node.input) > index else None
        operand = self.nchw(node.input[0])
        if axes is None or operand is None:
            return None
        inputs = [operand, *node.input[1:]]
        inputs[index] = self._initializer(
            f"{node.output[0]}/axes", np.array([_NCHW_AXIS[int(axis) % 4] for axis in axes], axes.dtype)
        )
        return self._copy(node, inputs)

    def _padded(self, node: onnx.NodeProto) -> str | None:
        pads, operand = self.constants.get(node.input[1]), self.nchw(node.input[0])
        if pads is None or pads.size != 8 or operand is None:
            return None
        turned = pads.reshape(2, 4)[:, TO_NCHW].ravel()
        pads = self._initializer(f"{node.output[0]}/pads", turned)
        return self._copy(node, [operand, pads, *node.input[2:]])

    def _unsqueezed(self, node: onnx.NodeProto) -> str | None:
        axes = self.constants.get(node.input[1])
        if axes is None or sorted(int(axis) % 4 for axis in axes) != [1, 2]:
            return None
        axes = self._initializer(f"{node.output[0]}/axes", np.array([2, 3], np.int64))
        return self._copy(node, [node.input[0], axes])

    def _expanded(self, node: onnx.NodeProto) -> str | None:
        operand = self.nchw(node.input[0])
        if operand is None or len(self.shapes.get(node.output[0], ())) != 4:
            return None
        order = self._initializer("nhwc_to_nchw", np.array(TO_NCHW, np.int64))
        shape = self._add("Gather", [node.input[1], order], f"{node.output[0]}/shape")
        return self._copy(node, [operand, shape])

    def _copy(self, node: onnx.NodeProto, inputs: Sequence[str], axis: int | None = None) -> str:
        new = onnx.NodeProto.FromString(node.SerializeToString())
        new.name = f"{node.name}/nchw"
        new.input[:] = inputs
        new.output[:] = [f"{each}/nchw" for each in node.output]
        for each in new.attribute:
            if each.name == "axis" and axis is not None:
                each.i = axis
        self.graph.node.append(new)
        return new.output[0]

    def _add(self, kind: str, inputs: Sequence[str], output: str, **attributes: Sequence[int]) -> str:
        self.graph.node.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def _initializer(self, name: str, value: np.ndarray) -> str:
        if name not in self.constants:
            self.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
            self.constants[name] = value
        return name
