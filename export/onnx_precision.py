"""Graphs that compute with fewer bits: float16, or 8-bit integers in the convolutions."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx

from export.quiet import quiet

# Means and variances are sums over whole pictures: more than float16's digits hold.
_FULL = ("InstanceNormalization", "ReduceMean", "Sqrt", "Reciprocal")


def to_float16(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with weights and all but its normalisations in float16; its ports stay as they are."""
    with quiet():
        from onnxruntime.transformers import float16

        blocked = [*float16.DEFAULT_OP_BLOCK_LIST, *_FULL]
        return float16.convert_float_to_float16(model, keep_io_types=True, op_block_list=blocked)


def to_int8(model: onnx.ModelProto, examples: dict[str, np.ndarray]) -> onnx.ModelProto:
    """The graph with its convolutions in 8-bit integers; transposed ones stay as they are.

    Weights are signed, with a scale a channel; what goes into a convolution and comes out is
    unsigned, with a scale and a zero for the range that the examples gave it.

    Args:
        model: in float32.
        examples: inputs (N, ...) by name, one run each.
    """
    with quiet(), tempfile.TemporaryDirectory() as folder:
        from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

        path = Path(folder) / "int8.onnx"
        quantize_static(
            model,
            path,
            _Examples(examples),
            quant_format=QuantFormat.QOperator,
            op_types_to_quantize=["Conv"],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return onnx.load(path)


class _Examples:
    """Inputs one at a time, as ONNX Runtime's calibration asks for them."""

    def __init__(self, examples: dict[str, np.ndarray]) -> None:
        self.rest: Iterator[dict[str, np.ndarray]] = (
            {name: values[i : i + 1] for name, values in examples.items()}
            for i in range(len(next(iter(examples.values()))))
        )

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.rest, None)
