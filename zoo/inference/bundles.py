"""A bundle as commands use it: what was checked of it is what they get, and nothing is read twice."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import UserError
from zoo.inference.contract import load_checked, read_contract
from zoo.io.files import read_json
from zoo.io.onnx_files import onnx_fault
from zoo.runs.checkpoint_files import current, digest, step_of

Arrays = dict[str, np.ndarray]


def open_bundle(bundle: Path) -> tuple[dict[str, Any], bytes]:
    """A bundle's contract, and its ONNX model: the very bytes whose hash is the contract's.

    Raises:
        UserError: it is no bundle, or its model is missing, altered, reaches into other files, or is not of
            pictures (``check_ports``).
    """
    contract = read_contract(bundle)
    check_ports(bundle, contract)
    name = contract["artifacts"]["onnx"]["path"]
    model = load_checked(bundle, name, contract)
    fault = onnx_fault(model)
    if fault:
        raise UserError(f"{bundle / name} {fault}: fetch the bundle again, or export the model again")
    return contract, model


def is_current(bundle: Path, run: Path) -> bool:
    """Whether a run's bundle is of its newest or its best checkpoint, by what the contract says.

    Times of files say nothing after a copy, or after a clock was set. A run without checkpoints has
    nothing newer than its bundle.

    Raises:
        UserError: the bundle has no readable contract, or the run no readable checkpoints.
    """
    origin = read_contract(bundle).get("provenance", {})
    checkpoints = current(run / "checkpoints")
    if not checkpoints:
        return True
    if "checkpoint" in origin:
        return origin["checkpoint"] in [digest(folder) for folder in checkpoints]
    # Bundles of earlier versions name the step, and when the run began.
    config = read_json(run / "config.json")
    begun = config.get("date") if isinstance(config, dict) else None
    return origin.get("date") == begun and origin.get("step") in [
        step_of(folder.name) for folder in checkpoints
    ]


def check_ports(bundle: Path, contract: dict[str, Any]) -> None:
    """Refuse pictures that are not as those inside this project, which no command would convert.

    Raises:
        UserError: pictures are not float32 NHWC in [-1, 1] with 1 or 3 channels, or not of the contract's
            size where theirs is fixed.
    """
    output = contract["outputs"][0]
    drawn = all(port["kind"] != "picture" for port in contract["inputs"])
    size = (contract["size"]["height"], contract["size"]["width"])
    for port in (*contract["inputs"], output):
        if port["kind"] != "picture":
            continue
        name, shape, span = port["name"], port["shape"], list(port["range"])
        kind = (port["dtype"], port["layout"], span)
        if kind != ("float32", "NHWC", [-1, 1]) or shape[3] not in (1, 3):
            raise UserError(
                f"{bundle}: {name} is {kind[0]} {kind[1]} {shape} in {span}, and pictures here are "
                "float32 NHWC in [-1, 1] with 1 or 3 channels: use another program, or export it again"
            )
        both = port is output and drawn  # nothing goes in whose sides it could have
        pairs = zip(shape[1:3], size, strict=True)
        if any(side != wanted for side, wanted in pairs if both or isinstance(side, int)):
            raise UserError(
                f"{bundle}: {name} has the shape {shape}, and the contract's size is {size[0]}x{size[1]}: "
                "fetch the bundle again, or export the model again"
            )


def onnx_runner(bundle: Path, contract: dict[str, Any], model: bytes) -> Callable[[Arrays], np.ndarray]:
    """Run a bundle's model: arrays by the inputs' names, as the contract describes them → pictures.

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
            (made,) = session.run([output["name"]], arrays)
        except Exception as error:  # ONNX Runtime's own kinds have no common parent
            raise UserError(f"{bundle}: the model failed ({_reason(error)}): {_prove(bundle)}") from error
        sides = arrays[first].shape[1:3] if first else (contract["size"]["height"], contract["size"]["width"])
        wanted = (len(next(iter(arrays.values()))), *sides, output["shape"][3])
        if made.dtype != np.float32 or made.shape != wanted or not np.isfinite(made).all():
            raise UserError(
                f"{bundle}: the model gave {made.dtype} {list(made.shape)}, where finite float32 "
                f"{list(wanted)} is due: {_prove(bundle)}"
            )
        return made

    return run


def _session(bundle: Path, model: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise UserError("onnxruntime is not installed: pip install onnxruntime") from error
    try:
        onnxruntime.set_default_logger_severity(4)  # what is fatal is raised, too
        wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
        providers = [name for name in wanted if name in onnxruntime.get_available_providers()]
        return onnxruntime.InferenceSession(model, providers=providers)
    except Exception as error:  # ONNX Runtime's own kinds have no common parent
        raise UserError(
            f"{bundle}: its ONNX model cannot be loaded ({_reason(error)}): {_prove(bundle)}"
        ) from error


def _check_names(bundle: Path, which: str, found: Sequence[Any], ports: Sequence[dict[str, Any]]) -> None:
    there = {each.name for each in found if each.type == "tensor(float)"}
    wanted = {port["name"] for port in ports}
    if there != wanted or len(found) != len(ports):
        raise UserError(
            f"{bundle}: the model's {which} are {', '.join(each.name for each in found) or 'none'}, and the "
            f"contract's {', '.join(port['name'] for port in ports)}: fetch the bundle again"
        )


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _prove(bundle: Path) -> str:
    return f"prove it with python -m export verify {bundle}"
