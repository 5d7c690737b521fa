"""Builds a bundle, verifies it in a separate process, and only then moves it into place."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from export.card import card
from export.contract import SIGNATURE, Exportable, describe
from export.proving import check_passed, largest_differences, verify_as_receiver, widen_tolerances
from export.verify.assembly import assembled
from export.verify.files import check_files, sha256
from export.verify.paths import REPORT
from export.verify.report import differs
from zoo.errors import UserError
from zoo.inference.contract import read_contract
from zoo.io.folders import replace_folder, scratch_beside
from zoo.io.schemas import schema_text
from zoo.listener import SILENT, Listener
from zoo.renamed import former_arguments

if TYPE_CHECKING:
    from export.variants.files import VariantFile

SCHEMA = "contract.schema.json"


@dataclass(frozen=True)
class Extras:
    """What a bundle has besides the model.

    Attributes:
        licence: of the weights.
        variants: other forms of the ONNX file, from ``export.variants.files.parse_variants``.
        force: keep files that exceed their tolerance; the contract then states the difference.
        pictures: folder of images for the golden files and for calibration, in place of the run's.
    """

    licence: str | None = None
    variants: tuple["VariantFile", ...] = ()
    force: bool = False
    pictures: Path | None = None


NOTHING_MORE = Extras()


@former_arguments(say="listener")
def write_bundle(
    source: Exportable,
    directory: Path,
    pictures: Mapping[str, np.ndarray] | None = None,
    extras: Extras = NOTHING_MORE,
    evaluation: dict[str, Any] | None = None,
    listener: Listener = SILENT,
) -> dict[str, Any]:
    """Write the bundle of ``source`` to ``directory``, whole and verified or not at all.

    Args:
        source: the trained model in one of its signatures.
        directory: the bundle; an older one there is replaced once the new one is verified.
        pictures: inputs for the golden files, uint8 (N, H, W, C) by ``Picture.domain``; synthetic ones
            where there are none. A model that takes no images needs none.
        extras: see there.
        evaluation: metrics for the card.
        listener: receives one line a step.

    Returns:
        The contract.

    Raises:
        UserError: ``directory`` is not a bundle or cannot be written; the verification fails; a variant
            exceeds its tolerance, or is requested of a model that draws dropout.
    """
    directory = Path(os.path.abspath(directory))
    check_target(directory)
    if source.dropout and extras.variants:
        raise UserError(
            "`variants`: they are compared with results that are the same each time; leave them out, or set "
            "`dropout` to off"
        )
    if extras.pictures is not None:
        from export.user_pictures import read_pictures

        pictures = read_pictures(extras.pictures, source)
    try:
        with scratch_beside(directory) as scratch:
            part = scratch / "bundle"
            part.mkdir()
            contract = _build(source, part, pictures, extras, evaluation, listener)
            replace_folder(part, directory)
    except BrokenPipeError:  # the listener has left
        raise
    except OSError as error:
        raise UserError(
            f"{directory} cannot be written ({error.strerror or error}): make room or choose another `output`"
        ) from error
    return contract


def say_what_was_written(contract: dict[str, Any], directory: Path, listener: Listener) -> None:
    """List the files of a new bundle, models with their largest difference."""
    for file in (*contract["artifacts"].values(), *contract["variants"].values()):
        listener.say(f"{file['path']}: largest difference {differs(file['measured'])}")
    listener.say(f"written: {directory}")
    for name in sorted(path.name + "/" * path.is_dir() for path in directory.iterdir()):
        listener.say(f"  {name}")


def check_target(directory: Path) -> None:
    """Refuse to replace anything but a bundle.

    Raises:
        UserError: ``directory`` is a file, a folder with other things in it, or has a name that TensorFlow
            cannot write to.
    """
    try:
        os.fspath(directory.absolute()).encode()
    except UnicodeEncodeError:
        raise UserError(
            f"{directory}: the name is not UTF-8, which TensorFlow needs; choose another `output`"
        ) from None
    if directory.is_dir():
        if any(directory.iterdir()) and not (directory / "contract.json").is_file():
            raise UserError(f"{directory} holds other files and is not a bundle: choose another `output`")
    elif directory.exists() or directory.is_symlink():
        raise UserError(f"{directory} is not a folder: choose another `output`")


def _build(
    source: Exportable,
    part: Path,
    pictures: Mapping[str, np.ndarray] | None,
    extras: Extras,
    evaluation: dict[str, Any] | None,
    listener: Listener,
) -> dict[str, Any]:
    from export.golden import write_golden
    from export.onnx.conversion import OPSET, network_graph, write_onnx
    from export.saved_model import write_saved_model
    from export.variants.files import write_variants

    contract = describe(source, extras.licence)
    listener.say("golden files: running the trained generator")
    contract["golden"] = write_golden(source, part / "golden", pictures)
    listener.say("saved_model/: tracing")
    write_saved_model(source, part / "saved_model")
    listener.say("model.onnx: converting")
    graph = network_graph(source)
    if extras.variants:
        listener.say(f"variants/: {', '.join(variant.name for variant in extras.variants)}")
        contract["variants"] = write_variants(extras.variants, source, graph, part, pictures)
    nodes = write_onnx(source, graph, part / "model.onnx")
    contract["artifacts"] = {
        "saved_model": {"path": "saved_model", "signature": SIGNATURE},
        "onnx": {"path": "model.onnx", "opset": OPSET, "nodes": nodes},
    }
    files = {**contract["artifacts"], **contract["variants"]}
    for description in contract["artifacts"].values():
        description["tolerance"] = contract["tolerance"]
    (part / "verify.py").write_bytes(assembled().encode())
    (part / SCHEMA).write_text(schema_text("contract"), encoding="utf-8")
    _write_contract(part, contract)

    listener.say("verifying in a process without this project")
    report = verify_as_receiver(part)
    if not source.dropout and _allow_own_rounding(source, contract, report, part):
        _write_contract(part, contract)
        report = verify_as_receiver(part)
    if extras.force and widen_tolerances(files, report):
        _write_contract(part, contract)
        report = verify_as_receiver(part)
    check_passed(report)
    # Measured differences go into the contract and the card, which changes no file that was verified.
    for name, description in files.items():
        description["measured"] = largest_differences(report, name)
    (part / "card.md").write_text(card(contract, evaluation, part), encoding="utf-8")
    _write_contract(part, contract)
    check_passed({"checks": check_files(part, read_contract(part))})
    return contract


def _allow_own_rounding(
    source: Exportable, contract: dict[str, Any], report: dict[str, Any], part: Path
) -> bool:
    """Set the tolerance of a network whose own rounding needs a larger one; whether it does."""
    from export.float32_rounding import is_suspect, tolerance

    if not is_suspect(report):
        return False
    with np.load(part / "golden" / "inputs.npz") as inputs:
        contract["tolerance"], reason = tolerance(source, dict(inputs))
    for description in contract["artifacts"].values():
        description["tolerance"] = contract["tolerance"]
    contract["provenance"] |= {"tolerance": reason} if reason else {}
    return bool(reason)


def _write_contract(part: Path, contract: dict[str, Any]) -> None:
    apart = ("contract.json", REPORT)
    files = sorted(path for path in part.rglob("*") if path.is_file() and path.name not in apart)
    contract["sha256"] = {path.relative_to(part).as_posix(): sha256(path) for path in files}
    text = json.dumps(contract, indent=2, ensure_ascii=False, default=str)
    (part / "contract.json").write_text(text + "\n", encoding="utf-8")
