"""Converts a generator to ONNX: NHWC outside, with one Transpose on the way in and one on the way out."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from export.contract import Exportable
from export.onnx.affine import fold_scales
from export.onnx.crops import fold_crops
from export.onnx.dropout import HANDLERS, mark_dropout
from export.onnx.graph import constants_of, drop_unused
from export.onnx.instance_normalization import fuse_instance_normalization
from export.onnx.pixel_blocks import BLOCK, make_pixels_in_blocks
from export.onnx.quiet import quiet
from export.onnx.transposes import remove_inner_transposes
from export.onnx.weights import put_weights
from zoo.backend import tf
from zoo.errors import UserError

OPSET = 18
LARGE = 4096  # elements from which a constant is a weight that the converter need not see


def network_graph(source: Exportable) -> onnx.ModelProto:
    """The graph of ``source.network``: images NHWC, with sides that it takes, named as the ports.

    Raises:
        UserError: ONNX has no operator for something in it.
    """
    model = _convert(source)
    fold_crops(model)
    remove_inner_transposes(model)
    fold_scales(model)
    fuse_instance_normalization(model)
    _drop_empty_regions(model)
    sides = [*source.size, source.sides.multiple] if source.any_size else source.size
    if all(side % BLOCK == 0 for side in sides):
        make_pixels_in_blocks(model, _traced_size(source))
    _free_axes(model, source)
    return model


def write_onnx(source: Exportable, model: onnx.ModelProto, path: Path) -> dict[str, int]:
    """Write a graph to ``path`` and return how many nodes of each kind it has.

    Args:
        source: describes the ports as they are in the file.
        model: of ``network_graph``, or with other ports; changed here, so that images may be of any size
            if those of ``source`` may.
        path: the file.

    Raises:
        onnx.checker.ValidationError, onnx.shape_inference.InferenceError: the graph is not valid ONNX.
    """
    if source.any_size:
        pictures = [port.name for port in source.pictures]
        source.sides.put_into(model, pictures, source.outputs[0].name, source.outputs[0].layout)
    _describe(model, source)
    model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())
    kinds = [node.op_type for node in model.graph.node]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def _convert(source: Exportable) -> onnx.ModelProto:
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    with quiet(), tf.device("CPU:0"):
        import tf2onnx

        concrete = _at_one_size(source)
        frozen = convert_variables_to_constants_v2(concrete)
        # In the order of the signature, which is that of the ports.
        names = {tensor.name: port.name for tensor, port in zip(frozen.inputs, source.inputs, strict=True)}
        # A function's dictionary of outputs is flattened in the order of its keys.
        ordered = sorted(port.name for port in source.outputs)
        outputs = {tensor.name: name for tensor, name in zip(frozen.outputs, ordered, strict=True)}
        graph = frozen.graph.as_graph_def()
        mark_dropout(graph)
        weights = _take_weights(graph)
        model, _ = tf2onnx.convert.from_graph_def(
            graph,
            name=source.model,
            input_names=[*names, *(f"{name}:0" for name in weights)],
            output_names=list(outputs),
            opset=OPSET,
            custom_op_handlers=HANDLERS,
            tensors_to_rename={**names, **outputs, **{f"{name}:0": name for name in weights}},
        )
    unknown = {each.op_type for each in model.graph.node if not onnx.defs.has(each.op_type, each.domain)}
    if unknown:
        raise UserError(
            f"{source.model}: ONNX has no operator for {', '.join(sorted(unknown))}, which it uses: "
            "make the model without"
        )
    put_weights(model, weights)
    return model


def _at_one_size(source: Exportable) -> Any:
    """The network traced for images of one size, so that its graph needs no arithmetic with shapes.

    One that reshapes by the lengths of sides is traced for any size.
    """
    size = _traced_size(source)
    at_one_size = source.any_size and not source.reshapes
    specs = {
        port.name: tf.TensorSpec(
            [None, *size, port.shape[3]] if port.kind == "picture" and at_one_size else port.free_shape,
            port.dtype,
            port.name,
        )
        for port in source.inputs
    }

    @tf.function(input_signature=list(specs.values()), autograph=False)
    def network(*tensors: Any) -> dict[str, Any]:
        return source.network(**dict(zip(specs, tensors, strict=True)))

    return network.get_concrete_function()


def _traced_size(source: Exportable) -> tuple[int, int]:
    """The size of training, doubled where a side of a map would be a single pixel.

    A single pixel is traced to other operations than several.
    """
    height, width = (side * (1 + (side <= source.sides.multiple > 1)) for side in source.size)
    return height, width


def _take_weights(graph: Any) -> dict[str, np.ndarray]:
    """Make each large constant of a GraphDef an input, and return the constants by name.

    tf2onnx copies all constants thousands of times (54 million parameters: a minute and
    10 GB; a third of that as a large model). It does not copy what it never sees.
    """
    weights = {}
    for node in graph.node:
        if node.op == "Const" and node.attr["dtype"].type == tf.float32.as_datatype_enum:
            shape = node.attr["value"].tensor.tensor_shape
            if np.prod([dim.size for dim in shape.dim]) >= LARGE:
                weights[node.name] = tf.make_ndarray(node.attr["value"].tensor)
                placeholder = tf.compat.v1.NodeDef(name=node.name, op="Placeholder")
                placeholder.attr["dtype"].CopyFrom(node.attr["dtype"])
                placeholder.attr["shape"].shape.CopyFrom(shape)
                node.CopyFrom(placeholder)
    return weights


def _drop_empty_regions(model: onnx.ModelProto) -> None:
    """Give no Resize an empty region of interest, on which ONNX's own evaluator fails."""
    constants = constants_of(model.graph)
    for node in model.graph.node:
        if node.op_type == "Resize" and node.input[1] in constants and not constants[node.input[1]].size:
            node.input[1] = ""
    drop_unused(model)


def _free_axes(model: onnx.ModelProto, source: Exportable) -> None:
    """Name the axes of any length; for the conversion, the sides of images were numbers."""
    ports = {port.name: port for port in (*source.inputs, *source.outputs)}
    for value in (*model.graph.input, *model.graph.output):
        for dim, length in zip(value.type.tensor_type.shape.dim, ports[value.name].shape, strict=True):
            if isinstance(length, str):
                dim.dim_param = length
    # Written again by shape inference, with the axes under their names.
    del model.graph.value_info[:]


def _describe(model: onnx.ModelProto, source: Exportable) -> None:
    model.producer_name = "fashion-gan-zoo"
    model.graph.name = source.model
    model.doc_string = f"{source.model} ({source.recipe}), trained at {source.size[0]}x{source.size[1]}"
    meanings = {port.name: port for port in (*source.inputs, *source.outputs)}
    for value in (*model.graph.input, *model.graph.output):
        port = meanings[value.name]
        span = "from N(0, 1)" if port.range is None else f"{port.range[0]:g} to {port.range[1]:g}"
        value.doc_string = ", ".join(filter(None, (f"{port.meaning}: {port.layout}", port.channels, span)))
    properties: dict[str, Any] = {
        "model": source.model,
        "recipe": source.recipe,
        "inputs": json.dumps([port.describe(is_input=True) for port in source.inputs]),
        "outputs": json.dumps([port.describe(is_input=False) for port in source.outputs]),
        "usage": source.signature,
        "conditions": json.dumps(source.conditions),
        "statistics": source.statistics,
        "dropout": json.dumps(source.dropout),
    }
    onnx.helper.set_model_props(model, properties)
