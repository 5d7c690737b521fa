"""Builds a bundle, proves it in a process of its own, and only then puts it in its place."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from export.contract import SIGNATURE, Exportable, describe, from_inference
from export.verify import REPORT, check_files, sha256
from zoo.errors import UserError

HERE = Path(__file__).parent
GOLDEN_COUNT = 4

# Runs verify.py as a receiver would, without this project: -I leaves out the working
# folder and PYTHONPATH, and the names are blocked because the project may be installed.
_STRANGER = """
import runpy, sys
for name in ("zoo", "recipes", "export"):
    sys.modules[name] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def write_bundle(
    source: Exportable,
    directory: Path,
    pictures: np.ndarray | None = None,
    licence: str | None = None,
    evaluation: dict[str, Any] | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Write the bundle of ``source`` to ``directory``, whole and verified or not at all.

    Args:
        source: the generator; its first input and output are pictures.
        directory: the bundle; an older one there is replaced once the new one is proved.
        pictures: uint8 (N, H, W, C) inputs for the golden files; made-up ones without them.
        licence: of the weights.
        evaluation: figures for the card.
        say: receives one line a step.

    Returns:
        The contract.

    Raises:
        UserError: ``directory`` is something else than a bundle or cannot be written, or
            the verification fails.
    """
    directory = Path(os.path.abspath(directory))
    check_target(directory)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", suffix=".part", dir=directory.parent))
    except OSError as error:
        raise UserError(
            f"{directory.parent} cannot be written ({error.strerror}): choose another --output"
        ) from error
    try:
        contract = _build(source, part, pictures, licence, evaluation, say)
        part.chmod(0o777 & ~_umask())  # mkdtemp's folders are for their owner alone
        _replace(part, directory)
    except OSError as error:
        raise UserError(
            f"{directory} cannot be written ({error.strerror or error}): make room or choose another --output"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return contract


def export_run(
    run: Path,
    output: Path | None = None,
    statistics: str = "auto",
    checkpoint: str = "auto",
    licence: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """Write the bundle of a run's generator and return its directory, ``RUN/bundle`` by default.

    Args:
        run: directory of a training.
        output: where the bundle goes.
        statistics: "auto", "image" or "moving", see ``zoo.training.inference``.
        checkpoint: "auto", "last" or "best", see there too.
        licence: of the weights.
        say: receives one line a step, and what was measured and written at the end.

    Raises:
        UserError: as ``write_bundle``, and where ``run`` cannot be exported.
    """
    run = Path(run)
    output = Path(output) if output else run / "bundle"
    if not run.is_dir():
        raise UserError(f"{run} is no directory: name a training run")
    check_target(output)
    evaluation = _evaluation(run / "evaluation.json")
    say(f"{run}: loading the trained generator")
    from zoo.training.inference import load_inference, sample_inputs

    source = from_inference(load_inference(run, statistics, checkpoint))
    contract = write_bundle(source, output, sample_inputs(run), licence, evaluation, say)
    for artifact in contract["artifacts"].values():
        measured = artifact["measured"]
        say(f"{artifact['path']}: largest difference {measured['max_abs']:.1e}, {measured['levels']} levels")
    say(f"written: {output}")
    for name in sorted(path.name + "/" * path.is_dir() for path in output.iterdir()):
        say(f"  {name}")
    return output


def check_target(directory: Path) -> None:
    """Refuse to replace anything but a bundle.

    Raises:
        UserError: ``directory`` is a file, or a folder with other things in it.
    """
    if directory.is_dir():
        if any(directory.iterdir()) and not (directory / "contract.json").is_file():
            raise UserError(f"{directory} holds other files and no bundle: choose another --output")
    elif directory.exists() or directory.is_symlink():
        raise UserError(f"{directory} is not a folder: choose another --output")


def _evaluation(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read ({error}): remove it or evaluate again") from error
    return values if isinstance(values, dict) else None


def _build(
    source: Exportable,
    part: Path,
    pictures: np.ndarray | None,
    licence: str | None,
    evaluation: dict[str, Any] | None,
    say: Callable[[str], None],
) -> dict[str, Any]:
    from export.onnx_model import OPSET, write_onnx
    from export.saved_model import write_saved_model

    contract = describe(source, licence)
    say("golden files: running the trained generator")
    _write_golden(source, part / "golden", pictures)
    say("saved_model/: tracing")
    write_saved_model(source, part / "saved_model")
    say("model.onnx: converting")
    nodes = write_onnx(source, part / "model.onnx")
    contract["artifacts"] = {
        "saved_model": {"path": "saved_model", "signature": SIGNATURE},
        "onnx": {"path": "model.onnx", "opset": OPSET, "nodes": nodes},
    }
    shutil.copyfile(HERE / "verify.py", part / "verify.py")
    _write_contract(part, contract)

    say("verifying in a process without this project")
    report = _verify_as_stranger(part)
    # What was measured goes into the contract and the card, which changes no file that was proved.
    for artifact, description in contract["artifacts"].items():
        measured = [c for c in report["checks"] if c["artifact"] == artifact and c["max_abs"] is not None]
        description["tolerance"] = contract["tolerance"]
        description["measured"] = {
            "max_abs": max(check["max_abs"] for check in measured),
            "levels": max(check["levels"] for check in measured),
        }
    (part / "card.md").write_text(_card(contract, report, evaluation, part), encoding="utf-8")
    _write_contract(part, contract)
    _demand_pass({"checks": check_files(part, contract)})
    return contract


def _write_golden(source: Exportable, directory: Path, pictures: np.ndarray | None) -> None:
    from zoo.backend import tf

    first, shown = source.inputs[0], source.outputs[0]
    if pictures is None or not len(pictures):
        pictures = _made_up(GOLDEN_COUNT, first.shape[1:])
    pictures = np.asarray(pictures)[:GOLDEN_COUNT]
    if pictures.dtype != np.uint8 or pictures.shape[1:] != first.shape[1:]:
        raise ValueError(
            f"sample inputs are {pictures.dtype} {pictures.shape}; uint8 (N, *{first.shape[1:]}) expected"
        )
    inputs = {first.name: pictures.astype(np.float32) / np.float32(127.5) - np.float32(1)}
    random = np.random.default_rng(0)
    for port in source.inputs[1:]:
        values = random.uniform(*port.range, (len(pictures), *port.shape[1:]))
        inputs[port.name] = values.astype(port.dtype)
    # On the CPU: GPUs round float32 products to TF32, and these numbers are what others are held to.
    with tf.device("CPU:0"):
        results = [
            source.call(**{name: tf.constant(array[i : i + 1]) for name, array in inputs.items()})
            for i in range(len(pictures))
        ]
    outputs = {
        port.name: np.concatenate([result[port.name].numpy() for result in results])
        for port in source.outputs
    }
    directory.mkdir()
    np.savez_compressed(directory / "inputs.npz", **inputs)
    np.savez_compressed(directory / "outputs.npz", **outputs)
    translated = np.rint((outputs[shown.name].clip(-1, 1) + 1) * 127.5).astype(np.uint8)
    for kind, images in (("input", pictures), ("output", translated)):
        for i, image in enumerate(images):
            _picture(image).save(directory / f"{kind}_{i}.png")


def _made_up(count: int, shape: tuple[int, ...]) -> np.ndarray:
    """Soft blobs of colour on white: something with edges and areas where no sample is at hand."""
    height, width, channels = shape
    random = np.random.default_rng(0)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    images = np.full((count, *shape), 255.0)
    for image in images:
        for _ in range(3):
            centre, radius = random.uniform(0.25, 0.75, 2), random.uniform(0.1, 0.35)
            inside = np.clip((radius - np.hypot(y - centre[0], x - centre[1])) * 8, 0, 1)[..., None]
            image[:] = image * (1 - inside) + random.uniform(0, 255, channels) * inside
    return np.rint(images).astype(np.uint8)


def _picture(image: np.ndarray) -> Image.Image:
    if image.shape[2] in (1, 2):
        return Image.fromarray(image[..., 0])
    return Image.fromarray(np.ascontiguousarray(image[..., :3]))


def _write_contract(part: Path, contract: dict[str, Any]) -> None:
    apart = ("contract.json", REPORT)
    files = sorted(path for path in part.rglob("*") if path.is_file() and path.name not in apart)
    contract["sha256"] = {path.relative_to(part).as_posix(): sha256(path) for path in files}
    text = json.dumps(contract, indent=2, ensure_ascii=False, default=str)
    (part / "contract.json").write_text(text + "\n", encoding="utf-8")


def _verify_as_stranger(part: Path) -> dict[str, Any]:
    command = [sys.executable, "-I", "-c", _STRANGER, "verify.py", ".", "--require-saved-model"]
    done = subprocess.run(
        command,
        cwd=part,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if not (part / REPORT).is_file():
        last = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        raise UserError(f"the new bundle could not be verified, so none was written: {last}")
    report = json.loads((part / REPORT).read_text(encoding="utf-8"))
    _demand_pass(report)
    return report


def _demand_pass(report: dict[str, Any]) -> None:
    for check in report["checks"]:
        if not check["pass"]:
            found = check.get("detail") or (
                f"differs by {check['max_abs']:.1e} and {check['levels']} levels, "
                f"allowed {check['tolerance']['max_abs']:g} and {check['tolerance']['levels']}"
            )
            raise UserError(
                f"the new bundle failed its verification, so none was written: {check['artifact']}, "
                f"{check['case']}: {found}; please report it with the run's config.json"
            )


def _card(
    contract: dict[str, Any], report: dict[str, Any], evaluation: dict[str, Any] | None, part: Path
) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["cell"] = lambda value: str(value).replace("|", "\\|").replace("\n", " ")
    return (
        environment.get_template("card.md.j2").render(
            contract=contract,
            report=report,
            source=contract["inputs"][0],
            target=contract["outputs"][0],
            pictures=len(list((part / "golden").glob("input_*.png"))),
            figures=_flat(evaluation or {}),
            provenance=_flat(contract["provenance"]),
            megabytes=f"{(part / 'model.onnx').stat().st_size / 1e6:.3g}",
        )
        + "\n"
    )


def _flat(values: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """List a nested record's numbers, words and switches as (name, text), long lists left out."""
    rows = []
    for key, value in values.items():
        name = f"{before}{key}"
        if isinstance(value, dict):
            rows += _flat(value, f"{name}.")
        elif isinstance(value, float):
            rows.append((name, f"{value:.4g}"))
        elif isinstance(value, list | tuple):
            if len(value) <= 4:
                rows.append((name, ", ".join(map(str, value))))
        elif value is not None:
            rows.append((name, str(value)))
    return rows


def _replace(part: Path, directory: Path) -> None:
    """Rename ``part`` to ``directory``; what was there is removed last, and put back if this fails."""
    if not directory.exists():
        os.rename(part, directory)
        return
    old = directory.with_name(f".{directory.name}.{uuid.uuid4().hex[:8]}.old")
    os.rename(directory, old)
    try:
        os.rename(part, directory)
    except BaseException:
        os.rename(old, directory)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
