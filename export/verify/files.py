"""Files compared with their hashes."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from export.verify.checks import plain
from export.verify.contract import models_of
from export.verify.errors import AGAIN, BundleError
from export.verify.paths import CONTRACT, REPORT, bundle_file
from zoo.io.limits import BUNDLE_BYTES, BUNDLE_FILES, MODEL_BYTES, PATH_CHARACTERS

HASH = "sha256"  # the case of a check that compares hashes
SHOWN = 5  # unlisted files that are named


def check_files(directory: Path | str, contract: dict[str, Any]) -> list[dict[str, Any]]:
    """Compare each file with its recorded sha256: one check for each model and each other file or folder.

    The list of hashes is closed: a file that is not in it is a fault. Exceptions are the contract, which
    holds the list, and verification.json, which nobody relies on.
    """
    faults: dict[str, list[str]] = {}
    labels = {entry["path"]: name for name, entry in models_of(contract).items()}

    def part(name: str) -> str:
        models = [label for path, label in labels.items() if name == path or name.startswith(f"{path}/")]
        return models[0] if models else name.partition("/")[0]

    remaining = BUNDLE_BYTES
    for name, expected in contract["sha256"].items():
        problems = faults.setdefault(part(name), [])
        try:
            path = bundle_file(directory, name)
            size = path.stat().st_size
            remaining -= size
            if size > MODEL_BYTES or remaining < 0:
                problems.append(f"{name} is larger than what is read")
            elif sha256(path) != expected:
                problems.append(f"{name} was altered")
        except BundleError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{name} cannot be read ({error.strerror})")
    unlisted = sorted(_unlisted(Path(directory), contract["sha256"]))
    for name in unlisted[:SHOWN]:
        faults.setdefault(part(name), []).append(f"{name} is not in the list of {CONTRACT}")
    if len(unlisted) > SHOWN:
        faults.setdefault(part(unlisted[SHOWN]), []).append(f"so are {len(unlisted) - SHOWN} others")
    for path, label in labels.items():
        if label not in faults:
            faults[label] = [f"{path} has no recorded sha256"]
    return [plain(label, HASH, "; ".join(problems), error=True) for label, problems in faults.items()]


def sha256(path: Path | str) -> str:
    """Hash of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def checked_bytes(directory: Path, name: str, contract: dict[str, Any], most: int = MODEL_BYTES) -> bytes:
    """Read a file once and return the very bytes whose hash the contract records."""
    with bundle_file(directory, name).open("rb") as file:
        content = file.read(min(most, os.fstat(file.fileno()).st_size) + 1)
    if len(content) > most:
        raise BundleError(f"{name} has more than {most:,} bytes: {AGAIN}")
    if hashlib.sha256(content).hexdigest() != contract["sha256"].get(name):
        raise BundleError(f"{name} was altered: {AGAIN}")
    return content


def _unlisted(directory: Path, known: dict[str, str]) -> Iterator[str]:
    """Everything below ``directory`` that is neither a known file nor a folder."""
    folders = [""]
    seen = 0
    while folders:
        folder = folders.pop()
        with os.scandir(directory / folder) as entries:
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                seen += 1
                if seen > 2 * BUNDLE_FILES:
                    raise BundleError(f"{directory} holds more than {2 * BUNDLE_FILES:,} files: {AGAIN}")
                if entry.is_dir(follow_symlinks=False) and len(name) < PATH_CHARACTERS:
                    folders.append(name)
                elif name not in known and name not in (CONTRACT, REPORT):
                    yield name
