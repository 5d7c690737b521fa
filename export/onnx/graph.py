"""What every pass over an ONNX graph needs: finding, replacing, ordering and evaluating nodes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator


def put_around(
    graph: onnx.GraphProto, before: Sequence[onnx.NodeProto], after: Sequence[onnx.NodeProto]
) -> None:
    """Put nodes in front of those that a graph has, and behind them."""
    set_nodes(graph, [*before, *graph.node, *after])


def set_nodes(graph: onnx.GraphProto, nodes: Sequence[onnx.NodeProto]) -> None:
    """Replace a graph's nodes by these, in their order; they may be its own."""
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(copies)


def sort_nodes(graph: onnx.GraphProto) -> None:
    """Order the nodes so that each comes after those whose results it takes."""
    makers: Mapping[str, onnx.NodeProto] = {name: node for node in graph.node for name in node.output}
    ordered, done = [], set()
    for last in graph.node:
        waiting = [(last, iter(last.input))]
        while waiting:
            node, inputs = waiting[-1]
            following = next((makers[name] for name in inputs if name in makers), None)
            if id(node) in done or following is None:
                waiting.pop()
                if id(node) not in done:
                    done.add(id(node))
                    ordered.append(node)
            elif id(following) not in done:
                waiting.append((following, iter(following.input)))
    set_nodes(graph, ordered)


def replace_input(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Let the nodes that take one tensor take another."""
    for node in graph.node:
        node.input[:] = [new if name == old else name for name in node.input]


def replace_output(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Rename a tensor, in the node that computes it and in those that take it."""
    for node in graph.node:
        node.output[:] = [new if name == old else name for name in node.output]
    replace_input(graph, old, new)


def drop_unused(model: onnx.ModelProto) -> None:
    """Remove nodes and constants that no output depends on."""
    graph = model.graph
    used = {value.name for value in graph.output}
    for index in reversed(range(len(graph.node))):
        if used.isdisjoint(graph.node[index].output):
            del graph.node[index]
        else:
            used.update(graph.node[index].input)
    for index in reversed(range(len(graph.initializer))):
        if graph.initializer[index].name not in used:
            del graph.initializer[index]


def integer_of(node: onnx.NodeProto, name: str, default: int | None = None) -> int | None:
    """A node's attribute that is one integer."""
    return next((each.i for each in node.attribute if each.name == name), default)


def lists_of(node: onnx.NodeProto) -> dict[str, list[int]]:
    """A node's attributes that are lists of integers."""
    return {each.name: list(each.ints) for each in node.attribute if each.type == each.INTS}


def pads_itself(node: onnx.NodeProto) -> bool:
    """Whether a convolution computes its padding itself (``auto_pad``)."""
    return any(each.name == "auto_pad" and each.s != b"NOTSET" for each in node.attribute)


def tensors_of(graph: onnx.GraphProto) -> dict[str, onnx.TensorProto]:
    """All constants of a graph by name, not decoded."""
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].name == "value":
            tensors[node.output[0]] = node.attribute[0].t
    return tensors


def constants_of(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """All constants of a graph by name."""
    return {name: numpy_helper.to_array(tensor) for name, tensor in tensors_of(graph).items()}


def inferred_shapes(model: onnx.ModelProto) -> dict[str, list[int]]:
    """Shapes of inputs, outputs and all tensors between, by name; 0 where a length is unknown."""
    graph = onnx.shape_inference.infer_shapes(_without_weights(model)).graph
    return {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.input, *graph.output)
    }


def evaluate(
    nodes: list[onnx.NodeProto], inputs: Mapping[str, np.ndarray], outputs: Any, model: onnx.ModelProto
) -> list[np.ndarray]:
    """Compute some nodes of a model with ONNX's reference evaluator."""
    graph = helper.make_graph(
        nodes,
        "part",
        [
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
            for name, array in inputs.items()
        ],
        [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in outputs],
    )
    part = helper.make_model(graph, opset_imports=model.opset_import)
    return [np.asarray(value) for value in ReferenceEvaluator(part).run(None, dict(inputs))]


def _without_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Copy the graph with each large initializer as an input: shapes need no values."""
    small = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    small.graph.name = model.graph.name
    small.graph.node.extend(model.graph.node)
    small.graph.input.extend(model.graph.input)
    small.graph.output.extend(model.graph.output)
    for tensor in model.graph.initializer:
        if np.prod(tensor.dims) < 1000:
            small.graph.initializer.append(tensor)
        else:
            small.graph.input.append(
                helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims))
            )
    return small
