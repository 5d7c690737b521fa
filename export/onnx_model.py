"""Writes a generator as ONNX: NHWC at the border, one Transpose on the way in and one out."""

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import onnx

from export.contract import Exportable
from export.saved_model import signature
from zoo.backend import tf

OPSET = 18
BATCH_AXIS = "batch"


def write_onnx(source: Exportable, path: Path) -> dict[str, int]:
    """Write ``source`` to ``path`` and return how many nodes of each kind the graph has.

    Raises:
        onnx.checker.ValidationError, onnx.shape_inference.InferenceError: the graph that
            came out is not valid ONNX.
    """
    model = _convert(source)
    _name_batch_axis(model)
    _describe(model, source)
    model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())
    kinds = [node.op_type for node in model.graph.node]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def _convert(source: Exportable) -> onnx.ModelProto:
    function = signature(source)
    with _quiet(), tf.device("CPU:0"):
        import tf2onnx

        # large_model keeps the weights out of the graph that tf2onnx rewrites: without it
        # every pass copies them (54 million parameters: 61 seconds against 11).
        model, storage = tf2onnx.convert.from_function(
            function, input_signature=function.input_signature, opset=OPSET, large_model=True
        )
    _put_weights_back(model, storage.name_to_tensor_data)
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the converter's advice to itself, and give it the NumPy that it was written for."""
    loggers = [logging.getLogger(name) for name in ("tf2onnx", "tensorflow")]
    levels = [logger.level for logger in loggers]
    # NumPy 2 has no np.product, which tf2onnx 1.17 calls on the large_model path.
    with warnings.catch_warnings(), mock.patch.object(np, "product", np.prod, create=True):
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def _put_weights_back(model: onnx.ModelProto, stored: dict[str, bytes]) -> None:
    """Move the weights into the file: one file is easier to hand on, and to hash."""
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            location = next(entry.value for entry in tensor.external_data if entry.key == "location")
            tensor.ClearField("external_data")
            tensor.data_location = onnx.TensorProto.DEFAULT
            tensor.raw_data = stored[location]


def _name_batch_axis(model: onnx.ModelProto) -> None:
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = BATCH_AXIS
    # Written again by shape inference, with the axis under its new name.
    del model.graph.value_info[:]


def _describe(model: onnx.ModelProto, source: Exportable) -> None:
    model.producer_name = "fashion-gan-zoo"
    model.graph.name = source.model
    model.doc_string = f"{source.model} ({source.recipe}), trained at {source.size[0]}x{source.size[1]}"
    meanings = {port.name: port for port in (*source.inputs, *source.outputs)}
    for value in (*model.graph.input, *model.graph.output):
        port = meanings[value.name]
        value.doc_string = (
            f"{port.meaning}: {port.layout}, {port.channels}, {port.range[0]:g} to {port.range[1]:g}"
        )
    properties: dict[str, Any] = {
        "model": source.model,
        "recipe": source.recipe,
        "inputs": json.dumps([port.describe(is_input=True) for port in source.inputs]),
        "outputs": json.dumps([port.describe(is_input=False) for port in source.outputs]),
        "conditions": json.dumps(list(source.conditions)),
        "statistics": source.statistics,
        "dropout": json.dumps(source.dropout),
    }
    onnx.helper.set_model_props(model, properties)
