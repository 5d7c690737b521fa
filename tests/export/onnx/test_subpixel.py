"""A transposed convolution as a plain one gives the same numbers, and can then be one of 8-bit integers."""

import numpy as np
import onnx
import onnxruntime
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from export.contract import from_inference
from export.onnx.conversion import network_graph
from export.onnx.int8 import to_int8
from export.onnx.subpixel import to_plain_convolutions
from zoo.inference.run_checkpoint import Inference
from zoo.models.pix2pix.model import Pix2PixConfig
from zoo.models.pix2pix.signature import pix2pix_signature


def graph_of(kernel: tuple[int, int], biased: bool, **attributes: object) -> onnx.ModelProto:
    random = np.random.default_rng(0)
    constants = {"kernel": random.normal(size=(2, 3, *kernel)), "bias": random.normal(size=3)}
    names = ["kernel", "bias"] if biased else ["kernel"]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("ConvTranspose", ["image", *names], ["y"], **attributes)],
        "g",
        [value("image", onnx.TensorProto.FLOAT, ["batch", 2, "h", "w"])],
        [value("y", onnx.TensorProto.FLOAT, ["batch", 3, None, None])],
        [numpy_helper.from_array(constants[name].astype(np.float32), name) for name in names],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def run(model: onnx.ModelProto, size: tuple[int, int]) -> np.ndarray:
    image = np.random.default_rng(1).normal(size=(2, 2, *size)).astype(np.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["y"], {"image": image})[0]


@settings(deadline=None, max_examples=60)
@given(data=st.data(), stride=st.integers(2, 3), biased=st.booleans())
def test_it_gives_the_same(data: st.DataObject, stride: int, biased: bool) -> None:
    """Kernels of any sides, borders cut off unevenly, pixels given back, images of any size."""
    kernel = data.draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    pads = [data.draw(st.integers(0, side - 1)) for side in (*kernel, *kernel)]
    given_back = data.draw(st.tuples(*[st.integers(0, stride - 1)] * 2))
    size = data.draw(st.tuples(st.integers(3, 6), st.integers(3, 6)))
    model = graph_of(kernel, biased, strides=[stride] * 2, pads=pads, output_padding=list(given_back))
    expected = run(model, size)
    replaced = to_plain_convolutions(model)
    # More given back than there is: such ones stay.
    ends = [-side % stride - more + end for side, more, end in zip(kernel, given_back, pads[2:], strict=True)]
    assert replaced == (min(ends) >= 0)
    assert ("ConvTranspose" in [node.op_type for node in model.graph.node]) != bool(replaced)
    onnx.checker.check_model(model, full_check=True)
    np.testing.assert_allclose(run(model, size), expected, rtol=0, atol=1e-5)


def test_what_it_does_not_know_stays() -> None:
    for attributes in ({"strides": [2, 1]}, {"strides": [2, 2], "dilations": [2, 1]}, {"auto_pad": "VALID"}):
        assert to_plain_convolutions(graph_of((3, 3), True, **attributes)) == 0


def test_a_u_net_is_in_integers() -> None:
    """The half that enlarges is where such a network takes its time."""
    signature = pix2pix_signature(Pix2PixConfig(size=(32, 32), crop=(32, 32), generator_width=4))
    source = from_inference(Inference(signature, "pix2pix", "", {}))
    image = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)).astype(np.float32)
    kinds = [node.op_type for node in to_int8(network_graph(source), {"image": image}).graph.node]
    # All but the last, which makes the image.
    assert [kinds.count(kind) for kind in ("QLinearConv", "Conv", "ConvTranspose")] == [9, 1, 0]
