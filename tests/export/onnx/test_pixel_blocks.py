"""A convolution that makes images gives the same numbers when it makes four pixels at a time."""

import numpy as np
import onnx
import onnxruntime
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from export.onnx.pixel_blocks import make_pixels_in_blocks


def graph_of(
    channels: int, kernel: tuple[int, int], pads: list[int], size: tuple[int, int], biased: bool
) -> onnx.ModelProto:
    random = np.random.default_rng(0)
    constants = {"kernel": random.normal(size=(channels, 2, *kernel)), "bias": random.normal(size=channels)}
    names = ["kernel", "bias"] if biased else ["kernel"]
    given = [side + k - 1 - a - b for side, k, a, b in zip(size, kernel, pads[:2], pads[2:], strict=True)]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Conv", ["image", *names], ["y"], pads=pads)],
        "g",
        [value("image", onnx.TensorProto.FLOAT, ["batch", 2, *given])],
        [value("y", onnx.TensorProto.FLOAT, ["batch", channels, None, None])],
        [numpy_helper.from_array(constants[name].astype(np.float32), name) for name in names],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def run(model: onnx.ModelProto) -> np.ndarray:
    sides = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim[2:]]
    image = np.random.default_rng(1).normal(size=(2, 2, *sides)).astype(np.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["y"], {"image": image})[0]


@settings(deadline=None, max_examples=60)
@given(data=st.data(), channels=st.integers(1, 4), biased=st.booleans())
def test_it_gives_the_same(data: st.DataObject, channels: int, biased: bool) -> None:
    kernel = data.draw(st.tuples(st.integers(2, 7), st.integers(2, 7)))
    pads = [data.draw(st.integers(0, side // 2)) for side in (*kernel, *kernel)]
    size = data.draw(st.tuples(*[st.integers(4, 7).map(lambda half: 2 * half)] * 2))
    model = graph_of(channels, kernel, pads, size, biased)
    expected = run(model)
    assert make_pixels_in_blocks(model, size) == 1
    onnx.checker.check_model(model, full_check=True)
    assert expected.shape[2:] == size
    np.testing.assert_allclose(run(model), expected, rtol=0, atol=1e-5)


def test_others_stay() -> None:
    """Those that make other maps than images, many channels, or mix no pixels."""
    for channels, kernel, size in ((3, (3, 3), (8, 10)), (5, (3, 3), (8, 8)), (3, (1, 1), (8, 8))):
        assert make_pixels_in_blocks(graph_of(channels, kernel, [0] * 4, size, True), (8, 8)) == 0
