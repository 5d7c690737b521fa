"""Opens models in ONNX Runtime and TensorFlow."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from export.verify.arrays import Arrays, Run
from export.verify.errors import AGAIN, BundleError
from export.verify.files import checked_bytes
from zoo.io.onnx_files import ELSEWHERE, onnx_fault


def open_onnx(
    directory: Path, entry: dict[str, Any], contract: dict[str, Any]
) -> tuple[Run, list[str], dict[str, str]]:
    """Open an ONNX file: how to run it, where its ports differ from the contract's, and versions."""
    import onnxruntime

    content = checked_bytes(directory, entry["path"], contract)
    if fault := onnx_fault(content):
        if fault == ELSEWHERE:
            raise BundleError(f"{entry['path']} {fault}: {AGAIN}")
        raise ValueError(fault)  # no runtime can load it
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.load_model_format", "ONNX")  # whatever its bytes look like
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    problems = _differences(
        entry,
        {port.name: (port.shape, _onnx_dtype(port.type)) for port in session.get_inputs()},
        {port.name: (port.shape, _onnx_dtype(port.type)) for port in session.get_outputs()},
    )
    names = [port["name"] for port in entry["outputs"]]

    def run(inputs: Arrays) -> Arrays:
        return dict(zip(names, session.run(names, inputs), strict=True))

    return run, problems, {"onnxruntime": onnxruntime.__version__}


def open_saved_model(
    directory: Path, entry: dict[str, Any], contract: dict[str, Any], stack: contextlib.ExitStack
) -> tuple[Run, list[str], dict[str, str]]:
    """Open a SavedModel, as ``open_onnx``; ``stack`` keeps the files until the end."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    # TensorFlow opens files by name, so it gets copies of the bytes that were compared.
    copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="verify-")))
    for name in contract["sha256"]:
        if name.startswith(f"{entry['path']}/"):
            content, target = checked_bytes(directory, name, contract), copy / name[len(entry["path"]) + 1 :]
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            except OSError as error:
                raise BundleError(
                    f"{target} cannot be written ({error.strerror}): free some space, or set TMPDIR"
                ) from error
    # GPUs round float32 products to TF32 by default; the tolerance is for float32.
    with tf.device("CPU:0"):
        loaded = tf.saved_model.load(str(copy))
        function = loaded.signatures[entry["signature"]]
    _, keywords = function.structured_input_signature
    problems = _differences(
        entry,
        {name: (spec.shape.as_list(), spec.dtype.name) for name, spec in keywords.items()},
        {name: (spec.shape.as_list(), spec.dtype.name) for name, spec in function.structured_outputs.items()},
    )

    def run(inputs: Arrays) -> Arrays:
        with tf.device("CPU:0"):
            outputs = function(**{name: tf.constant(array) for name, array in inputs.items()})
        # Kept alive: a signature does not hold the variables of what it was loaded from.
        assert loaded is not None
        return {name: tensor.numpy() for name, tensor in outputs.items()}

    return run, problems, {"tensorflow": tf.__version__}


def _onnx_dtype(name: str) -> str:
    inner = name.removeprefix("tensor(").removesuffix(")")
    return {"float": "float32", "double": "float64"}.get(inner, inner)


def _differences(entry: dict[str, Any], inputs: dict, outputs: dict) -> list[str]:
    """Where a model's ports differ from the contract's; named axes stand for any length."""
    problems = []
    for kind, ports in (("inputs", inputs), ("outputs", outputs)):
        expected = {port["name"]: port for port in entry[kind]}
        if set(ports) != set(expected):
            problems.append(f"{kind} are {sorted(ports)}, the contract says {sorted(expected)}")
            continue
        for name, port in expected.items():
            shape, dtype = ports[name]
            actual_lengths = [length if isinstance(length, int) else None for length in shape]
            expected_lengths = [length if isinstance(length, int) else None for length in port["shape"]]
            if actual_lengths != expected_lengths:
                problems.append(f"{name} has shape {shape}, the contract says {port['shape']}")
            if dtype != port["dtype"]:
                problems.append(f"{name} is {dtype}, the contract says {port['dtype']}")
    return problems


def with_own_ports(run: Run, entry: dict[str, Any]) -> Run:
    """A model whose images are those of the bundle's own files: float32, NHWC, [-1, 1]."""
    inputs, outputs = ({port["name"]: port for port in entry[kind]} for kind in ("inputs", "outputs"))

    def to_port(values: np.ndarray, port: dict[str, Any]) -> np.ndarray:
        if port["dtype"] == "uint8":
            values = np.rint((values + 1) * 127.5).astype(np.uint8)
        return values.transpose(0, 3, 1, 2) if port.get("layout") == "NCHW" else values

    def from_port(values: np.ndarray, port: dict[str, Any]) -> np.ndarray:
        values = values.transpose(0, 2, 3, 1) if port.get("layout") == "NCHW" else values
        return values.astype(np.float32) / 127.5 - 1 if port["dtype"] == "uint8" else values

    def run_converted(arrays: Arrays) -> Arrays:
        results = run({name: to_port(values, inputs[name]) for name, values in arrays.items()})
        return {name: from_port(values, outputs[name]) for name, values in results.items()}

    return run_converted
