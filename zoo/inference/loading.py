"""Opens a trained model: a bundle through ONNX Runtime, or a training run."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np

from zoo.errors import UserError
from zoo.inference.bundles import is_current, onnx_runner, open_bundle
from zoo.inference.contract import CONTRACT, inputs_of
from zoo.inference.run_model import signatures_of
from zoo.inference.settings import Rows
from zoo.inference.translator import Info, Translator

STYLED = "-like"
"""Ends the name of the signature that takes its style from another image."""


def load(source: Path | str, signature: str | None = None) -> Translator:
    """Open a trained model for use.

    A bundle is run through ONNX Runtime, without TensorFlow; its SavedModel would be a program of whoever
    wrote it. A run uses its bundle of the signature if that comes from its newest or best checkpoint, and
    that checkpoint otherwise (the best if it kept one).

    >>> translator = zoo.load("runs/stargan")
    >>> longer = translator(image, sleeve_length="long")

    Args:
        source: directory of a bundle or of a training run.
        signature: its name, such as "BtoA"; by default the bundle's, or the usual one of the run's model.

    Raises:
        UserError: ``source`` is neither, cannot be read, or has no such signature.
    """
    source = Path(source)
    if os.path.lexists(source / CONTRACT):
        translator = _from_bundle(source, None)
        if signature not in (None, translator.info.signature):
            raise UserError(
                f"{source} is for {translator.info.signature}, not for {signature!r}: name its run, or a "
                "bundle of that signature"
            )
        return translator
    for name in ("bundle",) if signature is None else (f"bundle-{signature}", "bundle"):
        if os.path.lexists(source / name / CONTRACT) and is_current(source / name, source):
            translator = _from_bundle(source / name, source)
            if signature in (None, translator.info.signature):
                return translator
    _check_run(source)
    return _from_run(source, signature)


def load_styled(source: Path | str, signature: str | None = None) -> Translator:
    """Open a run in the signature that is ``signature``, but takes its style from another image.

    A bundle is opened as by ``load``: it has one signature.

    Raises:
        UserError: the run's model has none; or as ``load``.
    """
    source = Path(source)
    return load(source, signature if os.path.lexists(source / CONTRACT) else _styled(source, signature))


def _styled(run: Path, signature: str | None) -> str:
    _check_run(run)
    signatures = signatures_of(run)
    styled = f"{signature or signatures[0]}{STYLED}"
    if styled not in signatures:
        raise UserError(f"{run} takes no style from an image; its signatures are {', '.join(signatures)}")
    return styled


def _check_run(source: Path) -> None:
    if not os.path.isfile(source / "config.json"):
        raise UserError(
            f"{source} is neither a bundle (contract.json) nor a training run (config.json): name one"
        )


def _from_bundle(bundle: Path, run: Path | None) -> Translator:
    contract, model = open_bundle(bundle)
    try:
        inputs = inputs_of(contract)
    except UserError as error:
        raise UserError(f"{bundle}: {error}") from None
    runner = onnx_runner(bundle, contract, model)

    def call(arrays: Rows) -> np.ndarray:
        return runner({tensor: arrays[each.name] for tensor, each in inputs.items()})

    signature, provenance = contract["usage"]["name"], contract.get("provenance", {})
    info = Info(
        source=bundle,
        runtime="ONNX Runtime",
        model=contract.get("model", ""),
        recipe=contract.get("recipe", ""),
        signature=signature,
        meaning=contract["usage"].get("meaning", ""),
        size=(contract["size"]["height"], contract["size"]["width"]),
        sha256=contract["sha256"][contract["artifacts"]["onnx"]["path"]],
        dropout=contract["inference"].get("dropout", False),
        provenance=provenance,
    )
    return Translator(call, tuple(inputs.values()), info, None if run is None else _opener(run, signature))


def _from_run(run: Path, signature: str | None) -> Translator:
    run_checkpoint = _run_checkpoint(run, signature)
    inference = run_checkpoint.load_inference(run, signature)
    signature = inference.signature
    info = Info(
        source=run,
        runtime="TensorFlow",
        model=inference.model,
        recipe=inference.recipe,
        signature=signature.name,
        meaning=signature.meaning,
        size=tuple(signature.size),
        sha256=inference.provenance.get("checkpoint"),
        provenance=inference.provenance,
    )
    return Translator(run_checkpoint.runner(signature), signature.inputs, info, _opener(run, signature.name))


def _run_checkpoint(run: Path, signature: str | None) -> ModuleType:
    """The module that runs checkpoints."""
    try:
        from zoo.inference import run_checkpoint
    except ModuleNotFoundError as error:
        if error.name not in ("tensorflow", "keras", "tf_keras"):
            raise
        bundle = "bundle" if signature is None else f"bundle for {signature}"
        raise UserError(
            f"{run} has no {bundle} of its newest or best checkpoint, and {error.name} is not installed: "
            "install it, or export the run elsewhere"
        ) from None
    return run_checkpoint


def _opener(run: Path, signature: str) -> Callable[[], Translator]:
    return partial(load_styled, run, signature)
