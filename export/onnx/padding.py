"""Images of any size: padded by reflection to what the networks take, and cropped again.

The same two steps for TensorFlow and, as nodes around a converted graph, for ONNX. A side of ``n``
pixels grows to the next multiple, or to the smallest side that is allowed, by reflection at both ends
without repeating the border: pixel ``p``, counted from the image's first, is pixel
``min(q, 2(n - 1) - q)`` with ``q = |p| mod 2(n - 1)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.onnx.graph import put_around, replace_input, replace_output

if TYPE_CHECKING:
    from zoo.backend import tf

SIDES = ("height", "width")
AXES = {"NHWC": (1, 2), "NCHW": (2, 3)}  # of height and width


@dataclass(frozen=True)
class Sides:
    """Which heights and widths networks take.

    Attributes:
        multiple: of which each side must be a multiple.
        smallest: least length of a side.
    """

    multiple: int
    smallest: int = 1

    @property
    def least(self) -> int:
        """The smallest side that is also a multiple."""
        return -(-max(self.smallest, 1) // self.multiple) * self.multiple

    def padded(self, images: "tf.Tensor") -> "tf.Tensor":
        """Images (N, H, W, C) of any size → of the next size that the networks take."""
        from zoo.backend import tf

        for axis in AXES["NHWC"]:
            length = tf.shape(images)[axis]
            missing = self._missing(length)
            pixel = tf.abs(tf.range(-(missing // 2), length + missing - missing // 2))
            period = tf.maximum(2 * (length - 1), 1)
            pixel %= period
            images = tf.gather(images, tf.minimum(pixel, period - pixel), axis=axis)
        return images

    def cropped(self, results: "tf.Tensor", like: "tf.Tensor") -> "tf.Tensor":
        """The middle of the results for ``padded(like)``: as high and wide as ``like``."""
        from zoo.backend import tf

        height, width = (tf.shape(like)[axis] for axis in AXES["NHWC"])
        top, left = (self._missing(length) // 2 for length in (height, width))
        return results[:, top : top + height, left : left + width]

    def _missing(self, length: "tf.Tensor") -> "tf.Tensor":
        from zoo.backend import tf

        return tf.maximum(length + -length % self.multiple, self.least) - length

    def put_into(
        self, model: onnx.ModelProto, pictures: Sequence[str], output: str, layout: str = "NHWC"
    ) -> None:
        """Let a graph, whose images must have certain sides, take images of any size.

        Args:
            model: changed here.
            pictures: names of the image inputs; the result is as high and wide as the first.
            output: name of the resulting images.
            layout: of all of them.
        """
        graph = model.graph
        before, after = _Nodes(graph), _Nodes(graph)
        ends = {}
        for name in pictures:
            replace_input(graph, name, f"{name}/padded")
            shape = before.add("Shape", [name], f"{name}/shape")
            x = name
            for side, axis in zip(SIDES, AXES[layout], strict=True):
                pixel, *ends[name, side] = self._pixels(before, shape, f"{name}/{side}", axis)
                padded = f"{name}/padded" if side == SIDES[-1] else f"{name}/high"
                x = before.add("Gather", [x, pixel], padded, axis=axis)
        whole = f"{output}/whole"
        replace_output(graph, output, whole)
        (top, bottom), (left, right) = (ends[pictures[0], side] for side in SIDES)
        begin = after.add("Concat", [top, left], f"{output}/from", axis=0)
        end = after.add("Concat", [bottom, right], f"{output}/to", axis=0)
        after.add("Slice", [whole, begin, end, after.constant("sides", list(AXES[layout]))], output)
        put_around(graph, before.nodes, after.nodes)

    def _pixels(self, nodes: "_Nodes", shape: str, name: str, axis: int) -> tuple[str, str, str]:
        """Nodes for the pixels of a padded side, and for where the image begins and ends in it (1,)."""
        one, two, nothing = (nodes.constant(text, n) for text, n in (("one", 1), ("two", 2), ("zero", 0)))
        multiple, least = nodes.constant("multiple", self.multiple), nodes.constant("least", self.least)
        length = nodes.add("Gather", [shape, nodes.constant(f"axis_{axis}", axis)], f"{name}/length")
        # Without Neg and Abs, which OpenCV has only for floats.
        rest = nodes.add(
            "Mod", [nodes.add("Sub", [nothing, length], f"{name}/negative"), multiple], f"{name}/rest"
        )
        next_one = nodes.add("Add", [length, rest], f"{name}/next_multiple")
        whole = nodes.add("Max", [next_one, least], f"{name}/whole")
        missing = nodes.add("Sub", [whole, length], f"{name}/missing")
        begin = nodes.add("Div", [missing, two], f"{name}/begin")
        first = nodes.add("Sub", [nothing, begin], f"{name}/first")
        past = nodes.add("Add", [first, whole], f"{name}/past")
        pixels = nodes.add("Range", [first, past, one], f"{name}/pixels")
        numbers = nodes.add(
            "Max", [pixels, nodes.add("Sub", [nothing, pixels], f"{name}/mirrored")], f"{name}/far"
        )
        twice = nodes.add("Mul", [nodes.add("Sub", [length, one], f"{name}/last"), two], f"{name}/twice")
        period = nodes.add("Max", [twice, one], f"{name}/period")
        forward = nodes.add("Mod", [numbers, period], f"{name}/forward")
        backward = nodes.add("Sub", [period, forward], f"{name}/backward")
        pixel = nodes.add("Min", [forward, backward], f"{name}/pixel")
        row = nodes.constant("row", [0])
        starts = nodes.add("Unsqueeze", [begin, row], f"{name}/from")
        ends = nodes.add("Unsqueeze", [nodes.add("Add", [begin, length], f"{name}/end"), row], f"{name}/to")
        return pixel, starts, ends


def side_names(picture: str = "") -> tuple[str, str]:
    """Names of an image's free axes: "height" and "width" of the first, others with their own name."""
    return tuple(f"{picture}_{side}" if picture else side for side in SIDES)


class _Nodes:
    """Nodes for a graph, and the constants that they share."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.graph = graph
        self.nodes: list[onnx.NodeProto] = []

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, value: int | list[int]) -> str:
        name = f"any_size/{name}"
        if name not in {tensor.name for tensor in self.graph.initializer}:
            self.graph.initializer.append(numpy_helper.from_array(np.array(value, np.int64), name))
        return name
