"""Makes a converted graph smaller without changing what it computes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

# What a normalisation is written with: no node that mixes pixels other than by their mean.
_ELEMENTWISE = {
    *("Add", "Sub", "Mul", "Div", "Neg", "Sqrt", "Reciprocal", "Pow", "ReduceMean"),
    *("Reshape", "Squeeze", "Unsqueeze", "Expand", "Identity"),
}


def put_weights(model: onnx.ModelProto, weights: Mapping[str, np.ndarray]) -> None:
    """Turn the graph inputs named in ``weights`` into initializers; fold what is computed from them alone."""
    graph = model.graph
    values = dict(weights)
    small = constants_of(graph)
    kept = []
    for node in graph.node:
        known = [name for name in node.input if name]
        if any(name in values for name in known) and all(name in values or name in small for name in known):
            inputs = {name: values[name] if name in values else small[name] for name in known}
            values.update(zip(node.output, _evaluate([node], inputs, node.output, model), strict=True))
        else:
            kept.append(node)
    used = {name for node in kept for name in node.input}
    inputs = [value for value in graph.input if value.name not in weights]
    del graph.node[:], graph.input[:]
    graph.node.extend(kept)
    graph.input.extend(inputs)
    graph.initializer.extend(
        numpy_helper.from_array(np.ascontiguousarray(array), name)
        for name, array in values.items()
        if name in used
    )


def leave_out_regions(model: onnx.ModelProto) -> None:
    """Give no Resize a region of interest that is empty; ONNX's own evaluator stumbles over that."""
    constants = constants_of(model.graph)
    for node in model.graph.node:
        if node.op_type == "Resize" and node.input[1] in constants and not constants[node.input[1]].size:
            node.input[1] = ""
    drop_unused(model)


def fuse_instance_normalization(model: onnx.ModelProto) -> int:
    """Replace each normalisation over (H, W) by one InstanceNormalization node; return how many.

    Whatever formula a layer was written with, a region qualifies by what it computes: from
    one tensor x (N, C, H, W) and constants alone to one tensor of its shape, equal to
    scale * (x - mean) / sqrt(variance + epsilon) + offset on x of several magnitudes.
    """
    graph = model.graph
    constants = constants_of(graph)
    shapes = inferred_shapes(model)
    fused = 0
    for start in [node.input[0] for node in graph.node if node.op_type == "ReduceMean"]:
        shape = shapes.get(start, [])
        # A single pixel has no variance: nothing to gain there, and nothing to measure.
        if len(shape) != 4 or not all(shape[1:]) or shape[2] * shape[3] < 2:
            continue
        region, end = _region(graph, start, constants)
        epsilon = _epsilon(region, constants)
        if end is None or epsilon is None or shapes.get(end, shape)[1:] != shape[1:]:
            continue
        affine = _scale_and_offset(model, region, start, end, shape[1:], epsilon, constants)
        if affine is None:
            continue
        names = [f"{end}/scale", f"{end}/offset"]
        graph.initializer.extend(map(numpy_helper.from_array, affine, names))
        node = helper.make_node(
            "InstanceNormalization", [start, *names], [end], name=f"{end}/instance_norm", epsilon=epsilon
        )
        rest, dropped = [], {id(one) for one in region}
        for one in graph.node:
            if end in one.output:
                rest.append(node)
            elif id(one) not in dropped:
                rest.append(one)
        set_nodes(graph, rest)
        fused += 1
    drop_unused(model)
    return fused


def _region(
    graph: onnx.GraphProto, start: str, constants: Mapping[str, Any]
) -> tuple[list[onnx.NodeProto], str | None]:
    """All nodes that compute from ``start`` and constants alone, and the one tensor that leaves them."""
    known, region = {start}, []
    for node in graph.node:
        inputs = [name for name in node.input if name]
        if (
            node.op_type in _ELEMENTWISE
            and any(name in known for name in inputs)
            and all(name in known or name in constants for name in inputs)
        ):
            region.append(node)
            known.update(node.output)
    inside = {id(node) for node in region}
    made = {name for node in region for name in node.output}
    outside = {name for node in graph.node if id(node) not in inside for name in node.input}
    leaving = made & (outside | {value.name for value in graph.output})
    return region, leaving.pop() if len(leaving) == 1 else None


