"""Finds which heights and widths a network takes, and whether it computes with them."""

from collections.abc import Callable, Sequence
from typing import Any

from export.onnx.padding import Sides
from export.ports import Port
from zoo.backend import tf
from zoo.errors import UserError

Size = tuple[int, int]

LARGEST = 512  # multiple to try
USUAL = 96  # sides at which any network has enough pixels


def find_sides(size_at: Callable[[Size], Size], multiple: int | None = None) -> Sides:
    """The smallest power of two at whose multiples a network's images are as large as its input.

    Args:
        size_at: (height, width) of the input → of the output; raises what TensorFlow raises for sides
            that do not fit.
        multiple: if it is known.

    Raises:
        UserError: there is none up to 512.
    """
    reason = ""
    for each in [multiple] if multiple else [2**power for power in range(LARGEST.bit_length())]:
        odd = max(-(-USUAL // each) | 1, 1)  # an even one would also be a multiple of the next power
        low, high = each * odd, each * (odd + 2)
        reason = next(filter(None, (_refused(size_at, size) for size in ((low, high), (high, low)))), "")
        if not reason:
            smallest = each
            while smallest < low and _refused(size_at, (smallest, smallest)):
                smallest *= 2
            return Sides(each, min(smallest, low))
    tried = f"multiples of {multiple}" if multiple else f"multiples of 1, 2, 4, … {LARGEST}"
    raise UserError(
        f"its images do not come out as large as they go in, at {tried} ({reason}): give `size_multiple`, "
        "or save the model with a fixed size of its input"
    )


def reshapes(network: Callable[..., Any], inputs: Sequence[Port]) -> bool:
    """Whether a network reshapes to lengths that follow from its images' sides, as attention does."""
    specs = {port.name: tf.TensorSpec(port.free_shape, port.dtype) for port in inputs}
    traced = tf.function(network, autograph=False).get_concrete_function(**specs)
    graph = traced.graph.as_graph_def(add_shapes=True)
    return any(
        shape.unknown_rank or any(dim.size < 0 for dim in shape.dim[1:])
        for nodes in (graph.node, *(body.node_def for body in graph.library.function))
        for node in nodes
        if node.op == "Reshape"
        for shape in node.attr["_output_shapes"].list.shape
    )


def _refused(size_at: Callable[[Size], Size], size: Size) -> str:
    """What is wrong with a size, or ""."""
    try:
        output = size_at(size)
    except (ValueError, tf.errors.OpError) as error:
        return f"{'x'.join(map(str, size))}: {' '.join(str(error).split())[:100]}"
    return "" if output == size else f"{'x'.join(map(str, size))} gives {'x'.join(map(str, output))}"
