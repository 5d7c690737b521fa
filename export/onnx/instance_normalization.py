"""Makes one node of each instance normalisation, whatever formula its layer was written with."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.onnx.graph import constants_of, drop_unused, evaluate, inferred_shapes, set_nodes

# What a normalisation is written with: no node that mixes pixels other than by their mean.
_ELEMENTWISE = {
    *("Add", "Sub", "Mul", "Div", "Neg", "Sqrt", "Reciprocal", "Pow", "ReduceMean"),
    *("Reshape", "Squeeze", "Unsqueeze", "Expand", "Identity"),
}


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
        rest, dropped = [], {id(old) for old in region}
        for old in graph.node:
            if end in old.output:
                rest.append(node)
            elif id(old) not in dropped:
                rest.append(old)
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
    inner = {name for node in region for name in node.output}
    outside = {name for node in graph.node if id(node) not in inside for name in node.input}
    leaving = inner & (outside | {value.name for value in graph.output})
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
    """Measure scale and offset (C,) float32 of a region; None if it is not such a normalisation."""
    random = np.random.default_rng(0)
    used = {name: constants[name] for node in region for name in node.input if name in constants}
    known: list[np.ndarray] | None = None
    for deviation in (1.0, 2e-3, 20.0):  # variances above and below any epsilon in use
        x = (deviation * random.standard_normal((3, *shape))).astype(np.float32)
        y = evaluate(region, {start: x, **used}, [end], model)[0]
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
    """Return the constant that was measured: the layer's own weight, bit for bit, if the graph has it."""
    candidates = [value.ravel() for value in constants.values() if value.size == measured.size]
    for candidate in (*candidates, np.full(measured.size, neutral)):
        if candidate.dtype.kind == "f" and np.allclose(candidate, measured, rtol=2e-5, atol=2e-5):
            return candidate.astype(np.float32)
    return measured.astype(np.float32)