def _epsilon(region: list[onnx.NodeProto], constants: Mapping[str, Any]) -> float | None:
    """Return the number added under the root, where there is one root."""
    makers = {name: node for node in region for name in node.output}
    roots = [node for node in region if node.op_type == "Sqrt"]
    if len(roots) != 1:
        return None
    below = makers.get(roots[0].input[0])
    if below is None or below.op_type != "Add":
        return None
    added = [constants[name] for name in below.input if name in constants]
    return float(added[0].ravel()[0]) if len(added) == 1 and added[0].size == 1 else None


def _scale_and_offset(
    model: onnx.ModelProto,
    region: list[onnx.NodeProto],
    start: str,
    end: str,
    shape: list[int],
    epsilon: float,
    constants: Mapping[str, np.ndarray],
) -> list[np.ndarray] | None:
    """Measure scale and offset (C,) float32 of a region, or None where it is no such normalisation."""
    random = np.random.default_rng(0)
    used = {name: constants[name] for node in region for name in node.input if name in constants}
    known: list[np.ndarray] | None = None
    for deviation in (1.0, 2e-3, 20.0):  # variances above and below any epsilon in use
        x = (deviation * random.standard_normal((3, *shape))).astype(np.float32)
        y = _evaluate(region, {start: x, **used}, [end], model)[0]
        if y.shape != x.shape or not np.isfinite(y).all():
            return None
        mean, variance = x.mean((2, 3), np.float64, keepdims=True), x.var((2, 3), np.float64, keepdims=True)
        normal = (x - mean) / np.sqrt(variance + epsilon)
        if known is None:
            centre, level = normal.mean((0, 2, 3)), y.mean((0, 2, 3), np.float64)
            spread = normal - centre[:, None, None]
            scale = (spread * y).mean((0, 2, 3)) / np.square(spread).mean((0, 2, 3))
            measured = (scale, level - scale * centre)
            known = [_exact(values, used, neutral) for values, neutral in zip(measured, (1, 0), strict=True)]
        expected = known[0][:, None, None] * normal + known[1][:, None, None]
        if np.abs(y - expected).max() > 2e-5 * max(1.0, float(np.abs(expected).max())):
            return None
    return known


def _exact(measured: np.ndarray, constants: Mapping[str, np.ndarray], neutral: float) -> np.ndarray:
    """Return the constant that was measured: the layer's own weight, bit for bit, where it is there."""
    candidates = [value.ravel() for value in constants.values() if value.size == measured.size]
    for candidate in (*candidates, np.full(measured.size, neutral)):
        if candidate.dtype.kind == "f" and np.allclose(candidate, measured, rtol=2e-5, atol=2e-5):
            return candidate.astype(np.float32)
    return measured.astype(np.float32)


def _evaluate(
    nodes: list[onnx.NodeProto], inputs: Mapping[str, np.ndarray], outputs: Any, model: onnx.ModelProto
) -> list[np.ndarray]:
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


def replace_input(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Give the users of a tensor another one."""
    for node in graph.node:
        node.input[:] = [new if name == old else name for name in node.input]


def replace_output(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Give a tensor another name, for its maker and its users."""
    for node in graph.node:
        node.output[:] = [new if name == old else name for name in node.output]
    replace_input(graph, old, new)


def put_around(
    graph: onnx.GraphProto, before: Sequence[onnx.NodeProto], after: Sequence[onnx.NodeProto]
) -> None:
    """Put nodes in front of all that a graph has, and behind."""
    set_nodes(graph, [*before, *graph.node, *after])


def set_nodes(graph: onnx.GraphProto, nodes: Sequence[onnx.NodeProto]) -> None:
    """Give a graph these nodes, in their order; those that are its own are copied before they go."""
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(copies)


def sort_nodes(graph: onnx.GraphProto) -> None:
    """Put the nodes in an order in which each comes after those that it needs."""
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
    found = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].name == "value":
            found[node.output[0]] = node.attribute[0].t
    return found


def constants_of(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """All constants of a graph by name."""
    return {name: numpy_helper.to_array(tensor) for name, tensor in tensors_of(graph).items()}


def inferred_shapes(model: onnx.ModelProto) -> dict[str, list[int]]:
    """Shapes of what lies between nodes and goes in or out, by name; 0 where a length is not known."""
    graph = onnx.shape_inference.infer_shapes(_without_weights(model)).graph
    return {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.input, *graph.output)
    }


def drop_unused(model: onnx.ModelProto) -> None:
    """Remove nodes and constants from which nothing comes out."""
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
