"""A normalisation becomes one node only where that is what it computes."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from export.onnx.instance_normalization import fuse_instance_normalization
from export.onnx.weights import put_weights

SHAPE = ("batch", 4, 6, 5)
GAMMA = np.array([0.5, 1.5, -2.0, 0.1], np.float32)
BETA = np.array([0.0, -0.3, 2.0, 7.0], np.float32)


def graph_of(*steps: tuple, constants: dict[str, np.ndarray], out: str = "y") -> onnx.ModelProto:
    value = helper.make_tensor_value_info
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node(kind, list(inputs), [output]) for kind, inputs, output in steps],
            "g",
            [value("image", onnx.TensorProto.FLOAT, SHAPE)],
            [value(out, onnx.TensorProto.FLOAT, SHAPE)],
            [numpy_helper.from_array(array, name) for name, array in constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=8,
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def run(model: onnx.ModelProto, image: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"image": image})[0]


MOMENTS = (
    ("Relu", ("image",), "x"),
    ("ReduceMean", ("x", "axes"), "m"),
    ("Sub", ("x", "m"), "d"),
    ("Mul", ("d", "d"), "dd"),
    ("ReduceMean", ("dd", "axes"), "v"),
    ("Add", ("v", "epsilon"), "ve"),
    ("Sqrt", ("ve",), "s"),
)
CONSTANTS = {
    "axes": np.array([2, 3]),
    "epsilon": np.array(1e-3, np.float32),
    "gamma": GAMMA[:, None, None],
    "beta": BETA[:, None, None],
}


@pytest.mark.parametrize(
    "formula",
    [
        (("Div", ("d", "s"), "n"), ("Mul", ("n", "gamma"), "ng"), ("Add", ("ng", "beta"), "z")),
        (
            ("Reciprocal", ("s",), "r"),
            ("Mul", ("r", "gamma"), "k"),
            ("Mul", ("m", "k"), "mk"),
            ("Sub", ("beta", "mk"), "o"),
            ("Mul", ("x", "k"), "xk"),
            ("Add", ("xk", "o"), "z"),
        ),
    ],
)
def test_any_formula_is_recognised(formula: tuple) -> None:
    model = graph_of(*MOMENTS, *formula, ("Tanh", ("z",), "y"), constants=CONSTANTS)
    image = np.random.default_rng(0).normal(0.3, 0.05, (3, *SHAPE[1:])).astype(np.float32)
    before = run(model, image)
    assert fuse_instance_normalization(model) == 1
    assert [node.op_type for node in model.graph.node] == ["Relu", "InstanceNormalization", "Tanh"]
    weights = [numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
    np.testing.assert_array_equal(weights, [GAMMA, BETA])  # the layer's own, bit for bit
    np.testing.assert_allclose(run(model, image), before, atol=1e-6)


@pytest.mark.parametrize(
    ("constants", "formula"),
    [
        ({"axes": np.array([1, 2, 3])}, (("Div", ("d", "s"), "z"),)),  # layer normalisation
        ({"axes": np.array([0, 2, 3])}, (("Div", ("d", "s"), "z"),)),  # the batch's statistics
        ({}, (("Mul", ("d", "s"), "z"),)),  # multiplied where one divides
        ({}, (("Div", ("dd", "s"), "z"),)),
        ({}, (("Div", ("d", "s"), "n"), ("Add", ("n", "x"), "z"))),  # with a shortcut around it
    ],
)
def test_others_are_left_alone(constants: dict, formula: tuple) -> None:
    model = graph_of(*MOMENTS, *formula, ("Tanh", ("z",), "y"), constants={**CONSTANTS, **constants})
    before = model.SerializeToString()
    assert fuse_instance_normalization(model) == 0
    assert len(model.graph.node) == len(onnx.ModelProto.FromString(before).graph.node)


def test_weights_come_back_folded() -> None:
    """What is computed from weights alone is computed once, here."""
    model = graph_of(
        ("Transpose", ("w",), "t"), ("Mul", ("t", "two"), "tt"), ("Mul", ("image", "tt"), "y"),
        constants={"two": np.array(2, np.float32), "w": np.zeros((5, 6, 4), np.float32)},
    )  # fmt: skip
    del model.graph.initializer[1]
    model.graph.input.append(helper.make_tensor_value_info("w", onnx.TensorProto.FLOAT, (5, 6, 4)))
    weight = np.random.default_rng(0).normal(size=(5, 6, 4)).astype(np.float32)
    put_weights(model, {"w": weight})
    assert [node.op_type for node in model.graph.node] == ["Mul"]
    assert [value.name for value in model.graph.input] == ["image"]
    image = np.ones((1, *SHAPE[1:]), np.float32)
    np.testing.assert_array_equal(run(model, image)[0], 2 * weight.T)
