"""The files of the page that runs a bundle, by the paths under which a browser asks for them."""

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from export.verify import BundleError, read_contract, sha256
from zoo.errors import UserError

Site = dict[str, Path | bytes]

PAGE = Path(__file__).with_name("demo_page")
KINDS = ("picture", "noise", "choice", "amount")
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
    ".onnx": "application/octet-stream",
}
"""What each kind of file is called when it is served; there are no others."""


def make_site(bundle: Path, runtime: dict[str, Path], examples: bool) -> Site:
    """All files of the page, as they lie now.

    Args:
        bundle: a bundle, or a run that has one.
        runtime: ONNX Runtime Web's files by their names.
        examples: whether the bundle's golden pictures are offered as examples.

    Raises:
        UserError: it is no bundle, its model is missing or altered, or it takes or gives something
            that the page cannot show.
    """
    if not (bundle / "contract.json").is_file() and (bundle / "bundle" / "contract.json").is_file():
        bundle = bundle / "bundle"
    try:
        contract = read_contract(bundle)
    except BundleError as error:
        raise UserError(str(error)) from error
    model = _model(bundle, contract)
    _check_ports(bundle, contract)
    found = _examples(bundle, contract) if examples else {}
    page = json.dumps({"examples": {name: list(files) for name, files in found.items()}})
    return {
        **{path.name: path for path in sorted(PAGE.iterdir()) if path.suffix in TYPES},
        "contract.json": bundle / "contract.json",
        "page.json": page.encode(),
        contract["artifacts"]["onnx"]["path"]: model,
        **{name: path for files in found.values() for name, path in files.items()},
        **{f"runtime/{name}": path for name, path in runtime.items()},
    }


def write_site(site: Site, folder: Path) -> None:
    """Write the files into a new folder, whole or not at all.

    Raises:
        UserError: ``folder`` holds something already, or cannot be written.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UserError(f"--static {folder} is no folder: choose another")
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(f"--static {folder} holds other files: choose a new or an empty folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
            part = Path(scratch, "site")  # unlike its parent, with the rights that new folders get
            for name, content in site.items():
                target = part / name
                target.parent.mkdir(parents=True, exist_ok=True)
                if isinstance(content, bytes):
                    target.write_bytes(content)
                else:
                    shutil.copyfile(content, target)
            part.rename(folder)
    except OSError as error:
        raise UserError(
            f"--static {folder} cannot be written ({error.strerror or error}): make room or choose another"
        ) from error


def _model(bundle: Path, contract: dict[str, Any]) -> Path:
    if contract["artifacts"].get("onnx", {}).get("path") != "model.onnx":
        raise UserError(f"{bundle} is a bundle without model.onnx, which the page runs: export it again")
    path = bundle / "model.onnx"
    if not path.is_file():
        raise UserError(f"{path} is missing: export the bundle again")
    if sha256(path) != contract["sha256"].get("model.onnx"):
        raise UserError(
            f"{path} was altered since it was proved: fetch it again, or see python -m export verify {bundle}"
        )
    return path


def _check_ports(bundle: Path, contract: dict[str, Any]) -> None:
    """Refuse what the page has no code for."""
    for port in (*contract["inputs"], contract["outputs"][0]):
        kind, dtype, shape = port.get("kind", "picture"), port["dtype"], port["shape"]
        picture = kind == "picture"
        if kind not in KINDS or dtype != "float32" or len(shape) != (4 if picture else 2):
            raise UserError(
                f"{bundle}: {port['name']} is a {kind} of {dtype} {shape}, which the page does not know: use "
                "a bundle of this version's export"
            )
        if picture and (shape[3] not in (1, 3) or port["layout"] != "NHWC"):
            raise UserError(
                f"{bundle}: {port['name']} has the shape {shape}, {port['layout']}; the page shows NHWC "
                "pictures of 1 or 3 channels: translate with python -m recipes.translate"
            )


def _examples(bundle: Path, contract: dict[str, Any]) -> dict[str, dict[str, Path]]:
    """The golden pictures that go in, by their inputs: the first's are called input, others' by its name.

    Only those that are as they were recorded: a link in a bundle from elsewhere may lead anywhere.
    """
    found: dict[str, dict[str, Path]] = {}
    pictures = [port["name"] for port in contract["inputs"] if port.get("kind", "picture") == "picture"]
    for number, name in enumerate(pictures):
        pattern = rf"golden/{re.escape(name if number else 'input')}_\d+\.png"
        recorded = {path: bundle / path for path in contract["sha256"] if re.fullmatch(pattern, path)}
        found[name] = {
            path: file
            for path, file in recorded.items()
            if file.is_file() and sha256(file) == contract["sha256"][path]
        }
    return found
