"""A trained model ready to run: from a bundle through ONNX Runtime, or from a training run."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import UserError
from zoo.inference.bundles import is_current, onnx_runner, open_bundle
from zoo.inference.contract import CONTRACT


@dataclass(frozen=True)
class Artifact:
    """A trained model in one of its signatures, ready to run.

    Attributes:
        run: float32 arrays by the inputs' names, as many examples in each → pictures, float32
            (N, H, W, channels) in [-1, 1], as large as the first picture that goes in.
        signature: name of the signature.
        inputs: as contract.json describes them, in order.
        conditions: choices and amounts, as contract.json describes them.
        size: (height, width) of the pictures in training.
        description: what it is, for the user.
    """

    run: Callable[[dict[str, np.ndarray]], np.ndarray]
    signature: str
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


def open_artifact(source: Path, signature: str | None = None, like: bool = False) -> Artifact:
    """Open a bundle, a run's fresh bundle of a signature, or a run's newest checkpoint.

    A bundle is run through ONNX alone: its SavedModel would be a program of whoever made it.

    Args:
        source: directory of a bundle or a run.
        signature: its name; by default the bundle's, or the usual one of the run's model.
        like: take the signature that has its style from another picture, where the model has one.

    Raises:
        UserError: ``source`` is neither, cannot be read, or has no such signature.
    """
    if os.path.lexists(source / CONTRACT):
        found = _from_bundle(source)
        if signature is not None and signature != found.signature:
            raise UserError(
                f"--direction {signature}: {source} is for {found.signature}; name the run, or export it "
                f"with python -m export RUN --usage {signature}"
            )
        return found
    if like:
        signature = _like(source, signature)
    for name in ("bundle",) if signature is None else (f"bundle-{signature}", "bundle"):
        if os.path.lexists(source / name / CONTRACT) and is_current(source / name, source):
            found = _from_bundle(source / name)
            if signature in (None, found.signature):
                return found
    _demand_run(source)
    return _from_run(source, signature)


def _demand_run(source: Path) -> None:
    if not os.path.isfile(source / "config.json"):
        raise UserError(f"{source} is no bundle (contract.json) and no training run (config.json): name one")


def _like(run: Path, signature: str | None) -> str:
    """The signature of a run that is ``signature`` with the style of another picture."""
    from zoo.inference.trained import signatures_of

    _demand_run(run)
    signatures = signatures_of(run)
    wanted = f"{signature or signatures[0]}-like"
    if wanted not in signatures:
        raise UserError(
            f"--style-from: {run} takes no style from a picture; it is used as {', '.join(signatures)}"
        )
    return wanted


def _from_bundle(bundle: Path) -> Artifact:
    contract, model = open_bundle(bundle)
    return _artifact(contract, onnx_runner(bundle, contract, model), f"bundle {bundle}", "ONNX Runtime")


def _from_run(run: Path, signature: str | None) -> Artifact:
    from export.contract import describe, from_inference
    from export.saved_model import signature as exported_function
    from zoo.inference.trained import load_inference

    inference = load_inference(run, signature)
    source = from_inference(inference)
    function, output = exported_function(source), source.outputs[0].name

    def call(arrays: dict[str, np.ndarray]) -> np.ndarray:
        return function(*(arrays[port.name] for port in source.inputs))[output].numpy()

    done = inference.provenance["step"]
    return _artifact(describe(source, None), call, f"run {run}", f"checkpoint of step {done:,}")


def _artifact(contract: dict[str, Any], run: Callable[..., np.ndarray], which: str, how: str) -> Artifact:
    """The artifact that a contract describes."""
    height, width = contract["size"]["height"], contract["size"]["width"]
    signature = contract["usage"]["name"]
    drawn = ", dropout on" if contract["inference"].get("dropout") else ""
    return Artifact(
        run=run,
        signature=signature,
        inputs=tuple(contract["inputs"]),
        conditions=tuple(contract["conditions"]),
        size=(height, width),
        description=f"{which}, {signature}, {height}x{width}, {how}{drawn}",
    )
