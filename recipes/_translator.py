"""A trained model ready to run: from a bundle through ONNX Runtime, or from a training run."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import UserError


@dataclass(frozen=True)
class Artifact:
    """A trained model in one of its usages, ready to run.

    Attributes:
        run: float32 arrays by the inputs' names, as many examples in each → pictures, float32
            (N, H, W, channels) in [-1, 1], as large as the first picture that goes in.
        usage: name of the usage.
        inputs: as contract.json describes them, in order.
        conditions: choices and amounts, as contract.json describes them.
        size: (height, width) of the pictures in training.
        description: what it is, for the user.
    """

    run: Callable[[dict[str, np.ndarray]], np.ndarray]
    usage: str
    inputs: tuple[dict[str, Any], ...]
    conditions: tuple[dict[str, Any], ...]
    size: tuple[int, int]
    description: str

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Its inputs that are a "picture", "noise", "choice" or "amount"."""
        return [port for port in self.inputs if port["kind"] == kind]

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Conditions that take one of their values."""
        return [each for each in self.conditions if each["kind"] == "choice"]

    @property
    def amounts(self) -> list[dict[str, Any]]:
        """Conditions that take a number."""
        return [each for each in self.conditions if each["kind"] == "amount"]


def open_artifact(source: Path, usage: str | None = None, like: bool = False) -> Artifact:
    """Open a bundle, a run's fresh bundle of a usage, or a run's newest checkpoint.

    Args:
        source: directory of a bundle or a run.
        usage: its name; by default the bundle's, or the usual one of the run's model.
        like: take the usage that has its style from another picture, where the model has one.

    Raises:
        UserError: ``source`` is neither, cannot be read, or has no such usage.
    """
    if (source / "contract.json").is_file():
        found = _from_bundle(source)
        if usage is not None and usage != found.usage:
            raise UserError(
                f"--direction {usage}: {source} is for {found.usage}; name the run, or export it with "
                f"python -m export RUN --usage {usage}"
            )
        return found
    if like:
        usage = _like(source, usage)
    for name in ("bundle",) if usage is None else (f"bundle-{usage}", "bundle"):
        if _is_fresh(source / name, source):
            found = _from_bundle(source / name)
            if usage in (None, found.usage):
                return found
    _demand_run(source)
    return _from_run(source, usage)


def _demand_run(source: Path) -> None:
    if not (source / "config.json").is_file():
        raise UserError(f"{source} is no bundle (contract.json) and no training run (config.json): name one")


def _like(run: Path, usage: str | None) -> str:
    """The usage of a run that is ``usage`` with the style of another picture."""
    from zoo.training.inference import usages_of

    _demand_run(run)
    usages = usages_of(run)
    wanted = f"{usage or usages[0]}-like"
    if wanted not in usages:
        raise UserError(
            f"--style-from: {run} takes no style from a picture; it is used as {', '.join(usages)}"
        )
    return wanted


def _is_fresh(bundle: Path, run: Path) -> bool:
    contract = bundle / "contract.json"
    if not contract.is_file():
        return False
    trained = [path.stat().st_mtime for path in (run / "checkpoints").rglob("*") if path.is_file()]
    return contract.stat().st_mtime >= max(trained, default=0)


def _from_bundle(bundle: Path) -> Artifact:
    from export.verify import BundleError, read_contract, sha256

    try:
        contract = read_contract(bundle)
    except BundleError as error:
        raise UserError(str(error)) from error
    recorded = contract["sha256"].get("model.onnx")
    if recorded and (bundle / "model.onnx").is_file() and sha256(bundle / "model.onnx") != recorded:
        raise UserError(
            f"{bundle / 'model.onnx'} was altered since it was verified (its sha256 is not the contract's): "
            "fetch the bundle again, or export the run again"
        )
    session = _session(bundle)
    try:
        output = contract["outputs"][0]["name"]
        return _artifact(
            contract, lambda arrays: session.run([output], arrays)[0], f"bundle {bundle}", "ONNX Runtime"
        )
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise UserError(f"{bundle / 'contract.json'} is not of pictures: {error}") from error


def _session(bundle: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise UserError("onnxruntime is not installed: pip install onnxruntime") from error
    file = bundle / "model.onnx"
    try:
        onnxruntime.set_default_logger_severity(3)
        wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
        providers = [name for name in wanted if name in onnxruntime.get_available_providers()]
        return onnxruntime.InferenceSession(str(file), providers=providers)
    except Exception as error:  # ONNX Runtime's own kinds have no common parent
        reason = str(error).splitlines()[0]
        raise UserError(
            f"{file} cannot be loaded ({reason}): prove it with python -m export verify {bundle}"
        ) from error


def _from_run(run: Path, usage: str | None) -> Artifact:
    from export.contract import describe, from_inference
    from export.saved_model import signature
    from zoo.training.inference import load_inference

    inference = load_inference(run, usage)
    source = from_inference(inference)
    function, output = signature(source), source.outputs[0].name

    def call(arrays: dict[str, np.ndarray]) -> np.ndarray:
        return function(*(arrays[port.name] for port in source.inputs))[output].numpy()

    step = inference.provenance["step"]
    return _artifact(describe(source, None), call, f"run {run}", f"checkpoint of step {step:,}")


def _artifact(contract: dict[str, Any], run: Callable[..., np.ndarray], which: str, how: str) -> Artifact:
    """The artifact that a contract describes; in those of format 1 every input is a picture."""
    height, width = (
        contract["size"][side] if isinstance(side, str) else side
        for side in contract["outputs"][0]["shape"][1:3]
    )
    usage = contract.get("usage", {}).get("name", "translate")
    drawn = ", dropout on" if contract.get("inference", {}).get("dropout") else ""
    return Artifact(
        run=run,
        usage=usage,
        inputs=tuple({"kind": "picture", **port} for port in contract["inputs"]),
        conditions=tuple(contract.get("conditions", ())),
        size=(height, width),
        description=f"{which}, {usage}, {height}x{width}, {how}{drawn}",
    )
