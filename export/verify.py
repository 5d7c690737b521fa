"""Proves a bundle: that its files are whole and compute what the trained generator computed.

Stands alone: numpy and onnxruntime, and TensorFlow only for the SavedModel. A SavedModel is a program:
its files are compared with their hashes, and it runs only if that is asked for. Nothing of a bundle is
opened once one of its files was found altered.

Name the bundle (``python verify.py DIRECTORY``), or run the script that lies in it (``python verify.py``).
That one is as trustworthy as the place that the bundle came from: of bundles from elsewhere use a copy
that you trust, or ``python -m export verify``.

Exit status 0: everything within the tolerance of contract.json; 1: something differs by more; 2: the
bundle cannot be read or run, a file was altered, is missing or was added.
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":  # a file beside this one, such as json.py, is not what the imports below mean
    sys.path[:] = [p for p in sys.path if os.path.abspath(p) != os.path.dirname(os.path.abspath(__file__))]

import argparse
import contextlib
import hashlib
import io
import json
import math
import re
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

try:
    import numpy as np
except ImportError as error:
    if __name__ != "__main__":
        raise
    print(f"error: {error}: pip install numpy onnxruntime", file=sys.stderr)
    sys.exit(2)

if TYPE_CHECKING:
    Arrays = dict[str, np.ndarray]
    Run = Callable[[Arrays], Arrays]

FORMAT_VERSION = 3
READABLE = (1, 2, 3)  # in 1, every input is a picture; in 1 and 2, pictures have one size
BATCHES = (1, 3)
GOLDEN_RUNS, RUNS = 32, 16  # where dropout is drawn: of the trained generator, and of each file in each case
SHOWN = 5  # files that are named of many
UNPRINTABLE = (
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"  # as in zoo/io/text.py
)
CONTRACT, REPORT = "contract.json", "verification.json"
ARTIFACTS = ("onnx", "saved_model")
HASH = "sha256"  # the check of a file's
PRODUCTS = "_products"
AGAIN = "fetch the bundle again"

# What is read at most: as in zoo/io/limits.py.
CONTRACT_BYTES, JSON_DEPTH = 4 << 20, 64
MODEL_BYTES = 4 << 30
BUNDLE_BYTES = 4 * MODEL_BYTES
BUNDLE_FILES = 10_000
EXAMPLE_VALUES, EXAMPLES = 1 << 25, 64
GOLDEN_VALUES = 1 << 27
PATH_CHARACTERS = 255
MODEL_FIELDS = 1_000_000  # of an ONNX file

# zoo/io/schemas/contract.schema.json, which lies in the bundle too; what a bundle brings is not what
# judges it.
SCHEMA = json.loads(
    r"""
{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:image-translation-bundle:contract:3",
"title": "contract.json of an image translation bundle, formats 1 to 3", "description":
"A number without a fraction is written without a decimal point wherever an integer is asked for.", "type":
"object", "required": ["format_version", "inputs", "outputs", "size", "inference", "artifacts", "tolerance",
"sha256"], "properties": {"format": {"const": "image-translation-bundle"}, "format_version": {"type":
"integer", "minimum": 1, "maximum": 3}, "model": {"$ref": "#/$defs/label"}, "recipe": {"type": "string",
"maxLength": 255}, "usage": {"type": "object", "required": ["name"], "properties": {"name": {"$ref":
"#/$defs/label"}, "meaning": {"type": "string"}}}, "inputs": {"$ref": "#/$defs/own_ports"}, "outputs":
{"$ref": "#/$defs/own_ports", "maxItems": 8}, "size": {"type": "object", "required": ["height", "width"],
"properties": {"height": {"$ref": "#/$defs/length"}, "width": {"$ref": "#/$defs/length"}, "multiple":
{"$ref": "#/$defs/length"}, "smallest": {"$ref": "#/$defs/length"}, "fixed": {"type": "boolean"},
"other_sizes": {"type": "string"}, "golden": {"type": "array", "maxItems": 8, "items": {"type": "array",
"minItems": 2, "maxItems": 2, "items": {"$ref": "#/$defs/length"}}}}}, "conditions": {"type": "array",
"maxItems": 2048, "items": {"type": "object", "required": ["name", "input", "kind"], "properties": {"name":
{"$ref": "#/$defs/label"}, "input": {"$ref": "#/$defs/identifier"}, "kind": {"enum": ["choice", "amount"]},
"values": {"$ref": "#/$defs/values"}, "optional": {"type": "boolean"}, "low": {"$ref": "#/$defs/label"},
"high": {"$ref": "#/$defs/label"}, "write": {"type": "string"}}, "if": {"required": ["kind"], "properties":
{"kind": {"const": "choice"}}}, "then": {"required": ["values", "optional"]}, "else": {"required": ["low",
"high"]}}}, "inference": {"type": "object", "required": ["deterministic"], "properties": {"statistics":
{"type": "string"}, "statistics_meaning": {"type": "string"}, "dropout": {"type": "boolean"},
"dropout_meaning": {"type": "string"}, "deterministic": {"type": "boolean"}, "batch_independent": {"type":
"boolean"}}}, "artifacts": {"type": "object", "required": ["onnx"], "properties": {"onnx": {"$ref":
"#/$defs/artifact"}, "saved_model": {"$ref": "#/$defs/artifact", "required": ["signature"]}},
"additionalProperties": false}, "variants": {"type": "object", "maxProperties": 64, "propertyNames":
{"pattern": "^(?!(onnx|saved_model)(?![\\s\\S]))[A-Za-z0-9][A-Za-z0-9.+_-]*(?![\\s\\S])", "maxLength": 255},
"additionalProperties": {"$ref": "#/$defs/artifact", "required": ["inputs", "outputs", "tolerance"]}},
"golden": {"type": "array", "minItems": 1, "maxItems": 64, "items": {"type": "object", "maxProperties": 2048,
"additionalProperties": {"anyOf": [{"$ref": "#/$defs/label"}, {"$ref": "#/$defs/amount"}, {"type":
"null"}]}}}, "tolerance": {"$ref": "#/$defs/tolerance"}, "sha256": {"type": "object", "maxProperties": 10000,
"propertyNames": {"$ref": "#/$defs/path"}, "additionalProperties": {"type": "string", "pattern":
"^[0-9a-f]{64}(?![\\s\\S])"}}, "provenance": {"type": "object"}, "licence": {"type": "object", "properties":
{"code": {"type": "string"}, "weights": {"type": "string"}}}}, "if": {"required": ["format_version"],
"properties": {"format_version": {"minimum": 2}}}, "then": {"required": ["usage", "golden", "conditions"],
"properties": {"inputs": {"items": {"required": ["kind"]}}, "outputs": {"items": {"required": ["kind"]}}}},
"$defs": {"label": {"type": "string", "minLength": 1, "maxLength": 255}, "identifier": {"type": "string",
"pattern": "^[A-Za-z][A-Za-z0-9_]*(?![\\s\\S])", "maxLength": 255}, "path": {"description":
"Relative, with /: no part of it is . or .., none has a colon, a backslash or an unprintable character.",
"type": "string", "pattern":
"^(?:(?!\\.\\.?(?:/|(?![\\s\\S])))[^/\\\\:\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]+(?:/(?=[\\s\\S])|(?![\\s\\S])))+(?![\\s\\S])",
"maxLength": 255}, "length": {"type": "integer", "minimum": 1, "maximum": 4096}, "side": {"anyOf": [{"$ref":
"#/$defs/length"}, {"type": "string", "pattern": "^(?:[A-Za-z][A-Za-z0-9_]*_)?(?:height|width)(?![\\s\\S])",
"maxLength": 255}]}, "amount": {"type": "number", "minimum": -1000000, "maximum": 1000000}, "values":
{"type": "array", "minItems": 1, "maxItems": 4096, "items": {"$ref": "#/$defs/label"}, "uniqueItems": true},
"ports": {"type": "array", "minItems": 1, "maxItems": 2048, "items": {"$ref": "#/$defs/port"}}, "own_ports":
{"description": "Of the bundle's own files; variants may have others.", "$ref": "#/$defs/ports", "items":
{"properties": {"dtype": {"const": "float32"}, "layout": {"enum": ["NHWC", "NC"]}}}}, "port": {"type":
"object", "required": ["name", "shape", "dtype", "layout", "range"], "properties": {"name": {"$ref":
"#/$defs/identifier"}, "kind": {"enum": ["picture", "noise", "choice", "amount"]}, "meaning": {"type":
"string"}, "shape": {"type": "array", "minItems": 2, "maxItems": 4}, "dtype": {"enum": ["float32", "uint8"]},
"layout": {"enum": ["NHWC", "NCHW", "NC"]}, "range": {"type": ["array", "null"], "minItems": 2, "maxItems":
2, "items": {"$ref": "#/$defs/amount"}}, "channel_order": {"type": ["string", "null"]}, "values": {"$ref":
"#/$defs/values"}, "optional": {"type": "boolean"}, "low": {"$ref": "#/$defs/label"}, "high": {"$ref":
"#/$defs/label"}}, "if": {"required": ["kind"], "properties": {"kind": {"enum": ["noise", "choice",
"amount"]}}}, "then": {"properties": {"dtype": {"const": "float32"}, "layout": {"const": "NC"}, "shape":
{"maxItems": 2, "prefixItems": [{"const": "batch"}, {"$ref": "#/$defs/length"}]}}}, "else": {"properties":
{"range": {"type": "array"}, "shape": {"minItems": 4}}, "if": {"required": ["layout"], "properties":
{"layout": {"const": "NCHW"}}}, "then": {"properties": {"shape": {"prefixItems": [{"const": "batch"},
{"$ref": "#/$defs/length"}, {"$ref": "#/$defs/side"}, {"$ref": "#/$defs/side"}]}}}, "else": {"properties":
{"layout": {"const": "NHWC"}, "shape": {"prefixItems": [{"const": "batch"}, {"$ref": "#/$defs/side"},
{"$ref": "#/$defs/side"}, {"$ref": "#/$defs/length"}]}}}}, "allOf": [{"if": {"required": ["kind"],
"properties": {"kind": {"const": "choice"}}}, "then": {"required": ["values", "optional"]}}, {"if":
{"required": ["kind"], "properties": {"kind": {"const": "amount"}}}, "then": {"required": ["low", "high"],
"properties": {"shape": {"prefixItems": [{}, {"const": 1}]}}}}]}, "artifact": {"type": "object", "required":
["path"], "properties": {"path": {"$ref": "#/$defs/path"}, "signature": {"$ref": "#/$defs/label"}, "meaning":
{"type": "string"}, "opset": {"type": "integer", "minimum": 1, "maximum": 1000}, "nodes": {"type": "object"},
"inputs": {"$ref": "#/$defs/ports"}, "outputs": {"$ref": "#/$defs/ports"}, "tolerance": {"$ref":
"#/$defs/tolerance"}, "worse_than": {"$ref": "#/$defs/tolerance"}, "measured": {"$ref":
"#/$defs/tolerance"}}}, "tolerance": {"type": "object", "minProperties": 1, "properties": {"max_abs":
{"type": "number", "minimum": 0, "maximum": 1000000}, "levels": {"type": "number", "minimum": 0, "maximum":
1000}, "psnr": {"type": "number", "minimum": -1000, "maximum": 1000}, "standard_errors": {"type": "number",
"minimum": -1000000, "maximum": 1000000}}, "additionalProperties": false}}}
"""
)


class BundleError(Exception):
    """A bundle that cannot be read: one line that names the file and the remedy."""


def verify(
    directory: Path | str, saved_model: bool | None = False, seed: int | None = None
) -> dict[str, Any]:
    """Check a bundle and return what verification.json holds.

    Args:
        directory: the bundle.
        saved_model: run the SavedModel, which is a program: True requires TensorFlow, None runs it where
            TensorFlow is installed, False compares its files with their hashes and no more.
        seed: of the random inputs; by default new ones each time.

    Returns:
        ``{"verdict": "pass" | "fail", "seed", "versions", "skipped", "checks"}``; each check
        has artifact, case, max_abs (in the output's units), levels (of 8 bits), psnr (dB, 120 at
        most), tolerance, pass and, where something is wrong, detail, and error if that is not a
        difference; where dropout is drawn, they are of means, and standard_errors says how far they and
        the spreads are apart. Where a file was altered, the checks are of hashes alone.

    Raises:
        BundleError: no contract, a contract of another format or that is not as its schema says, or
            golden files that are not as the contract says.
    """
    directory = Path(directory)
    contract = read_contract(directory)
    seed = int(np.random.SeedSequence().entropy % 2**32) if seed is None else seed
    checks = check_files(directory, contract)
    report = {"verdict": "fail", "seed": seed, "versions": {"numpy": np.__version__}, "skipped": []}
    if all(check["pass"] for check in checks):
        with contextlib.ExitStack() as stack:
            checks += _run_all(directory, contract, saved_model, seed, report, stack)
    else:
        left_out = "a file was altered, so nothing of the bundle was run"
        report["skipped"] = [{"artifact": name, "reason": left_out} for name in _artifacts(contract)]
    if all(check["pass"] for check in checks):
        report["verdict"] = "pass"
    return {**report, "checks": checks}


def _run_all(
    directory: Path,
    contract: dict[str, Any],
    saved_model: bool | None,
    seed: int,
    report: dict[str, Any],
    stack: contextlib.ExitStack,
) -> list[dict[str, Any]]:
    """Open and run what is to be run; ``report`` gets versions and what was left out."""
    draws = _draws(contract)
    checks, skipped = [], report["skipped"]
    golden_inputs, golden_outputs = _golden(directory, contract)
    sizes = contract["size"].get("golden", [])
    golden_of_sizes = {f"{h}x{w}": _golden(directory, contract, (h, w)) for h, w in sizes}
    random = _random_inputs(contract, max(BATCHES), np.random.default_rng(seed))

    runs: dict[str, Run] = {}
    artifacts = _artifacts(contract)
    for artifact, entry in artifacts.items():
        is_saved_model = artifact == "saved_model"
        if is_saved_model and saved_model is False:
            reason = "a SavedModel is a program; if you trust where it comes from, --saved-model runs it"
            skipped.append({"artifact": artifact, "reason": reason})
            continue
        try:
            if is_saved_model:
                run, problems, version = _open_saved_model(directory, entry, contract, stack)
            else:
                run, problems, version = _open_onnx(directory, entry, contract)
        except ImportError as error:
            if not is_saved_model or saved_model:
                missing = "tensorflow" if is_saved_model else "onnxruntime"
                raise BundleError(f"{_first_line(error)}: install {missing}") from error
            skipped.append({"artifact": artifact, "reason": "TensorFlow is not installed"})
            continue
        except BundleError:
            raise
        except Exception as error:  # whatever a runtime raises for a file it cannot use
            checks.append(_failed(artifact, "loads", error))
            continue
        report["versions"].update(version)
        checks.append(_plain(artifact, "names, shapes and dtypes", "; ".join(problems)))
        if not problems:
            runs[artifact] = _with_ports(run, entry)

    def compare(artifact: str, case: str, compute: Callable[[], Arrays], expected: Arrays) -> None:
        tolerance = artifacts[artifact]["tolerance"]
        checks.append(_compared(contract, artifact, case, compute, expected, tolerance))

    def computed(run: Run, inputs: Arrays, batch: int) -> Arrays:
        def compute() -> Arrays:
            return _batched(run, inputs, batch)

        return drawn(compute, RUNS) if draws else compute()

    random_results: dict[str, Arrays] = {}
    for artifact, run in runs.items():
        if draws:
            checks.append(_drawn_alike(artifact, run, golden_inputs, golden_outputs))
        for batch in BATCHES:
            case = f"golden inputs, batch {batch}"
            compare(artifact, case, lambda r=run, b=batch: computed(r, golden_inputs, b), golden_outputs)
        for size, (inputs, outputs) in golden_of_sizes.items():
            case = f"golden inputs of {size}"
            compare(artifact, case, lambda r=run, i=inputs: computed(r, i, 1), outputs)
        try:
            random_results[artifact] = computed(run, random, max(BATCHES))
        except Exception as error:  # as above
            checks.append(_failed(artifact, "random inputs", error))
            continue
        case = f"random inputs, batch {BATCHES[0]} against {BATCHES[-1]}"
        compare(artifact, case, lambda r=run: computed(r, random, 1), random_results[artifact])
    if {"onnx", "saved_model"} <= set(random_results):
        case = "random inputs, against the SavedModel"
        compare("onnx", case, lambda: random_results["onnx"], random_results["saved_model"])
    return checks


def read_contract(directory: Path | str) -> dict[str, Any]:
    """Return a bundle's contract.

    Raises:
        BundleError: there is none, it is too large or too deep, not JSON, of another format version, not
            as the schema says, or contradicts itself.
    """
    path = Path(directory, CONTRACT)
    if not os.path.lexists(path):
        raise BundleError(
            f"{directory} is no bundle ({CONTRACT} is missing): name a folder that export wrote"
        )
    try:
        with bundle_file(directory, CONTRACT).open("rb") as file:
            content = file.read(CONTRACT_BYTES + 1)
        if len(content) > CONTRACT_BYTES:
            raise ValueError(f"more than {CONTRACT_BYTES:,} bytes")
        contract = json.loads(content.decode("utf-8"), parse_constant=_finite, parse_float=_finite)
        if _deeper_than(contract, JSON_DEPTH):
            raise ValueError(f"nested more than {JSON_DEPTH} deep")
    except BundleError as error:
        raise BundleError(f"{directory}: {error}: {AGAIN}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f"{path} cannot be read ({_first_line(error)}): {AGAIN}") from error
    version = contract.get("format_version") if isinstance(contract, dict) else None
    if type(version) is int and READABLE[-1] < version < 1000:
        known = " and ".join(map(str, READABLE))
        raise BundleError(
            f"{path} has format version {version}, and {known} are read here: use a newer verify.py"
        )
    fault = _fault(contract, SCHEMA) or _contradiction(contract)
    if fault:
        raise BundleError(f"{path}: {printable(fault)}: {AGAIN}")
    return contract


def check_files(directory: Path | str, contract: dict[str, Any]) -> list[dict[str, Any]]:
    """Compare each file with its recorded sha256; one check a part of the bundle.

    The list of hashes is closed: a file that is not in it is a fault, but for the contract, which holds
    the list, and verification.json, which nobody relies on.
    """
    faults: dict[str, list[str]] = {}
    labels = {entry["path"]: name for name, entry in _artifacts(contract).items()}

    def part(name: str) -> str:
        found = [label for path, label in labels.items() if name == path or name.startswith(f"{path}/")]
        return found[0] if found else name.partition("/")[0]

    left = BUNDLE_BYTES
    for name, expected in contract["sha256"].items():
        found = faults.setdefault(part(name), [])
        try:
            path = bundle_file(directory, name)
            size = path.stat().st_size
            left -= size
            if size > MODEL_BYTES or left < 0:
                found.append(f"{name} is larger than what is read")
            elif sha256(path) != expected:
                found.append(f"{name} was altered")
        except BundleError as error:
            found.append(str(error))
        except OSError as error:
            found.append(f"{name} cannot be read ({error.strerror})")
    strangers = sorted(_strangers(Path(directory), contract["sha256"]))
    for name in strangers[:SHOWN]:
        faults.setdefault(part(name), []).append(f"{name} is not in the list of {CONTRACT}")
    if len(strangers) > SHOWN:
        faults.setdefault(part(strangers[SHOWN]), []).append(f"so are {len(strangers) - SHOWN} others")
    for path, label in labels.items():
        if label not in faults:
            faults[label] = [f"{path} has no recorded sha256"]
    return [_plain(label, HASH, "; ".join(found), error=True) for label, found in faults.items()]


def bundle_file(directory: Path | str, name: str) -> Path:
    """Absolute path of the regular file that a bundle calls ``name``; every name goes through here.

    Raises:
        BundleError: ``name`` is absolute, climbs, has control characters or is too long; there is no such
            file, it is a folder, a pipe or a device, or a symbolic link leads out of the bundle.
    """
    if len(name) > PATH_CHARACTERS or not re.match(SCHEMA["$defs"]["path"]["pattern"], name):
        raise BundleError(f"{name!r:.80} is no path inside the bundle")
    root = Path(os.path.realpath(directory))
    path = root / name
    try:
        inside = Path(os.path.realpath(path)).is_relative_to(root)
        regular = inside and stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError) as error:  # a loop of links, a name that this file system cannot have
        raise BundleError(f"{name} is missing") from error
    if not inside:
        raise BundleError(f"{name} leads out of the bundle through a link")
    if not regular:
        raise BundleError(f"{name} is no regular file")
    return path


def sha256(path: Path | str) -> str:
    """Hash of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _checked(directory: Path, name: str, contract: dict[str, Any], most: int = MODEL_BYTES) -> bytes:
    """The content of a file, read once: the very bytes whose hash is the contract's."""
    with bundle_file(directory, name).open("rb") as file:
        content = file.read(min(most, os.fstat(file.fileno()).st_size) + 1)
    if len(content) > most:
        raise BundleError(f"{name} has more than {most:,} bytes: {AGAIN}")
    if hashlib.sha256(content).hexdigest() != contract["sha256"].get(name):
        raise BundleError(f"{name} was altered: {AGAIN}")
    return content


