"""Runs a network to try it, after its graph has shown that no tensor in it is too large to be tried."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from zoo.backend import tf
from zoo.errors import UserError

_A_PIXEL = 2048
"""Most numbers in a tensor for each pixel of the largest image that goes in (or, if none does, comes out):
64 is usual at first, and four times as long sides with 128 maps inside are 2,048."""
_VALUES = 1 << 22, 1 << 27
"""Least and largest that bound comes to, for one example; 128 maps of 1024 × 1024 have the latter."""
_ALL_VALUES = 1 << 34
"""Most numbers in all tensors of a network for one example."""
_UNKNOWN = {"FusedBatchNormV3"}  # its last result, a few bytes for training, has no shape


def run(
    network: Callable[..., Mapping[str, tf.Tensor]],
    inputs: Mapping[str, np.ndarray],
    may_be_unknown: bool,
    times: int = 1,
) -> list[dict[str, np.ndarray]]:
    """What a network makes of inputs, as often as asked.

    It is traced once: draws with a seed restart with each tracing, and would not look like draws.

    Args:
        network: tensors by name → tensors by name.
        inputs: arrays, the first axis that of examples.
        may_be_unknown: whether it may have tensors whose size follows from the inputs' values.
        times: how often it is run.

    Raises:
        UserError: a tensor in it would have more numbers than can be tried; or its size follows from values.
        ValueError, tf.errors.OpError: the inputs do not fit.
    """
    examples = max((len(each) for each in inputs.values()), default=1)
    with tf.device("CPU:0"):
        specs = {name: tf.TensorSpec(array.shape, array.dtype) for name, array in inputs.items()}
        try:
            function = tf.function(network, autograph=False).get_concrete_function(**specs)
        except (UserError, tf.errors.OpError):
            raise
        except Exception as error:  # layers and functions raise whatever they meet
            raise ValueError(str(error)) from error
        graph = function.graph.as_graph_def(add_shapes=True)
        ends = [specs.values(), tf.nest.flatten(function.structured_outputs)]
        pixels = next(filter(None, (_pixels(each) for each in ends)), 1)
        # What is computed with weights, which are as many as the file has, may be as large as they are.
        weights = max((variable.shape.num_elements() for variable in function.variables), default=0)
        least = max(_VALUES[0], 4 * weights)
        most = max(least, min(_A_PIXEL * pixels, _VALUES[1])) * examples
        _check(graph, most, _ALL_VALUES * examples, may_be_unknown)
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        results = [function(**tensors) for _ in range(times)]
    return [{name: tensor.numpy() for name, tensor in result.items()} for result in results]


def _pixels(ends: Iterable[Any]) -> int:
    """Of the largest image among what goes in or comes out; 0 if there is none."""
    shapes = [end.shape for end in ends]
    pictures = [shape for shape in shapes if shape.rank == 4 and None not in shape[1:3]]
    return max((shape[1] * shape[2] for shape in pictures), default=0)


def _check(graph: Any, most: int, most_of_all: int, may_be_unknown: bool) -> None:
    total = 0
    for nodes in (graph.node, *(body.node_def for body in graph.library.function)):
        for node in nodes:
            for shape in node.attr["_output_shapes"].list.shape:
                sides = [dim.size for dim in shape.dim]
                if shape.unknown_rank or -1 in sides:
                    if not (may_be_unknown or node.op in _UNKNOWN):
                        raise UserError(
                            f"how large a tensor in it is ({node.op}) depends on the images' values, so it "
                            "may be of any size: save the model as a SavedModel, which is run as a program"
                        )
                    continue
                total += math.prod(sides)
                if math.prod(sides) > most:
                    raise UserError(
                        f"a tensor in it ({node.op}) would have {' x '.join(map(str, sides))} numbers, and "
                        f"{most:,} are tried at most: give a smaller `size`, or another model"
                    )
    if total > most_of_all:
        raise UserError(
            f"its tensors would have {total:,} numbers, and {most_of_all:,} are tried at most: "
            "give a smaller `size`, or another model"
        )
