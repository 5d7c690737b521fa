"""The graph with its weights and convolutions in float16."""

import onnx

from export.onnx.graph import sort_nodes
from export.onnx.quiet import quiet

# Means and variances are sums over whole images: more than float16's digits hold.
_FULL = ("InstanceNormalization", "ReduceMean", "Sqrt", "Reciprocal")


def to_float16(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with weights and all but its normalisations in float16; its ports stay as they are."""
    with quiet():
        from onnxruntime.transformers import float16

        blocked = [*float16.DEFAULT_OP_BLOCK_LIST, *_FULL]
        converted = float16.convert_float_to_float16(model, keep_io_types=True, op_block_list=blocked)
    sort_nodes(converted.graph)
    return converted