def _strangers(directory: Path, known: dict[str, str]) -> Iterator[str]:
    """Everything below ``directory`` that is neither a known file nor a folder of files."""
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


def table(report: dict[str, Any]) -> str:
    """Lay a verification report out as text."""
    rows = [("artifact", "case", "max abs", "levels", "PSNR", "standard errors", "allowed", "")]
    for check in report["checks"]:
        rows.append(
            (
                check["artifact"],
                check["case"],
                "" if check["max_abs"] is None else f"{check['max_abs']:.1e}",
                "" if check["levels"] is None else str(check["levels"]),
                "" if check["psnr"] is None else f"{check['psnr']:.1f}",
                f"{check['standard_errors']:.1f}" if "standard_errors" in check else "",
                allowed(check["tolerance"]),
                "pass" if check["pass"] else "FAIL",
            )
        )
    used = [column for column in range(len(rows[0])) if any(row[column] for row in rows[1:])]
    rows = [tuple(row[column] for column in used) for row in rows]
    rows = [tuple(printable(cell) for cell in row) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    said = [f"{check['artifact']}: {check['detail']}" for check in report["checks"] if "detail" in check]
    said += [f"{left['artifact']} was not run: {left['reason']}" for left in report["skipped"]]
    lines += map(printable, said)
    lines.append(f"verdict: {report['verdict']}")
    return "\n".join(lines)


def printable(text: str) -> str:
    r"""``text`` with every character that could act on a terminal written as ``\xNN`` or ``\uNNNN``."""

    def escaped(found: re.Match[str]) -> str:
        code = ord(found.group())
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

    return re.sub(UNPRINTABLE, escaped, text)


def _artifacts(contract: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Files of models by name, each with its path, its ports and what it may differ: variants last."""
    common = {key: contract[key] for key in ("inputs", "outputs", "tolerance")}
    found = {name: {**common, **entry} for name, entry in contract["artifacts"].items() if name in ARTIFACTS}
    return found | contract.get("variants", {})


def _draws(contract: dict[str, Any]) -> bool:
    """Whether each run draws dropout, so that no two give the same."""
    return not contract["inference"]["deterministic"]


def _with_ports(run: Run, entry: dict[str, Any]) -> Run:
    """A run that takes and gives pictures as the bundle's own files do: float32, NHWC, [-1, 1]."""
    inputs, outputs = ({port["name"]: port for port in entry[kind]} for kind in ("inputs", "outputs"))

    def taken(values: np.ndarray, port: dict[str, Any]) -> np.ndarray:
        if port["dtype"] == "uint8":
            values = np.rint((values + 1) * 127.5).astype(np.uint8)
        return values.transpose(0, 3, 1, 2) if port.get("layout") == "NCHW" else values

    def given(values: np.ndarray, port: dict[str, Any]) -> np.ndarray:
        values = values.transpose(0, 2, 3, 1) if port.get("layout") == "NCHW" else values
        return values.astype(np.float32) / 127.5 - 1 if port["dtype"] == "uint8" else values

    def changed(arrays: Arrays) -> Arrays:
        results = run({name: taken(values, inputs[name]) for name, values in arrays.items()})
        return {name: given(values, outputs[name]) for name, values in results.items()}

    return changed


def _golden(
    directory: Path, contract: dict[str, Any], size: tuple[int, int] | None = None
) -> tuple[Arrays, Arrays]:
    """Golden inputs and outputs, of the usual size or another one, held to the contract's shapes."""
    height, width = size or (contract["size"]["height"], contract["size"]["width"])
    known = 1 if size else len(contract.get("golden", []))
    read = []
    for kind in ("inputs", "outputs"):
        shapes = {port["name"]: tuple(_shape(port, height, width)) for port in contract[kind]}
        if _draws(contract) and kind == "outputs":
            shapes.update({name + PRODUCTS: (GOLDEN_RUNS, GOLDEN_RUNS) for name in list(shapes)})
        name = f"golden/{kind}_{height}x{width}.npz" if size else f"golden/{kind}.npz"
        # What is compressed is hardly larger than what it was, and each array has a header.
        values = min(GOLDEN_VALUES, EXAMPLES * sum(map(math.prod, shapes.values())))
        content = _checked(directory, name, contract, 10 * values + (len(shapes) << 16))
        try:
            read.append(_read_npz(content, shapes))
        except Exception as error:  # zipfile, zlib and numpy have many for a file that is not theirs
            raise BundleError(f"{name} cannot be read ({_first_line(error)}): {AGAIN}") from error
    inputs, outputs = read
    counts = {len(array) for array in (*inputs.values(), *outputs.values())} | ({known} if known else set())
    if len(counts) != 1:
        raise BundleError(f"golden/ holds different numbers of inputs and outputs: {AGAIN}")
    return inputs, outputs


def _read_npz(content: bytes, shapes: dict[str, tuple[int, ...]]) -> Arrays:
    """Arrays of floats by name, each of up to ``EXAMPLES`` of its shape; anything else is a fault."""
    arrays, left = {}, GOLDEN_VALUES
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = sorted(archive.namelist())
        if names != sorted(f"{name}.npy" for name in shapes):
            raise ValueError(f"it holds {', '.join(names)[:200]}, not {', '.join(shapes)}")
        for name, shape in shapes.items():
            with archive.open(f"{name}.npy") as file:
                if np.lib.format.read_magic(file) != (1, 0):
                    raise ValueError(f"{name} is in another format")
                found, fortran_order, dtype = np.lib.format.read_array_header_1_0(file)
                types = ("float32", "float64") if name.endswith(PRODUCTS) else ("float32",)
                if dtype not in types or found[1:] != shape or not 1 <= found[0] <= EXAMPLES:
                    raise ValueError(f"{name} is {dtype} {found}, not {types[0]} (N, *{shape})")
                left -= math.prod(found)
                if left < 0:
                    raise ValueError(f"more than {GOLDEN_VALUES:,} values")
                size = dtype.itemsize * math.prod(found)
                data = file.read(size + 1)  # with the end, where the checksum is compared
                if len(data) != size:
                    raise ValueError(f"{name} is not as long as its header says")
                arrays[name] = np.frombuffer(data, dtype).reshape(found, order="F" if fortran_order else "C")
    return arrays


def _random_inputs(contract: dict[str, Any], count: int, random: np.random.Generator) -> Arrays:
    """Inputs unlike the golden ones: each kind over all that it may be."""
    inputs = {}
    for port in contract["inputs"]:
        shape = [count, *_shape(port, contract["size"]["height"], contract["size"]["width"])]
        kind = port.get("kind", "picture")
        if kind == "noise":
            values = random.standard_normal(shape)
        elif kind == "amount":
            values = random.uniform(0, 1, shape)
        elif kind == "choice":  # another value for each; none is one of them where none is allowed
            number = shape[1] + bool(port.get("optional"))
            values = np.zeros((count, number))
            values[np.arange(count), np.resize(random.permutation(number), count)] = 1
            values = values[:, : shape[1]]
        else:  # noise over the whole range, each picture at its own contrast
            low, high = port["range"]
            contrast = random.uniform(0.2, 1, [count] + [1] * (len(shape) - 1))
            values = (low + high) / 2 + (high - low) / 2 * contrast * random.uniform(-1, 1, shape)
        inputs[port["name"]] = values.astype(port["dtype"])
    return inputs


def _batched(run: Run, inputs: Arrays, batch: int) -> Arrays:
    """Run in batches of exactly ``batch``; to fill the last one, the first images come again."""
    count = len(next(iter(inputs.values())))
    padded = np.arange(-(-count // batch) * batch) % count
    results = [
        run({name: array[padded[start : start + batch]] for name, array in inputs.items()})
        for start in range(0, len(padded), batch)
    ]
    return {name: np.concatenate([result[name] for result in results])[:count] for name in results[0]}


def drawn(compute: Callable[[], Arrays], runs: int) -> Arrays:
    """The mean of several runs; and, as NAME_products (N, runs, runs), those of what each is off it."""
    series = [compute() for _ in range(runs)]
    results = {}
    for name in series[0]:
        values = np.stack([each[name] for each in series], axis=1)
        results[name] = values.mean(axis=1, dtype=np.float64).astype(np.float32)
        off = (values - results[name][:, None]).reshape(*values.shape[:2], -1)
        results[name + PRODUCTS] = off @ off.transpose(0, 2, 1) / off.shape[2]
    return results


def _standard_errors(found: Arrays, wanted: Arrays, name: str) -> float:
    """How far two series of runs are apart, in standard errors: of their means, or of their spreads.

    Spreads, mean squares of what runs are off their mean, are compared as by Welch. Means: their squared
    difference, over all pixels, has a chi-squared distribution of as many degrees of freedom as pixels vary
    alone, which the products of different runs tell; its cube root makes it a number of N(0, 1) (Wilson and
    Hilferty 1931). Examples count alike.
    """
    products = [each[name + PRODUCTS].astype(np.float64) for each in (found, wanted)]
    n, m = (each.shape[1] for each in products)
    here, there = (
        each.diagonal(axis1=1, axis2=2) * k / (k - 1) for each, k in zip(products, (n, m), strict=True)
    )
    tiny = 1e-15  # in place of a variance of nothing
    error = np.sqrt(here.var(axis=1, ddof=1) / n + there.var(axis=1, ddof=1) / m) + tiny
    spreads = (here.mean(axis=1) - there.mean(axis=1)) / error
    variance = there.mean(axis=1) + tiny
    common = np.square(products[1])[:, ~np.eye(m, dtype=bool)].mean(axis=1)
    third = 2 / 9 * np.minimum(common / np.square(variance), 1) + tiny
    squares = np.square(found[name] - wanted[name]).reshape(len(variance), -1).mean(axis=1, dtype=np.float64)
    means = (np.cbrt(squares / (variance * (1 / n + 1 / m))) - (1 - third)) / np.sqrt(third)
    return float(max(abs(spreads.sum()), means.sum()) / np.sqrt(len(variance)))


def _drawn_alike(artifact: str, run: Run, inputs: Arrays, outputs: Arrays) -> dict[str, Any]:
    """Say what comes out twice: one example, several times in a batch and in two calls, must not."""
    case = "rows and calls drawn anew"
    same = {name: np.repeat(array[:1], max(BATCHES), axis=0) for name, array in inputs.items()}
    try:
        name, *_ = run(same)
        rows = np.concatenate([run(same)[name] for _ in range(2)])
    except Exception as error:  # whatever a runtime raises
        return _failed(artifact, case, error)
    rows = rows.reshape(len(rows), -1)
    # A hundredth of what is usual: rounding alone makes results differ, too.
    least = outputs[name + PRODUCTS][0].diagonal().mean() / 1e4
    alike = sum(np.square(one - other).mean() <= least for i, one in enumerate(rows) for other in rows[:i])
    pairs = len(rows) * (len(rows) - 1) // 2
    return _plain(artifact, case, f"{alike} of {pairs} pairs of results are the same" if alike else "")


def _open_onnx(
    directory: Path, entry: dict[str, Any], contract: dict[str, Any]
) -> tuple[Run, list[str], dict[str, str]]:
    import onnxruntime

    content = _checked(directory, entry["path"], contract)
    if _keeps_values_elsewhere(content):
        raise BundleError(f"{entry['path']} keeps values in other files: {AGAIN}")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.load_model_format", "ONNX")  # not what its bytes look like
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    problems = _differences(
        entry,
        {port.name: (port.shape, _onnx_dtype(port.type)) for port in session.get_inputs()},
        {port.name: (port.shape, _onnx_dtype(port.type)) for port in session.get_outputs()},
    )
    names = [port["name"] for port in entry["outputs"]]

    def run(inputs: Arrays) -> Arrays:
        return dict(zip(names, session.run(names, inputs), strict=True))

    return run, problems, {"onnxruntime": onnxruntime.__version__}


# Of onnx.proto: the fields, by number, in which messages with tensors lie.
_MESSAGES = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14  # of a tensor


def _keeps_values_elsewhere(content: bytes) -> bool:
    """Whether an ONNX file names other files, which ONNX Runtime would read from wherever they are.

    Raises:
        ValueError: it is no ONNX, or has more fields than a model needs.
    """
    messages, fields = [("model", memoryview(content))], 0
    while messages:
        kind, data = messages.pop()
        place = 0
        while place < len(data):
            fields += 1
            key, place = _number(data, place)
            field, wire, end, value = (key & 0xFFFFFFFF) >> 3, key & 7, place, 1  # readers take 32 bits
            if wire == 0:
                value, end = _number(data, place)
            elif wire == 2:
                length, place = _number(data, place)
                end = place + length
            elif wire in (1, 5):
                end = place + (8 if wire == 1 else 4)
            if wire not in (0, 1, 2, 5) or end > len(data) or fields > MODEL_FIELDS:
                raise ValueError("it is no ONNX, or too large")
            if kind == "tensor" and field in (_EXTERNAL_DATA, _DATA_LOCATION) and value:
                return True
            if wire == 2 and field in _MESSAGES[kind]:
                messages.append((_MESSAGES[kind][field], data[place:end]))
            place = end
    return False


def _number(data: memoryview, place: int) -> tuple[int, int]:
    """A number of variable length, and the place after it."""
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            break
        value |= (data[place] & 0x7F) << shift
        place += 1
        if data[place - 1] < 0x80:
            return value, place
    raise ValueError("it is no ONNX")


def _open_saved_model(
    directory: Path, entry: dict[str, Any], contract: dict[str, Any], stack: contextlib.ExitStack
) -> tuple[Run, list[str], dict[str, str]]:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    # TensorFlow opens the files by their names: it gets copies, of the bytes that were compared.
    copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="verify-")))
    for name in contract["sha256"]:
        if name.startswith(f"{entry['path']}/"):
            content, target = _checked(directory, name, contract), copy / name[len(entry["path"]) + 1 :]
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            except OSError as error:
                raise BundleError(
                    f"{target} cannot be written ({error.strerror}): free some space, or set TMPDIR"
                ) from error
    # GPUs round float32 products to TF32 by default; the tolerance is for float32.
    with tf.device("CPU:0"):
        loaded = tf.saved_model.load(str(copy))
        function = loaded.signatures[entry["signature"]]
    _, keywords = function.structured_input_signature
    problems = _differences(
        entry,
        {name: (spec.shape.as_list(), spec.dtype.name) for name, spec in keywords.items()},
        {name: (spec.shape.as_list(), spec.dtype.name) for name, spec in function.structured_outputs.items()},
    )

    def run(inputs: Arrays) -> Arrays:
        with tf.device("CPU:0"):
            outputs = function(**{name: tf.constant(array) for name, array in inputs.items()})
        # Kept alive: a signature does not hold the variables of what it was loaded from.
        assert loaded is not None
        return {name: tensor.numpy() for name, tensor in outputs.items()}

    return run, problems, {"tensorflow": tf.__version__}


def _onnx_dtype(name: str) -> str:
    inner = name.removeprefix("tensor(").removesuffix(")")
    return {"float": "float32", "double": "float64"}.get(inner, inner)


def _differences(entry: dict[str, Any], inputs: dict, outputs: dict) -> list[str]:
    """Say where an artifact's ports differ from the contract's; named axes stand for any length."""
    problems = []
    for kind, found in (("inputs", inputs), ("outputs", outputs)):
        expected = {port["name"]: port for port in entry[kind]}
        if set(found) != set(expected):
            problems.append(f"{kind} are {sorted(found)}, the contract says {sorted(expected)}")
            continue
        for name, port in expected.items():
            shape, dtype = found[name]
            fixed = [length if isinstance(length, int) else None for length in shape]
            wanted = [length if isinstance(length, int) else None for length in port["shape"]]
            if fixed != wanted:
                problems.append(f"{name} has shape {shape}, the contract says {port['shape']}")
            if dtype != port["dtype"]:
                problems.append(f"{name} is {dtype}, the contract says {port['dtype']}")
    return problems


def _plain(artifact: str, case: str, detail: str, error: bool = False) -> dict[str, Any]:
    """Return a check without numbers, passed where there is nothing to say against it.

    ``error`` says that ``detail`` would be no difference, but something that cannot be compared.
    """
    check = {
        "artifact": artifact,
        "case": case,
        "max_abs": None,
        "levels": None,
        "psnr": None,
        "tolerance": None,
        "pass": not detail,
    }
    if detail:
        check["detail"] = detail
    if detail and error:
        check["error"] = True
    return check


def _failed(artifact: str, case: str, error: Exception) -> dict[str, Any]:
    return _plain(artifact, case, _first_line(error), error=True)


def _compared(
    contract: dict[str, Any],
    artifact: str,
    case: str,
    compute: Callable[[], Arrays],
    expected: Arrays,
    tolerance: dict[str, float],
) -> dict[str, Any]:
    try:
        outputs = compute()
    except Exception as error:  # whatever a runtime raises
        return {**_failed(artifact, case, error), "tolerance": tolerance}
    max_abs, levels, squares, detail = 0.0, 0, [], ""
    for port in contract["outputs"]:
        found, wanted = outputs[port["name"]], expected[port["name"]]
        if found.shape != wanted.shape:
            detail = f"{port['name']} has shape {found.shape} where {wanted.shape} was expected"
        elif not (np.isfinite(found).all() and np.isfinite(wanted).all()):
            detail = f"{port['name']} holds values that are not finite"
        else:
            low, high = port["range"]
            difference = np.abs(found.astype(np.float64) - wanted.astype(np.float64))
            max_abs = max(max_abs, float(difference.max(initial=0)))
            squares.append(float(np.square(difference / (high - low)).mean()))
            eight_bits = [
                np.rint((np.clip(a, low, high) - low) * (255 / (high - low))) for a in (found, wanted)
            ]
            levels = max(levels, int(np.abs(eight_bits[0] - eight_bits[1]).max(initial=0)))
    if detail:
        return {**_plain(artifact, case, detail), "tolerance": tolerance}
    # No number stands for an infinite ratio in JSON.
    psnr = round(float(-10 * np.log10(max(*squares, 1e-12))), 2)
    passed = (
        max_abs <= tolerance.get("max_abs", np.inf)
        and levels <= tolerance.get("levels", np.inf)
        and psnr >= tolerance.get("psnr", 0)
    )
    measured = {"max_abs": max_abs, "levels": levels, "psnr": psnr}
    if "standard_errors" in tolerance:
        apart = [_standard_errors(outputs, expected, port["name"]) for port in contract["outputs"]]
        worst = float(np.nan_to_num(np.max(apart), nan=1e9, posinf=1e9))
        measured["standard_errors"] = worst
        passed = passed and worst <= tolerance["standard_errors"]
    return {**_plain(artifact, case, ""), **measured, "tolerance": tolerance, "pass": passed}


def allowed(tolerance: dict[str, float] | None) -> str:
    """What may differ, in words: "0.0001, 1 level"."""
    said = {
        "max_abs": lambda value: f"{value:g}",
        "levels": lambda value: f"{value:g} level{'s' * (value != 1)}",
        "psnr": lambda value: f"at least {value:g} dB",
        "standard_errors": lambda value: f"{value:g} standard errors",
    }
    return ", ".join(said[name](value) for name, value in (tolerance or {}).items())


def differs(check: dict[str, Any]) -> str:
    """What differs, in words: "1.0e-05, 0 levels, 110.0 dB"."""
    words = f"{check['max_abs']:.1e}, {check['levels']} levels, {check['psnr']:.1f} dB"
    apart = check.get("standard_errors")
    return words if apart is None else f"{words}, {apart:.1f} standard errors"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


TYPES = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}


