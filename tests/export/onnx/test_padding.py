"""Images of any size come out as they would by hand: padded by reflection, translated, cropped."""

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper

from export.onnx.padding import Sides, side_names
from zoo.backend import tf


def by_hand(images: np.ndarray, sides: Sides) -> tuple[np.ndarray, tuple[slice, ...]]:
    """Numpy's reflection, which continues where an image is short; and where the image is in it."""
    pads, middle = [(0, 0)], [slice(None)]
    for length in images.shape[1:3]:
        whole = max(-(-length // sides.multiple) * sides.multiple, sides.least)
        before = (whole - length) // 2
        pads.append((before, whole - length - before))
        middle.append(slice(before, before + length))
    return np.pad(images, [*pads, (0, 0)], "reflect" if min(images.shape[1:3]) > 1 else "edge"), tuple(middle)


def session(sides: Sides) -> onnxruntime.InferenceSession:
    """A graph that adds to each pixel what lies right of it, cyclically: its borders show."""
    make = helper.make_tensor_value_info
    shape = ("batch", "height", "width", 2)
    nodes = [
        helper.make_node("Slice", ["image", "one", "far", "two"], ["rest"]),
        helper.make_node("Slice", ["image", "zero", "one", "two"], ["first"]),
        helper.make_node("Concat", ["rest", "first"], ["shifted"], axis=2),
        helper.make_node("Add", ["image", "shifted"], ["made"]),
    ]
    numbers = {"zero": 0, "one": 1, "two": 2, "far": 2**31}
    graph = helper.make_graph(
        nodes, "shift", [make("image", onnx.TensorProto.FLOAT, shape)],
        [make("made", onnx.TensorProto.FLOAT, shape)],
        [onnx.numpy_helper.from_array(np.array([n]), name) for name, n in numbers.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    sides.put_into(model, ["image"], "made")
    onnx.checker.check_model(model, full_check=True)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


SIDES = [Sides(1), Sides(4), Sides(4, 16), Sides(32), Sides(3, 7)]
SESSIONS = {sides: session(sides) for sides in SIDES}


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SIDES),
    st.one_of(st.tuples(st.integers(2, 70), st.integers(2, 70)), st.just((1, 1))),
)
def test_tensorflow_and_onnx_do_as_numpy(sides: Sides, size: tuple[int, int]) -> None:
    images = np.random.default_rng(0).uniform(-1, 1, (2, *size, 2)).astype(np.float32)
    padded, place = by_hand(images, sides)
    np.testing.assert_array_equal(sides.padded(tf.constant(images)), padded)
    np.testing.assert_array_equal(sides.cropped(tf.constant(padded), tf.constant(images)), images)
    (results,) = SESSIONS[sides].run(None, {"image": images})
    np.testing.assert_array_equal(results, (padded + np.roll(padded, -1, axis=2))[place])


def test_what_is_right_is_left_alone() -> None:
    """An image that fits is not moved: what the reference gives for it stays."""
    images = np.random.default_rng(0).uniform(-1, 1, (1, 16, 32, 3)).astype(np.float32)
    np.testing.assert_array_equal(Sides(4, 16).padded(tf.constant(images)), images)


@pytest.mark.parametrize(("multiple", "smallest", "least"), [(4, 16, 16), (4, 1, 4), (8, 10, 16), (1, 1, 1)])
def test_least(multiple: int, smallest: int, least: int) -> None:
    assert Sides(multiple, smallest).least == least


def test_side_names() -> None:
    assert side_names() == ("height", "width")
    assert side_names("style") == ("style_height", "style_width")
