"""A slice after a transposed convolution becomes padding only where it cuts off the beginning."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from export.onnx.crops import fold_crops

FAR = 2**31 - 1


def graph_of(starts: list, ends: list, axes: list, also: bool = False) -> onnx.ModelProto:
    weight = np.random.default_rng(0).normal(size=(2, 3, 3, 3)).astype(np.float32)
    constants = {
        "starts": np.array(starts), "ends": np.array(ends), "axes": np.array(axes), "weight": weight,
    }  # fmt: skip
    value = helper.make_tensor_value_info
    nodes = [
        helper.make_node("ConvTranspose", ["image", "weight"], ["whole"], strides=[2, 2], pads=[0, 0, 0, 0]),
        helper.make_node("Slice", ["whole", "starts", "ends", "axes"], ["part"]),
        helper.make_node("Relu", ["part"], ["y"]),
    ]
    outputs = [value("y", onnx.TensorProto.FLOAT, [None] * 4)]
    if also:
        outputs.append(value("whole", onnx.TensorProto.FLOAT, [None] * 4))
    inputs = [value("image", onnx.TensorProto.FLOAT, ["batch", 2, "h", "w"])]
    weights = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "g", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def run(model: onnx.ModelProto) -> np.ndarray:
    image = np.random.default_rng(1).normal(size=(2, 2, 5, 4)).astype(np.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["y"], {"image": image})[0]


@pytest.mark.parametrize(
    ("starts", "axes", "pads"),
    [
        ([0, 1, 1, 0], [0, 2, 3, 1], [1, 1, 1, 1]),  # as PyTorch writes it, with output_padding
        ([1], [2], [1, 0, 1, 0]),
        ([2, 1], [-1, -2], [1, 2, 0, 0]),  # a stride is too much to be given back
    ],
)
def test_what_is_cut_off_is_not_computed(starts: list, axes: list, pads: list) -> None:
    model = graph_of(starts, [FAR] * len(starts), axes)
    before = run(model)
    assert fold_crops(model) == 1
    assert [node.op_type for node in model.graph.node] == ["ConvTranspose", "Relu"]
    (padding,) = [each.ints for each in model.graph.node[0].attribute if each.name == "pads"]
    assert list(padding) == pads
    onnx.checker.check_model(model, full_check=True)
    np.testing.assert_allclose(run(model), before, atol=1e-6)


@pytest.mark.parametrize(
    ("starts", "ends", "axes", "also"),
    [
        ([1, 1], [FAR, 8], [2, 3], False),  # an end that another size would move
        ([1, 1], [FAR, FAR], [1, 2], False),  # channels
        ([-3], [FAR], [2], False),  # counted from the end
        ([1, 1], [FAR, FAR], [2, 3], True),  # the whole is asked for too
    ],
)
def test_others_are_left_alone(starts: list, ends: list, axes: list, also: bool) -> None:
    model = graph_of(starts, ends, axes, also)
    assert fold_crops(model) == 0
    assert [node.op_type for node in model.graph.node] == ["ConvTranspose", "Slice", "Relu"]