def _fault(value: Any, rule: dict[str, Any], place: str = "") -> str:
    """What is wrong with a value that is not as a rule of JSON Schema says; "" if nothing."""
    return next(_faults(value, rule, place), "")


def _faults(value: Any, rule: dict[str, Any], place: str) -> Iterator[str]:
    """All that is wrong, by as much of JSON Schema as ``SCHEMA`` uses."""
    what = f"{place or 'the contract'}: {_short(value)}"
    types = [rule["type"]] if isinstance(rule.get("type"), str) else rule.get("type", [])
    if types and type(value) not in [each for name in types for each in TYPES[name]]:
        yield f"{what} is no {' or '.join(types)}"
    if "$ref" in rule:
        yield from _faults(value, SCHEMA["$defs"][rule["$ref"].rpartition("/")[2]], place)
    if "const" in rule and value != rule["const"]:
        yield f"{what} is not {rule['const']}"
    if "enum" in rule and value not in rule["enum"]:
        yield f"{what} is none of {', '.join(rule['enum'])}"
    if isinstance(value, str):
        if not rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", math.inf):
            yield f"{what} has {len(value)} characters"
        if "pattern" in rule and not re.search(rule["pattern"], value):
            yield f"{what} is no name that may be here"
    elif type(value) in TYPES["number"]:
        if not rule.get("minimum", -math.inf) <= value <= rule.get("maximum", math.inf):
            yield f"{what} is not in {rule.get('minimum', '')}..{rule.get('maximum', '')}"
    elif isinstance(value, list):
        if not rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", math.inf):
            yield f"{what} has {len(value)} entries"
        first, others = rule.get("prefixItems", []), rule.get("items", {})
        for i, each in enumerate(value if others else value[: len(first)]):
            yield from _faults(each, first[i] if i < len(first) else others, f"{place}.{i}")
        if rule.get("uniqueItems") and len(set(map(json.dumps, value))) < len(value):
            yield f"{what} holds something twice"
    elif isinstance(value, dict):
        if not rule.get("minProperties", 0) <= len(value) <= rule.get("maxProperties", math.inf):
            yield f"{what} has {len(value)} entries"
        for key in rule.get("required", []):
            if key not in value:
                yield f"{place or 'the contract'} lacks {key}"
        known, others = rule.get("properties", {}), rule.get("additionalProperties", {})
        names = rule.get("propertyNames", {})
        for key in value if others is False or others or names else known:
            inner = f"{place}.{_short(key)}" if place else _short(key)
            if key not in value:
                continue
            if key not in known and others is False:
                yield f"{inner} may not be here"
            if names:
                yield from _faults(key, names, place)
            yield from _faults(value[key], known.get(key, others or {}), inner)
    if "anyOf" in rule and all(_fault(value, each, place) for each in rule["anyOf"]):
        yield f"{what} is of no kind that may be here"
    for each in rule.get("allOf", []):
        yield from _faults(value, each, place)
    if "if" in rule:
        branch = "else" if _fault(value, rule["if"], place) else "then"
        yield from _faults(value, rule.get(branch, {}), place)


