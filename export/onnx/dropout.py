"""Puts dropout that is redrawn at each run into a graph, for images of any size.

The converter omits dropout, or draws numbers for one size only; so it gets a mark instead.
"""

from typing import Any

import numpy as np
from onnx import TensorProto

from zoo.backend import tf

MARK = "CheckNumerics"  # one tensor in, the same out; no generator has it, and its message says the rate


def mark_dropout(graph: Any) -> None:
    """Replace each ``FreshDropout`` of a GraphDef, a selection by random numbers, by ``MARK``.

    The random numbers are left unused.
    """
    nodes = {node.name: node for node in graph.node}

    def inputs(node: Any) -> list[Any]:
        return [nodes[name.partition(":")[0]] for name in node.input]

    for node in graph.node:
        if node.op not in ("Select", "SelectV2"):
            continue
        kept, scaled, _ = inputs(node)
        if kept.op != "GreaterEqual" or inputs(kept)[0].op != "RandomUniform":
            continue
        rate = float(tf.make_ndarray(inputs(kept)[1].attr["value"].tensor))
        mark = tf.compat.v1.NodeDef(name=node.name, op=MARK, input=scaled.input[:1])
        mark.attr["T"].CopyFrom(node.attr["T"])
        mark.attr["message"].s = repr(rate).encode()
        node.CopyFrom(mark)


def put_draws(context: Any, node: Any, name: str, arguments: list[Any]) -> None:
    """Replace a ``MARK`` by dropout; the signature is that of tf2onnx's handlers.

    There is no Dropout node: ONNX Runtime omits those, even in training mode.
    """
    rate = float(node.get_attr("message").s)
    (x,), outputs = node.input, node.output
    shape, dtype = context.get_shape(x), context.get_dtype(x)
    context.remove_node(node.name)

    def add(kind: str, *inputs: str, dtype: int = dtype, **more: Any) -> str:
        new = context.make_node(
            kind, list(inputs), name=f"{name}/{kind}", shapes=[shape], dtypes=[dtype], **more
        )
        return new.output[0]

    def constant(label: str, value: float) -> str:
        return context.make_const(f"{name}/{label}", np.array(value, np.float32)).output[0]

    drawn = add("RandomUniformLike", x)
    kept = add("GreaterOrEqual", drawn, constant("rate", rate), dtype=TensorProto.BOOL)
    # Divided at the end: a division right after a normalisation would hide it from the fusion.
    add("Div", add("Where", kept, x, constant("zero", 0)), constant("share", 1 - rate), outputs=outputs)


HANDLERS = {MARK: (put_draws, [])}
