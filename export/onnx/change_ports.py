"""Changes a graph's ports: images of 8 bits, or with their channels first."""

from dataclasses import replace

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.contract import Exportable
from export.onnx.graph import drop_unused, put_around, replace_input, replace_output
from export.onnx.transposes import TO_NCHW, TO_NHWC, remove_inner_transposes
from export.ports import Port


def take_8_bits(model: onnx.ModelProto, source: Exportable) -> Exportable:
    """Make images uint8, 0 to 255, in and out: scaled, clipped and rounded in the graph.

    Returns:
        ``source`` with the new ports.
    """
    graph = model.graph
    half = _number(graph, "ports/half", 127.5)
    one = _number(graph, "ports/one", 1.0)
    before, after = [], []
    for port in source.pictures:
        name, scaled = port.name, f"{port.name}/scaled"
        replace_input(graph, name, scaled)
        before += [
            helper.make_node("Cast", [name], [f"{name}/float"], name=f"{name}/float", to=TensorProto.FLOAT),
            helper.make_node("Div", [f"{name}/float", half], [f"{name}/to_2"], name=f"{name}/to_2"),
            helper.make_node("Sub", [f"{name}/to_2", one], [scaled], name=scaled),
        ]
    lowest, highest = _number(graph, "ports/lowest", 0.0), _number(graph, "ports/highest", 255.0)
    for port in source.outputs:
        name = port.name
        steps = {"exact": f"{name}/exact", "from_0": f"{name}/from_0", "levels": f"{name}/levels"}
        replace_output(graph, name, steps["exact"])
        after += [
            helper.make_node("Add", [steps["exact"], one], [steps["from_0"]], name=steps["from_0"]),
            helper.make_node("Mul", [steps["from_0"], half], [steps["levels"]], name=steps["levels"]),
            helper.make_node(
                "Clip", [steps["levels"], lowest, highest], [f"{name}/inside"], name=f"{name}/inside"
            ),
            helper.make_node("Round", [f"{name}/inside"], [f"{name}/whole_numbers"], name=f"{name}/round"),
            helper.make_node(
                "Cast", [f"{name}/whole_numbers"], [name], name=f"{name}/uint8", to=TensorProto.UINT8
            ),
        ]
    put_around(graph, before, after)
    pictures = {port.name for port in (*source.pictures, *source.outputs)}
    for value in (*graph.input, *graph.output):
        if value.name in pictures:
            value.type.tensor_type.elem_type = TensorProto.UINT8
    return _with_ports(source, dtype="uint8", range=(0, 255))


def take_channels_first(model: onnx.ModelProto, source: Exportable) -> Exportable:
    """Make images NCHW, in and out.

    Returns:
        ``source`` with the new ports.
    """
    graph = model.graph
    before, after = [], []
    for port in source.pictures:
        turned = f"{port.name}/nhwc"
        replace_input(graph, port.name, turned)
        before.append(helper.make_node("Transpose", [port.name], [turned], name=turned, perm=TO_NHWC))
    for port in source.outputs:
        turned = f"{port.name}/nhwc"
        replace_output(graph, port.name, turned)
        after.append(
            helper.make_node("Transpose", [turned], [port.name], name=f"{port.name}/nchw", perm=TO_NCHW)
        )
    put_around(graph, before, after)
    pictures = {port.name for port in (*source.pictures, *source.outputs)}
    for value in (*graph.input, *graph.output):
        if value.name in pictures:
            dims = value.type.tensor_type.shape.dim
            turned = [
                onnx.TensorShapeProto.Dimension.FromString(dims[i].SerializeToString()) for i in TO_NCHW
            ]
            del dims[:]
            dims.extend(turned)
    remove_inner_transposes(model)
    drop_unused(model)
    return _with_ports(source, layout="NCHW")


def _with_ports(source: Exportable, **changes: object) -> Exportable:
    def changed(port: Port) -> Port:
        if port.kind != "picture":
            return port
        shape = port.shape
        if changes.get("layout") == "NCHW":
            shape = tuple(shape[axis] for axis in TO_NCHW)
        return replace(port, shape=shape, **changes)

    inputs, outputs = (tuple(map(changed, ports)) for ports in (source.inputs, source.outputs))
    return replace(source, inputs=inputs, outputs=outputs)


def _number(graph: onnx.GraphProto, name: str, value: float) -> str:
    graph.initializer.append(numpy_helper.from_array(np.array(value, np.float32), name))
    return name