def _short(value: Any) -> str:
    if isinstance(value, (dict, list)):  # which may be large
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _finite(text: str) -> float:
    if not math.isfinite(float(text)):
        raise ValueError(f"{text[:20]} is no JSON")
    return float(text)


def _deeper_than(value: Any, depth: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    if depth == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(_deeper_than(each, depth - 1) for each in inner)


# From here on, word for word as in zoo/inference/contract.py.


def _contradiction(contract: dict[str, Any]) -> str:
    """What a contract that fits the schema says twice and differently, or "" if nothing."""
    conditions = {each["name"]: each for each in contract.get("conditions", [])}
    inputs = {port["name"]: port for port in contract["inputs"]}
    settable = {name for name, port in inputs.items() if port.get("kind") in ("choice", "amount")}
    golden = contract["size"].get("golden", [])
    if len(inputs) < len(contract["inputs"]) or len(conditions) < len(contract.get("conditions", [])):
        return "inputs or conditions have the same name"
    if sorted(each["input"] for each in conditions.values()) != sorted(settable):
        return "conditions are not one for each choice and amount among the inputs"
    for name, each in conditions.items():
        said = ("kind", "values", "optional") if each["kind"] == "choice" else ("kind", "low", "high")
        if any(inputs[each["input"]].get(key) != each[key] for key in said):
            return f"condition {name} and input {each['input']} differ"
    for settings in contract.get("golden", []):
        for name, value in settings.items():
            kind = conditions[name]["kind"] if name in conditions else None
            known = value is None or (value in conditions[name]["values"] if kind == "choice" else kind)
            if not known or (kind == "amount") != (type(value) in (int, float)):
                return f"a golden example sets {name} to {value!r}"
    drawn = not contract["inference"]["deterministic"]
    tolerances = [contract, *contract["artifacts"].values(), *contract.get("variants", {}).values()]
    if not drawn and any("standard_errors" in each.get("tolerance", {}) for each in tolerances):
        return "standard errors are allowed of a model that makes the same each time"
    if len({tuple(size) for size in golden}) < len(golden) or (golden and not _free(contract["inputs"])):
        return "golden sizes come twice, or pictures have one size"
    ports = _named(contract)
    for entry in (contract, *contract.get("variants", {}).values()):
        if _named(entry) != ports:
            return "a variant has other inputs or outputs"
        for port in (*entry["inputs"], *entry["outputs"]):
            if port.get("kind") == "choice" and len(port["values"]) != port["shape"][1]:
                return f"{port['name']} has {len(port['values'])} values and the shape {port['shape']}"
            if port["range"] and not port["range"][0] < port["range"][1]:
                return f"{port['name']} has the range {port['range']}"
        if any(port.get("kind", "picture") != "picture" for port in entry["outputs"]):
            return "an output is no picture"
        if len({port["name"] for port in entry["outputs"]}) < len(entry["outputs"]):
            return "outputs have the same name"
        for height, width in ((contract["size"]["height"], contract["size"]["width"]), *golden):
            for way in ("inputs", "outputs"):
                if _values(entry[way], height, width) > EXAMPLE_VALUES:
                    return f"{way} have more than {EXAMPLE_VALUES:,} values at {height}x{width}"
    return ""


def _named(entry: dict[str, Any]) -> list[list[tuple[str, str | None]]]:
    return [[(port["name"], port.get("kind")) for port in entry[way]] for way in ("inputs", "outputs")]


def _free(ports: list[dict[str, Any]]) -> bool:
    return any(isinstance(side, str) for port in ports for side in port["shape"][1:])


def _shape(port: dict[str, Any], height: int, width: int) -> list[int]:
    """Axes of one example, where what may have any size has this one: "style_image_height" is a height."""
    sides = {"height": height, "width": width}
    return [sides[side.rpartition("_")[2]] if isinstance(side, str) else side for side in port["shape"][1:]]


def _values(ports: list[dict[str, Any]], height: int, width: int) -> int:
    """Numbers in one example of all ports."""
    return sum(math.prod(_shape(port, height, width)) for port in ports)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``verify.py`` and ``python -m export verify`` have in common."""
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--saved-model",
        action="store_true",
        help="run the SavedModel too, where TensorFlow is installed: it is a program and may do what you "
        "may, so run only those that you trust",
    )
    choice.add_argument(
        "--require-saved-model",
        action="store_true",
        help="the same, and fail where TensorFlow is not installed",
    )
    choice.add_argument("--onnx-only", action="store_true", help="do not run the SavedModel (the default)")
    parser.add_argument("--seed", type=_seed, help="of the random inputs (default: new ones each time)")
    parser.add_argument("--no-report", action="store_true", help=f"do not write {REPORT} into the bundle")


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < 1 << 64):
        raise argparse.ArgumentTypeError(f"{text!r:.80} is no whole number from 0 to 2**64 - 1")
    return int(text)


def main(arguments: argparse.Namespace) -> int:
    """Verify a bundle, print the table and write the report; return the exit status."""
    try:
        return _main(arguments)
    except BrokenPipeError:  # for whoever started this
        raise
    except BundleError as error:
        fault = str(error)
    except MemoryError:
        fault = f"{arguments.bundle}: not enough memory to verify it"
    except OSError as error:
        fault = f"{_first_line(error)}: {AGAIN}, or free some space"
    except Exception as error:  # status 1 says that a bundle differs, so nothing else may end with it
        fault = f"{_first_line(error)}: this should not happen, please report it"
    print(f"error: {printable(fault)}", file=sys.stderr)
    return 2


def _main(arguments: argparse.Namespace) -> int:
    choice = True if arguments.require_saved_model else None if arguments.saved_model else False
    if choice is not False:
        print("the SavedModel is a program: it runs with your rights", file=sys.stderr)
    report = verify(arguments.bundle, choice, arguments.seed)
    print(table(report))
    if not arguments.no_report:
        path = Path(arguments.bundle) / REPORT
        try:
            # Anew, never through a link that may lie there; half a report after a crash harms nobody.
            path.unlink(missing_ok=True)
            path.write_text(json.dumps(report, indent=2, allow_nan=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise BundleError(f"{path} cannot be written ({error.strerror}): use --no-report") from error
        print(printable(f"written: {path}"))
    errors = [check for check in report["checks"] if check.get("error")]
    if errors:
        altered = [check["detail"] for check in errors if check["case"] == HASH]
        failed = [f"{check['artifact']}, {check['case']}: {check['detail']}" for check in errors]
        raise BundleError(f"{'; '.join(altered)}: {AGAIN}" if altered else "; ".join(failed))
    return 0 if report["verdict"] == "pass" else 1


def _as_script() -> int:
    script = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    script.add_argument(
        "bundle",
        nargs="?",
        default=Path(__file__).resolve().parent,
        type=Path,
        help="folder of the bundle (default: where this script lies)",
    )
    add_arguments(script)
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows ASCII alone
        status = main(script.parse_args())
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever read the output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        print("stopped by Ctrl-C", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(_as_script())
