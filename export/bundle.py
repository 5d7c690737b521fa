"""Builds a bundle, proves it in a process of its own, and only then puts it in its place."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from export.card import card
from export.contract import SIGNATURE, Exportable, describe
from export.verify import ARTIFACTS, REPORT, allowed, check_files, differs, sha256
from zoo.errors import UserError
from zoo.inference.contract import read_contract
from zoo.io.folders import replace_folder, scratch_beside
from zoo.io.schemas import schema_text

if TYPE_CHECKING:
    from export.variants.files import VariantFile

HERE = Path(__file__).parent
SCHEMA = "contract.schema.json"

# Runs verify.py as a receiver would, without this project: -I leaves out the working
# folder and PYTHONPATH, and the names are blocked because the project may be installed.
_STRANGER = """
import runpy, sys
for name in ("zoo", "recipes", "export"):
    sys.modules[name] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

# Before that: ends when this process does, however that ends, because its end of a pipe is closed then.
_WITH_ITS_PARENT = """
import os, threading
threading.Thread(target=lambda: os.read(0, 1) or os._exit(2), daemon=True).start()
"""


@dataclass(frozen=True)
class Extras:
    """What is asked of a bundle beside the model.

    Attributes:
        licence: of the weights.
        variants: other forms of the ONNX file, of ``export.variants.files.parse_variants``.
        force: keep files that differ more than they may; the contract then says how much.
        pictures: folder of pictures for the golden files and int8's ranges, in place of the run's.
    """

    licence: str | None = None
    variants: tuple["VariantFile", ...] = ()
    force: bool = False
    pictures: Path | None = None


NOTHING_MORE = Extras()


