"""Folds constant normalisations, a scale and an offset for each channel, into the convolution before."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.onnx.graph import drop_unused, integer_of, set_nodes, tensors_of

_OUTPUT_CHANNELS = {"Conv": 0, "ConvTranspose": 1}  # the axis of the kernel


def fold_scales(model: onnx.ModelProto) -> int:
    """Fold constants (C,) that a convolution's result is multiplied by, or that are added to it.

    Returns how many nodes that saves. A convolution whose result has other uses stays.
    """
    graph = model.graph
    _split_normalizations(graph)
    spared = 0
    while (match := _next(graph)) is not None:
        convolution, node, constant = match
        tensors = tensors_of(graph)
        kernel, *biases = (numpy_helper.to_array(tensors[name]) for name in convolution.input[1:])
        bias = biases[0] if biases else 0
        axis = _OUTPUT_CHANNELS[convolution.op_type]
        if node.op_type == "Mul":
            shape = [-1 if index == axis else 1 for index in range(kernel.ndim)]
            kernel, bias = kernel * constant.reshape(shape), bias * constant
        else:
            bias = bias + constant
        kernel_name, bias_name = f"{node.output[0]}/kernel", f"{node.output[0]}/bias"
        graph.initializer.append(numpy_helper.from_array(kernel.astype(np.float32), kernel_name))
        bias = np.broadcast_to(np.asarray(bias, np.float32), constant.shape)
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(bias), bias_name))
        new = helper.make_node(
            convolution.op_type, [convolution.input[0], kernel_name, bias_name], [node.output[0]],
            name=convolution.name,
        )  # fmt: skip
        new.attribute.extend(convolution.attribute)
        convolution.CopyFrom(new)
        graph.node.remove(node)
        spared += 1
        drop_unused(model)
    return spared


def _split_normalizations(graph: onnx.GraphProto) -> None:
    """Split each BatchNormalization after a convolution without other uses into a Mul and an Add."""
    tensors = tensors_of(graph)
    convolutions = {node.output[0] for node in graph.node if node.op_type in _OUTPUT_CHANNELS}
    uses = [name for node in graph.node for name in node.input] + [value.name for value in graph.output]
    nodes = []
    for node in graph.node:
        nodes.append(node)
        name, *constants = node.input
        if node.op_type != "BatchNormalization" or name not in convolutions or uses.count(name) > 1:
            continue
        if any(each not in tensors for each in constants):
            continue
        gamma, beta, mean, variance = (numpy_helper.to_array(tensors[each]) for each in constants)
        epsilon = next((each.f for each in node.attribute if each.name == "epsilon"), 1e-5)
        scale = gamma / np.sqrt(variance + np.float32(epsilon))
        (end,) = node.output
        for part, value in (("scale", scale), ("offset", beta - mean * scale)):
            graph.initializer.append(numpy_helper.from_array(value[:, None, None], f"{end}/{part}"))
        nodes[-1:] = [
            helper.make_node("Mul", [name, f"{end}/scale"], [f"{end}/scaled"], name=f"{end}/scaled"),
            helper.make_node("Add", [f"{end}/scaled", f"{end}/offset"], [end], name=node.name),
        ]
    set_nodes(graph, nodes)


def _next(graph: onnx.GraphProto) -> tuple[onnx.NodeProto, onnx.NodeProto, np.ndarray] | None:
    """A convolution, the node after it that can be folded into it, and that node's constant (C,)."""
    tensors = tensors_of(graph)
    makers = {name: node for node in graph.node for name in node.output}
    uses = [name for node in graph.node for name in node.input] + [value.name for value in graph.output]
    for node in graph.node:
        if node.op_type not in ("Mul", "Add"):
            continue
        for name, other in (node.input, node.input[::-1]):
            convolution = makers.get(name)
            if convolution is None or convolution.op_type not in _OUTPUT_CHANNELS or uses.count(name) > 1:
                continue
            if any(each not in tensors for each in (*convolution.input[1:], other)):
                continue
            if integer_of(convolution, "group") not in (None, 1):
                continue
            channels = tensors[convolution.input[1]].dims[_OUTPUT_CHANNELS[convolution.op_type]]
            if list(tensors[other].dims) in ([channels, 1, 1], [1, channels, 1, 1]):
                return convolution, node, numpy_helper.to_array(tensors[other]).ravel()
    return None
