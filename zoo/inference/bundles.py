"""A bundle as it is run: what was checked of it is what is used, and nothing is read twice."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import UserError
from zoo.inference.contract import load_checked, read_contract
from zoo.io.onnx_files import onnx_fault
from zoo.runs import checkpoint_files

Arrays = dict[str, np.ndarray]


def open_bundle(bundle: Path) -> tuple[dict[str, Any], bytes]:
    """A bundle's contract, and its ONNX model: the very bytes whose hash is the contract's.

    Raises:
        UserError: it is not a bundle, or its model is missing, altered, reaches into other files, or does not
            take images as this project does (``check_images``).
    """
    contract = read_contract(bundle)
    check_images(bundle, contract)
    name = contract["artifacts"]["onnx"]["path"]
    model = load_checked(bundle, name, contract)
    fault = onnx_fault(model)
    if fault:
        raise UserError(f"{bundle / name} {fault}: fetch the bundle again, or export the model again")
    return contract, model


def is_current(bundle: Path, run: Path) -> bool:
    """Whether a run's bundle is of its newest or its best checkpoint, see ``zoo.runs.checkpoint_files``.

    Raises:
        UserError: the bundle has no readable contract, or the run no readable checkpoints.
    """
    return checkpoint_files.is_current(run, read_contract(bundle).get("provenance", {}))


def check_images(bundle: Path, contract: dict[str, Any]) -> None:
    """Refuse images that fit the contract's schema but are not as inside this project.

    Raises:
        UserError: images are not in [-1, 1] with 1 or 3 channels, or not of the contract's size where
            theirs is fixed.
    """
    output = contract["outputs"][0]
    draws = all(port["kind"] != "picture" for port in contract["inputs"])
    size = (contract["size"]["height"], contract["size"]["width"])
    for port in (*contract["inputs"], output):
        if port["kind"] != "picture":
            continue
        name, shape, span = port["name"], port["shape"], list(port["range"])
        if span != [-1, 1] or shape[3] not in (1, 3):
            raise UserError(
                f"{bundle}: {name} is {shape} in {span}, and images here are NHWC in [-1, 1] with 1 or 3 "
                "channels: use another program, or export the model again"
            )
        fixed = port is output and draws  # no input whose sides the output could have
        sides = zip(shape[1:3], size, strict=True)
        if any(side != expected for side, expected in sides if fixed or isinstance(side, int)):
            raise UserError(
                f"{bundle}: {name} has the shape {shape}, and the contract's size is {size[0]}x{size[1]}: "
                "fetch the bundle again, or export the model again"
            )


def onnx_runner(bundle: Path, contract: dict[str, Any], model: bytes) -> Callable[[Arrays], np.ndarray]:
    """Run a bundle's model: float32 arrays by the inputs' tensor names → images, float32 (N, H, W, C).

    Raises:
        UserError: ONNX Runtime is missing or cannot open the model, or the model has other inputs and
            outputs than its contract says. Running raises it where the model fails, or gives something
            else than finite numbers of the contract's shape.
    """
    session = _session(bundle, model)
    output = contract["outputs"][0]
    _check_names(bundle, "inputs", session.get_inputs(), contract["inputs"])
    _check_names(bundle, "outputs", session.get_outputs(), contract["outputs"])
    first = next((port["name"] for port in contract["inputs"] if port["kind"] == "picture"), None)

    def run(arrays: Arrays) -> np.ndarray:
        try:
            (images,) = session.run([output["name"]], arrays)
        except Exception as error:  # ONNX Runtime's own kinds have no common parent
            raise UserError(f"{bundle}: the model failed ({_reason(error)}): {_verify(bundle)}") from error
        sides = arrays[first].shape[1:3] if first else (contract["size"]["height"], contract["size"]["width"])
        shape = (len(next(iter(arrays.values()))), *sides, output["shape"][3])
        if images.dtype != np.float32 or images.shape != shape or not np.isfinite(images).all():
            raise UserError(
                f"{bundle}: the model gave {images.dtype} {list(images.shape)}, where finite float32 "
                f"{list(shape)} is due: {_verify(bundle)}"
            )
        return images

    return run


def _session(bundle: Path, model: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise UserError("onnxruntime is not installed: pip install onnxruntime") from error
    try:
        onnxruntime.set_default_logger_severity(4)  # what is fatal is raised, too
        preferred = ("CUDAExecutionProvider", "CPUExecutionProvider")
        providers = [name for name in preferred if name in onnxruntime.get_available_providers()]
        return onnxruntime.InferenceSession(model, providers=providers)
    except Exception as error:  # ONNX Runtime's own kinds have no common parent
        raise UserError(
            f"{bundle}: its ONNX model cannot be loaded ({_reason(error)}): {_verify(bundle)}"
        ) from error


def _check_names(bundle: Path, which: str, tensors: Sequence[Any], ports: Sequence[dict[str, Any]]) -> None:
    floats = {each.name for each in tensors if each.type == "tensor(float)"}
    if floats != {port["name"] for port in ports} or len(tensors) != len(ports):
        raise UserError(
            f"{bundle}: the model's {which} are {', '.join(each.name for each in tensors) or 'none'}, and "
            f"the contract's {', '.join(port['name'] for port in ports)}: fetch the bundle again"
        )


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _verify(bundle: Path) -> str:
    return f"check it with python -m export verify {bundle}"
