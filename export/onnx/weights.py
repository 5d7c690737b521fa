"""Puts weights, which the converter did not see, into the graph."""

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import numpy_helper

from export.onnx.graph import constants_of, evaluate


def put_weights(model: onnx.ModelProto, weights: Mapping[str, np.ndarray]) -> None:
    """Turn the graph inputs named in ``weights`` into initializers, and fold what follows from them alone."""
    graph = model.graph
    values = dict(weights)
    small = constants_of(graph)
    kept = []
    for node in graph.node:
        known = [name for name in node.input if name]
        if any(name in values for name in known) and all(name in values or name in small for name in known):
            inputs = {name: values[name] if name in values else small[name] for name in known}
            values.update(zip(node.output, evaluate([node], inputs, node.output, model), strict=True))
        else:
            kept.append(node)
    used = {name for node in kept for name in node.input}
    inputs = [value for value in graph.input if value.name not in weights]
    del graph.node[:], graph.input[:]
    graph.node.extend(kept)
    graph.input.extend(inputs)
    graph.initializer.extend(
        numpy_helper.from_array(np.ascontiguousarray(array), name)
        for name, array in values.items()
        if name in used
    )
