"""How far a network's float32 result is from its exact one: no file of it can be held to less.

Each runtime adds up a convolution's products in its own order, and each order rounds differently. In most
networks that amounts to 1e-5; in one whose normalisations meet channels that hardly vary, to 1e-4 and
more, in PyTorch as well. The graph is run in float32 and, rewritten, in float64, on the same images.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from export.contract import Exportable
from export.tolerances import TOLERANCE
from export.verify.contract import ARTIFACTS
from zoo.backend import tf

MARGIN = 3
"""Two runtimes may be off in opposite directions, and other images somewhat further."""
MOST = 1e-3
"""Largest difference that is ever allowed for rounding: an eighth of a level of 8 bits."""
EXAMPLES = 2

FLOAT, DOUBLE = tf.float32.as_datatype_enum, tf.float64.as_datatype_enum


def is_suspect(report: Mapping[str, Any]) -> bool:
    """Whether files differ so much that the network's own rounding may be why."""
    differences = [check["max_abs"] for check in report["checks"] if check["artifact"] in ARTIFACTS]
    return any(each is not None and each > TOLERANCE["max_abs"] / MARGIN for each in differences)


def tolerance(source: Exportable, inputs: Mapping[str, np.ndarray]) -> tuple[dict[str, float], str]:
    """The tolerance of ``source``'s files: ``TOLERANCE``, or more if its own rounding needs it.

    Args:
        source: draws no dropout.
        inputs: examples, by the ports' names.

    Returns:
        The tolerance, and the reason in words; "" for the usual one.
    """
    rounding = own_rounding(source, {name: array[:EXAMPLES] for name, array in inputs.items()})
    if rounding is None or MARGIN * rounding <= TOLERANCE["max_abs"]:
        return dict(TOLERANCE), ""
    allowed = float(f"{min(MARGIN * rounding, MOST):.1e}")
    reason = (
        f"{allowed:g}: the network's own float32 is {rounding:.1e} off its float64, and its files may differ "
        f"by {MARGIN} times that, by {MOST:g} at most"
    )
    return {**TOLERANCE, "max_abs": allowed}, reason


def own_rounding(source: Exportable, inputs: Mapping[str, np.ndarray]) -> float | None:
    """Largest difference, in [-1, 1], of the first output in float32 from the same in float64.

    None where TensorFlow cannot compute one of the network's operations in float64.
    """
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    tensors = {name: tf.constant(array) for name, array in inputs.items()}

    @tf.function(autograph=False)
    def network() -> tf.Tensor:
        return source.call(**tensors)[source.outputs[0].name]

    with tf.device("CPU:0"):
        frozen = convert_variables_to_constants_v2(network.get_concrete_function())
        (output,) = (tensor.name for tensor in frozen.outputs)
        exact = _in_float64(frozen.graph.as_graph_def())
        try:
            result = tf.compat.v1.wrap_function(
                lambda: tf.graph_util.import_graph_def(exact, return_elements=[output], name=""), []
            )()
        except (ValueError, TypeError, tf.errors.OpError):  # an operation without float64
            return None
        return float(np.abs(network().numpy() - result[0].numpy()).max())


def _in_float64(graph: Any) -> Any:
    """The graph with float64 wherever it has float32."""
    exact = type(graph)(versions=graph.versions, library=graph.library)
    for node in graph.node:
        if node.op == "FusedBatchNormV3" and not node.attr["is_training"].b:
            exact.node.extend(_batch_normalization(node))
        else:
            exact.node.append(node)
    for node in exact.node:
        for attribute in node.attr.values():
            match attribute.WhichOneof("value"):
                case "type" if attribute.type == FLOAT:
                    attribute.type = DOUBLE
                case "list":
                    types = [DOUBLE if each == FLOAT else each for each in attribute.list.type]
                    attribute.list.type[:] = types
                case "tensor" if attribute.tensor.dtype == FLOAT:
                    values = tf.make_ndarray(attribute.tensor).astype(np.float64)
                    attribute.tensor.CopyFrom(tf.make_tensor_proto(values))
    return exact


def _batch_normalization(node: Any) -> list[Any]:
    """``(x - mean) · (rsqrt(variance + epsilon) · scale) + offset``, with channels last."""
    x, scale, offset, mean, variance = node.input[:5]

    def operation(op: str, name: str, *inputs: str) -> Any:
        new = type(node)(op=op, name=name, input=inputs)
        new.attr["T"].type = FLOAT
        return new

    epsilon = type(node)(op="Const", name=f"{node.name}/epsilon")
    epsilon.attr["dtype"].type = FLOAT
    epsilon.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(np.float32(node.attr["epsilon"].f)))
    names = [f"{node.name}/{each}" for each in ("shifted", "root", "scale", "centred", "scaled")]
    return [
        epsilon,
        operation("AddV2", names[0], variance, epsilon.name),
        operation("Rsqrt", names[1], names[0]),
        operation("Mul", names[2], names[1], scale),
        operation("Sub", names[3], x, mean),
        operation("Mul", names[4], names[3], names[2]),
        operation("AddV2", node.name, names[4], offset),
    ]
