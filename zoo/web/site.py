"""The files of the page that runs a bundle, by the paths under which a browser asks for them."""

import json
import os
import re
import struct
import tempfile
from pathlib import Path
from typing import Any

from zoo.errors import UserError
from zoo.inference.bundles import open_bundle
from zoo.inference.contract import CONTRACT, load_checked
from zoo.io.limits import IMAGE_PIXELS

Site = dict[str, bytes]
"""Content by path: all of it in memory, so that what is served is what was checked. Paths are named here,
never by a contract."""

PAGE = Path(__file__).with_name("demo_page")
MODEL = "model.onnx"
MOST_EXAMPLES = 24
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
"""Content type of each kind of file; no others are served."""


def find_bundle(source: Path) -> Path:
    """``source`` if it is a bundle, or the bundle of a run."""
    inner = source / "bundle"
    return inner if not os.path.lexists(source / CONTRACT) and os.path.lexists(inner / CONTRACT) else source


def make_site(bundle: Path, runtime: dict[str, Path], no_examples: bool = False) -> Site:
    """All files of the page, as they are now.

    Args:
        bundle: a bundle.
        runtime: ONNX Runtime Web's files by their names.
        no_examples: leave out the bundle's golden images, which are offered as examples otherwise.

    Raises:
        UserError: it is not a bundle, its model or an example is missing or altered, or it takes or gives
            something that the page cannot show.
    """
    contract, model = open_bundle(bundle)
    pictures = [port["name"] for port in contract["inputs"] if port["kind"] == "picture"]
    examples = [
        [] if no_examples else _examples(bundle, contract, name, i == 0) for i, name in enumerate(pictures)
    ]
    named = [
        {f"examples/{i}/example_{j}.png": image for j, image in enumerate(each, 1)}
        for i, each in enumerate(examples, 1)
    ]
    return {
        **{path.name: _read(path) for path in sorted(PAGE.iterdir()) if path.suffix in TYPES},
        # Rewritten: the page gets what was checked, however a browser would read the file itself.
        CONTRACT: json.dumps(contract).encode(),
        "page.json": json.dumps({"examples": [list(each) for each in named]}).encode(),
        MODEL: model,
        **{name: image for each in named for name, image in each.items()},
        **{f"runtime/{name}": _read(path) for name, path in runtime.items()},
    }


def write_site(site: Site, folder: Path) -> None:
    """Write the files into a new folder, whole or not at all.

    Raises:
        UserError: ``folder`` holds something already, or cannot be written.
    """
    if os.path.islink(folder) or (os.path.exists(folder) and not os.path.isdir(folder)):
        raise UserError(f"`static` {folder} is not a folder: choose another")
    try:
        if os.path.isdir(folder) and any(folder.iterdir()):
            raise UserError(f"`static` {folder} holds other files: choose a new or an empty folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".site.", dir=folder.parent) as scratch:
            part = Path(scratch, "site")  # unlike its parent, with the rights that new folders get
            for name, content in site.items():
                target = part / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            part.rename(folder)
    except OSError as error:
        raise UserError(
            f"`static` {folder} cannot be written ({error.strerror or error}): make room or choose another"
        ) from error


def _examples(bundle: Path, contract: dict[str, Any], name: str, first: bool) -> list[bytes]:
    """The golden images of an input; those of the first are called input, others have its name."""
    pattern = re.compile(rf"golden/{'input' if first else name}_[0-9]+\.png")
    recorded = [path for path in contract["sha256"] if pattern.fullmatch(path)][:MOST_EXAMPLES]
    try:
        contents = [load_checked(bundle, path, contract) for path in recorded]
    except UserError as error:
        raise UserError(f"{error}; `no_examples` leaves such pictures out") from None
    for path, content in zip(recorded, contents, strict=True):
        if not _is_png(content):
            raise UserError(
                f"{bundle / path} is not a PNG, or too large; `no_examples` leaves such images out"
            )
    return contents


def _is_png(content: bytes) -> bool:
    """Whether it begins as a PNG with no more pixels than an image may have here."""
    if len(content) < 24 or content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        return False
    width, height = struct.unpack(">II", content[16:24])
    return 0 < width * height <= IMAGE_PIXELS


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): check it and its permissions") from error