def write_bundle(
    source: Exportable,
    directory: Path,
    pictures: Mapping[str, np.ndarray] | None = None,
    extras: Extras = NOTHING_MORE,
    evaluation: dict[str, Any] | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Write the bundle of ``source`` to ``directory``, whole and verified or not at all.

    Args:
        source: the trained model in one of its signatures.
        directory: the bundle; an older one there is replaced once the new one is proved.
        pictures: inputs for the golden files, uint8 (N, H, W, C) by ``Picture.domain``; made-up ones
            where there are none. A model that draws has no use for them.
        extras: see there.
        evaluation: figures for the card.
        say: receives one line a step.

    Returns:
        The contract.

    Raises:
        UserError: ``directory`` is something else than a bundle or cannot be written, or
            the verification fails; a variant is worse than its bar, or wanted of what draws dropout.
    """
    directory = Path(os.path.abspath(directory))
    check_target(directory)
    if source.dropout and extras.variants:
        raise UserError(
            "--variants: they are held to numbers that are the same each time; leave them out, or use "
            "--dropout off"
        )
    if extras.pictures is not None:
        from export.pictures import read_pictures

        pictures = read_pictures(extras.pictures, source)
    try:
        with scratch_beside(directory) as scratch:
            part = scratch / "bundle"
            part.mkdir()
            contract = _build(source, part, pictures, extras, evaluation, say)
            replace_folder(part, directory)
    except BrokenPipeError:  # whoever listens to ``say`` has left
        raise
    except OSError as error:
        raise UserError(
            f"{directory} cannot be written ({error.strerror or error}): make room or choose another --output"
        ) from error
    return contract


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
            f"{directory}: the name is not UTF-8, which TensorFlow needs; choose another --output"
        ) from None
    if directory.is_dir():
        if any(directory.iterdir()) and not (directory / "contract.json").is_file():
            raise UserError(f"{directory} holds other files and no bundle: choose another --output")
    elif directory.exists() or directory.is_symlink():
        raise UserError(f"{directory} is not a folder: choose another --output")


def _build(
    source: Exportable,
    part: Path,
    pictures: Mapping[str, np.ndarray] | None,
    extras: Extras,
    evaluation: dict[str, Any] | None,
    say: Callable[[str], None],
) -> dict[str, Any]:
    from export.golden import write_golden
    from export.onnx.conversion import OPSET, network_graph, write_onnx
    from export.saved_model import write_saved_model
    from export.variants.files import write_variants

    contract = describe(source, extras.licence)
    say("golden files: running the trained generator")
    contract["golden"] = write_golden(source, part / "golden", pictures)
    say("saved_model/: tracing")
    write_saved_model(source, part / "saved_model")
    say("model.onnx: converting")
    graph = network_graph(source)
    if extras.variants:
        say(f"variants/: {', '.join(variant.name for variant in extras.variants)}")
        contract["variants"] = write_variants(extras.variants, source, graph, part, pictures)
    nodes = write_onnx(source, graph, part / "model.onnx")
    contract["artifacts"] = {
        "saved_model": {"path": "saved_model", "signature": SIGNATURE},
        "onnx": {"path": "model.onnx", "opset": OPSET, "nodes": nodes},
    }
    files = {**contract["artifacts"], **contract["variants"]}
    for description in contract["artifacts"].values():
        description["tolerance"] = contract["tolerance"]
    shutil.copyfile(HERE / "verify.py", part / "verify.py")
    (part / SCHEMA).write_text(schema_text("contract"), encoding="utf-8")
    _write_contract(part, contract)

    say("verifying in a process without this project")
    report = _verify_as_stranger(part)
    if not source.dropout and _allow_own_rounding(source, contract, report, part):
        _write_contract(part, contract)
        report = _verify_as_stranger(part)
    if extras.force and _widen(files, report):
        _write_contract(part, contract)
        report = _verify_as_stranger(part)
    _demand_pass(report)
    # What was measured goes into the contract and the card, which changes no file that was proved.
    for name, description in files.items():
        description["measured"] = _measured(report, name)
    (part / "card.md").write_text(card(contract, evaluation, part), encoding="utf-8")
    _write_contract(part, contract)
    _demand_pass({"checks": check_files(part, read_contract(part))})
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


def _verify_as_stranger(part: Path) -> dict[str, Any]:
    program = _WITH_ITS_PARENT + _STRANGER
    command = [sys.executable, "-I", "-c", program, "verify.py", ".", "--require-saved-model"]
    # Beside the bundle, so that what it puts aside is removed with everything else.
    temporary = part.with_name("temporary")
    temporary.mkdir(exist_ok=True)
    reader, writer = os.pipe()
    try:
        done = subprocess.run(
            command,
            cwd=part,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TMPDIR": str(temporary)},
            stdin=reader,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    finally:
        os.close(reader)
        os.close(writer)
    if not (part / REPORT).is_file():
        last = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        reason = last.removeprefix("error: ")
        raise UserError(f"the new bundle could not be verified, so none was written: {reason}")
    return json.loads((part / REPORT).read_text(encoding="utf-8"))


def _measured(report: dict[str, Any], artifact: str) -> dict[str, float]:
    """The largest differences from the trained generator's results, on all golden pictures."""
    found = [
        check
        for check in report["checks"]
        if check["artifact"] == artifact and check["psnr"] is not None and check["case"].startswith("golden")
    ]
    return {
        "max_abs": max(check["max_abs"] for check in found),
        "levels": max(check["levels"] for check in found),
        "psnr": min(check["psnr"] for check in found),
        **{key: max(check[key] for check in found) for key in ("standard_errors",) if key in found[0]},
    }


def _widen(files: Mapping[str, dict[str, Any]], report: dict[str, Any]) -> bool:
    """Allow files that differ more than they may what they differ, and a little more; whether any do."""
    numbers = [check for check in report["checks"] if check["psnr"] is not None]
    names = [name for name in files if any(c["artifact"] == name and not c["pass"] for c in numbers)]
    for name in names:
        found = [check for check in numbers if check["artifact"] == name]
        files[name]["worse_than"] = files[name]["tolerance"]
        files[name]["tolerance"] = {
            "levels": max(check["levels"] for check in found) + 2,
            "psnr": min(check["psnr"] for check in found) - 1,
        }
    return bool(names)


def _demand_pass(report: dict[str, Any]) -> None:
    for check in report["checks"]:
        if not check["pass"]:
            found = check.get("detail") or (
                f"differs by {differs(check)}; allowed are {allowed(check['tolerance'])}"
            )
            if check["artifact"] not in ARTIFACTS and "detail" not in check:
                raise UserError(
                    f"--variants {check['artifact']}: {check['case']}: {found}; leave it out, calibrate on "
                    "more --pictures, or keep it with --force"
                )
            remedy = (
                "--force keeps it, and the contract tells" if "detail" not in check else "please report it"
            )
            raise UserError(
                f"the new bundle failed its verification, so none was written: {check['artifact']}, "
                f"{check['case']}: {found}; {remedy}"
            )
