"""Reads contract.json."""

import json
import math
import os
from pathlib import Path
from typing import Any

from export.verify.errors import AGAIN, BundleError, first_line
from export.verify.paths import CONTRACT, bundle_file
from export.verify.schema import SCHEMA, fault_of
from zoo.inference.contract_rules import contradiction
from zoo.io.limits import CONTRACT_BYTES, JSON_DEPTH
from zoo.io.text import printable

FORMAT_VERSION = 3
READABLE = (1, 2, 3)  # in 1, every input is an image; in 1 and 2, images have one size
ARTIFACTS = ("onnx", "saved_model")


def read_contract(directory: Path | str) -> dict[str, Any]:
    """Return a bundle's contract.

    Raises:
        BundleError: there is none; it is too large, too deep, not JSON or of another format version; it
            violates its schema or contradicts itself.
    """
    path = Path(directory, CONTRACT)
    if not os.path.lexists(path):
        raise BundleError(
            f"{directory} is not a bundle ({CONTRACT} is missing): name a folder that export wrote"
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
        raise BundleError(f"{path} cannot be read ({first_line(error)}): {AGAIN}") from error
    version = contract.get("format_version") if isinstance(contract, dict) else None
    if type(version) is int and READABLE[-1] < version < 1000:
        known = " and ".join(map(str, READABLE))
        raise BundleError(
            f"{path} has format version {version}, and this verify.py reads {known}: use a newer verify.py"
        )
    fault = fault_of(contract, SCHEMA) or contradiction(contract)
    if fault:
        raise BundleError(f"{path}: {printable(fault)}: {AGAIN}")
    return contract


def models_of(contract: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Model files by name, each with its path, its ports and its tolerance: variants last."""
    common = {key: contract[key] for key in ("inputs", "outputs", "tolerance")}
    artifacts = {
        name: {**common, **entry} for name, entry in contract["artifacts"].items() if name in ARTIFACTS
    }
    return artifacts | contract.get("variants", {})


def draws_dropout(contract: dict[str, Any]) -> bool:
    """Whether each run draws dropout, so that no two results are the same."""
    return not contract["inference"]["deterministic"]


def _finite(text: str) -> float:
    if not math.isfinite(float(text)):
        raise ValueError(f"{text[:20]} is not JSON")
    return float(text)


def _deeper_than(value: Any, depth: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    if depth == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(_deeper_than(each, depth - 1) for each in inner)
