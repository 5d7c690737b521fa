"""Pictures of any size: padded by reflection to what the networks take, and cropped again.

The same two steps for TensorFlow and, as nodes at the border of a converted graph, for ONNX. A side
of ``n`` pixels grows to the next multiple, and to the smallest that is allowed, by what lies at both
ends, mirrored without repeating the border: pixel ``p``, counted from the picture's first, is pixel
``min(q, 2(n - 1) - q)`` with ``q = |p| mod 2(n - 1)``.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

if TYPE_CHECKING:
    from zoo.backend import tf

SIDES = {"height": 1, "width": 2}  # and their axes in NHWC


@dataclass(frozen=True)
class Sides:
    """Which heights and widths networks take.

    Attributes:
        multiple: what they must be a multiple of.
        smallest: what they must be at least.
    """

    multiple: int
    smallest: int = 1

    @property
    def least(self) -> int:
        """The smallest side that is a multiple, too."""
        return -(-max(self.smallest, 1) // self.multiple) * self.multiple

    def padded(self, images: "tf.Tensor") -> "tf.Tensor":
        """Pictures (N, H, W, C) of any size → of the next size that is taken."""
        from zoo.backend import tf

        for axis in SIDES.values():
            length = tf.shape(images)[axis]
            missing = self._missing(length)
            place = tf.abs(tf.range(-(missing // 2), length + missing - missing // 2))
            period = tf.maximum(2 * (length - 1), 1)
            place %= period
            images = tf.gather(images, tf.minimum(place, period - place), axis=axis)
        return images

    def cropped(self, made: "tf.Tensor", like: "tf.Tensor") -> "tf.Tensor":
        """The middle of what was made of ``padded(like)``: as high and wide as ``like``."""
        from zoo.backend import tf

        height, width = (tf.shape(like)[axis] for axis in SIDES.values())
        top, left = (self._missing(length) // 2 for length in (height, width))
        return made[:, top : top + height, left : left + width]

    def _missing(self, length: "tf.Tensor") -> "tf.Tensor":
        from zoo.backend import tf

        return tf.maximum(length + -length % self.multiple, self.least) - length

    def put_into(self, model: onnx.ModelProto, pictures: list[str], output: str) -> None:
        """Give a graph whose pictures are NHWC, and all right for the networks, pictures of any size.

        Args:
            model: changed here; its picture inputs get sides named as in ``side_names``.
            pictures: names of the inputs; what comes out is as high and wide as the first.
            output: name of the pictures that come out.
        """
        graph = model.graph
        before, crop = _Nodes(graph), _Nodes(graph)
        starts = {}
        for name in pictures:
            inner = f"{name}/padded"
            _rename(graph, name, inner)
            shape = before.add("Shape", [name], f"{name}/shape")
            x = name
            for side, axis in SIDES.items():
                place, starts[name, side], ends = self._places(before, shape, f"{name}/{side}", axis)
                starts[name, side] = (starts[name, side], ends)
                last = side == "width"
                x = before.add("Gather", [x, place], inner if last else f"{name}/high", axis=axis)
        whole = f"{output}/whole"
        for node in graph.node:
            node.output[:] = [whole if name == output else name for name in node.output]
            node.input[:] = [whole if name == output else name for name in node.input]
        (top, bottom), (left, right) = (starts[pictures[0], side] for side in SIDES)
        crop.add("Concat", [top, left], f"{output}/from", axis=0)
        crop.add("Concat", [bottom, right], f"{output}/to", axis=0)
        axes = crop.constant("sides", list(SIDES.values()))
        crop.add("Slice", [whole, f"{output}/from", f"{output}/to", axes], output)
        inner_nodes = list(graph.node)
        del graph.node[:]
        graph.node.extend([*before.nodes, *inner_nodes, *crop.nodes])
        for value in (*graph.input, *graph.output):
            if value.name in (*pictures, output):
                names = side_names(value.name if value.name in pictures[1:] else "")
                for axis, name in zip(SIDES.values(), names, strict=True):
                    value.type.tensor_type.shape.dim[axis].dim_param = name

    def _places(self, nodes: "_Nodes", shape: str, name: str, axis: int) -> tuple[str, str, str]:
        """Nodes for which pixel comes where along a side; and where the picture begins and ends then (1,)."""
        one, two, nothing = (nodes.constant(text, n) for text, n in (("one", 1), ("two", 2), ("zero", 0)))
        multiple, least = nodes.constant("multiple", self.multiple), nodes.constant("least", self.least)
        length = nodes.add("Gather", [shape, nodes.constant(f"axis_{axis}", axis)], f"{name}/length")
        # Neg and Abs are written otherwise: OpenCV has them for float alone.
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
        there = nodes.add("Mod", [numbers, period], f"{name}/there")
        back = nodes.add("Sub", [period, there], f"{name}/back")
        place = nodes.add("Min", [there, back], f"{name}/place")
        row = nodes.constant("row", [0])
        starts = nodes.add("Unsqueeze", [begin, row], f"{name}/from")
        ends = nodes.add("Unsqueeze", [nodes.add("Add", [begin, length], f"{name}/end"), row], f"{name}/to")
        return place, starts, ends


def side_names(picture: str = "") -> tuple[str, str]:
    """Names of the free axes of a picture: of the first "height" and "width", of others with their name."""
    return tuple(f"{picture}_{side}" if picture else side for side in SIDES)


class _Nodes:
    """Nodes to be put into a graph, and the constants that they share."""

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


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Give the users of a tensor another one."""
    for node in graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
