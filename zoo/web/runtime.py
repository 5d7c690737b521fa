"""ONNX Runtime Web, which runs the model in a browser; fetched from the npm registry on request."""

import base64
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from zoo.errors import UserError
from zoo.io.files import read_json

PACKAGE = "onnxruntime-web"
VERSION = "1.23.2"  # that of the onnxruntime in requirements.txt
INTEGRITY = "sha512-T09JUtMn+CZLk3mFwqiH0lgQf+4S7+oYHHtk6uhaYAAJI95bTcKi5bOOZYwORXfS/RLZCjDDEXGWIuOCAFlEjg=="
"""Of the package, as the registry states it (``npm view onnxruntime-web@VERSION dist.integrity``)."""

FILES = {
    "ort.wasm.min.mjs": "ort.wasm.min.js",  # not every web server knows that .mjs is a script
    "ort-wasm-simd-threaded.mjs": "ort-wasm-simd-threaded.js",
    "ort-wasm-simd-threaded.wasm": "ort-wasm-simd-threaded.wasm",
}
"""What the page needs of the package's ``dist/``, and the names under which it asks for them."""


def find_runtime(runtime: Path | None, fetch_runtime: bool) -> dict[str, Path]:
    """The runtime's files by the names under which the page asks for them.

    Args:
        runtime: folder of an unpacked package; by default the one that was fetched before.
        fetch_runtime: fetch it from the npm registry if it was not.

    Raises:
        UserError: it is missing, is not that package, or has another version.
    """
    folder = cache() if runtime is None else runtime
    if runtime is None and not os.path.isdir(folder):
        if not fetch_runtime:
            raise UserError(
                f"{PACKAGE} {VERSION}, which runs the model in the browser, is not here: `fetch_runtime` "
                "gets it through npm once (26 MB), `runtime` names an unpacked package"
            )
        fetch()
    try:
        package = read_json(folder / "package.json")
        version = f"{package['name']} {package['version']}"
    except (UserError, KeyError, TypeError):
        raise UserError(
            f"{folder} is not an unpacked npm package (package.json): name the folder node_modules/{PACKAGE}"
        ) from None
    if version != f"{PACKAGE} {VERSION}":
        raise UserError(
            f"{folder} is {version}, and the page needs {VERSION}: npm install {PACKAGE}@{VERSION}"
        )
    files = {name: folder / "dist" / file for file, name in FILES.items()}
    for path in files.values():
        if not os.path.isfile(path):
            raise UserError(f"{path} is missing: unpack {PACKAGE} {VERSION} again, or remove {folder}")
    return files


def cache() -> Path:
    """The folder of the fetched package.

    Raises:
        UserError: the environment has no folder for it.
    """
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:
        raise UserError("no home folder is known: set HOME or XDG_CACHE_HOME, or give `runtime`") from None
    return Path(base, "fashion-gan-zoo", f"{PACKAGE}-{VERSION}")


def fetch() -> None:
    """Fetch the package through npm, check its hash, and unpack what is needed of it into ``cache()``.

    Raises:
        UserError: npm is missing or fails, or what it fetched is not the pinned package.
    """
    folder, npm = cache(), shutil.which("npm")
    if folder.is_dir():
        return
    if npm is None:
        raise UserError(
            f"npm is not installed: install Node.js, or unpack {PACKAGE} {VERSION} and give `runtime`"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetching.", dir=folder.parent) as scratch:
            package = _packed(npm, Path(scratch))
            unpacked = Path(scratch, "unpacked")
            _unpack(package, unpacked)
            if not folder.is_dir():  # another command may have been as fast
                unpacked.rename(folder)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be written ({error.strerror or error}): set XDG_CACHE_HOME to another folder"
        ) from error


def _packed(npm: str, scratch: Path) -> Path:
    """The package as one file, with the pinned hash."""
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--ignore-scripts", "--pack-destination", str(scratch)]
    done = subprocess.run(
        command, cwd=scratch, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    package = scratch / f"{PACKAGE}-{VERSION}.tgz"
    if done.returncode or not package.is_file():
        errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        reason = errors[0] if errors else f"status {done.returncode}"
        raise UserError(
            f"npm pack {PACKAGE}@{VERSION} failed ({reason}): check the network, or give `runtime`"
        )
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise UserError(
            f"{PACKAGE} {VERSION} from npm is not what was published (sha512-{digest}): check npm's registry "
            "setting, or give `runtime`"
        )
    return package


def _unpack(package: Path, folder: Path) -> None:
    (folder / "dist").mkdir(parents=True)
    with tarfile.open(package) as archive:
        for name in ("package.json", *(f"dist/{file}" for file in FILES)):
            with archive.extractfile(f"package/{name}") as source, open(folder / name, "wb") as target:
                shutil.copyfileobj(source, target)
