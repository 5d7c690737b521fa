"""A bundle's contract and files, read by whoever did not write them.

``contract.json`` is held to ``zoo/io/schemas/contract.schema.json`` and to what a schema cannot say;
every name in it goes through ``bundle_file``. A bundle's verify.py, which stands alone, reads contracts
with its own code; tests hold both to the same verdicts.
"""

import hashlib
import os
import re
import stat
from functools import lru_cache
from pathlib import Path
from typing import Any

from zoo.engine.signature import Amount, Choice, Input, Noise, Picture
from zoo.errors import UserError
from zoo.inference.contract_rules import contradiction
from zoo.io.files import read_json
from zoo.io.folders import restore_folder
from zoo.io.limits import CONTRACT_BYTES, MODEL_BYTES, PATH_CHARACTERS
from zoo.io.schemas import check, schema
from zoo.io.text import printable

CONTRACT = "contract.json"
READABLE = (1, 2, 3)  # in 1, every input is an image; in 1 and 2, images have one size
AGAIN = "fetch the bundle again, or export the model again"


def read_contract(bundle: Path) -> dict[str, Any]:
    """The contract of a bundle, checked; older formats are completed to the newest.

    Every port has a ``kind``, and there are ``usage``, ``conditions``, ``golden`` and ``variants``, the last
    three maybe empty.

    Raises:
        UserError: ``bundle`` has no contract, or one that is too large or too deep, not JSON, of an
            unknown format, not as the schema says, or that contradicts itself.
    """
    restore_folder(bundle)
    path = bundle / CONTRACT
    if not os.path.lexists(path):
        raise UserError(f"{bundle} is not a bundle ({CONTRACT} is missing); name a folder that export wrote")
    size = bundle_file(bundle, CONTRACT).stat().st_size
    if size > CONTRACT_BYTES:
        raise UserError(f"{path} has {size:,} bytes, more than the {CONTRACT_BYTES:,} that are read; {AGAIN}")
    contract = read_json(path, remedy=AGAIN)
    version = contract.get("format_version") if isinstance(contract, dict) else None
    if type(version) is int and READABLE[-1] < version < 1000:
        raise UserError(
            f"{path} has format version {version}, and those up to {READABLE[-1]} are read here; update "
            "this project, or export the model again"
        )
    check(contract, "contract", path, AGAIN)
    if fault := contradiction(contract):
        raise UserError(f"{path}: {printable(fault)}; {AGAIN}")
    return {
        "conditions": [],
        "golden": [],
        "variants": {},
        "usage": {"name": "translate", "meaning": ""},
        **contract,
        **{side: [{"kind": "picture", **port} for port in contract[side]] for side in ("inputs", "outputs")},
    }


def inputs_of(contract: dict[str, Any]) -> dict[str, Input]:
    """What goes into a bundle's model, by the names of its tensors.

    Choices and amounts have the names of their conditions, but where another input has that name.

    Args:
        contract: of ``read_contract``.

    Raises:
        UserError: a name or a value is empty, too long or not printable.
    """
    tensors = {port["name"] for port in contract["inputs"]}
    names = {
        each["input"]: each["name"]
        for each in contract["conditions"]
        if each["name"] == each["input"] or each["name"] not in tensors
    }

    def input_of(port: dict[str, Any]) -> Input:
        name, meaning = names.get(port["name"], port["name"]), port.get("meaning", "")
        match port["kind"]:
            case "picture":
                return Picture(name, port["shape"][3], meaning)
            case "noise":
                return Noise(name, port["shape"][1], meaning)
            case "choice":
                return Choice(name, tuple(port["values"]), meaning, port["optional"])
            case "amount":
                return Amount(name, port["low"], port["high"], meaning)

    return {port["name"]: input_of(port) for port in contract["inputs"]}


def bundle_file(bundle: Path, name: str) -> Path:
    """Absolute path of the regular file that a bundle calls ``name``.

    Every name that comes from a contract goes through here.

    Args:
        bundle: its folder.
        name: relative to it, with ``/``.

    Raises:
        UserError: ``name`` is absolute, climbs, has control characters or is too long; there is no such
            file, it is a folder, a pipe or a device, or a symbolic link leads out of the bundle.
    """
    if len(name) > PATH_CHARACTERS or not _path_pattern().match(name):
        raise UserError(f"{bundle}: {printable(repr(name)[:80])} is not a path inside a bundle; {AGAIN}")
    root = Path(os.path.realpath(bundle))
    path = root / name
    try:
        inside = Path(os.path.realpath(path)).is_relative_to(root)
        regular = inside and stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):  # missing, a loop of links, a name that this file system cannot have
        raise UserError(f"{bundle}: {name} is missing; {AGAIN}") from None
    if not inside:
        raise UserError(f"{bundle}: {name} leads out of the bundle through a link; {AGAIN}")
    if not regular:
        raise UserError(f"{bundle}: {name} is not a regular file; {AGAIN}")
    return path


def load_checked(bundle: Path, name: str, contract: dict[str, Any]) -> bytes:
    """The content of a bundle's file, read once: the very bytes whose sha256 is the contract's.

    Args:
        bundle: its folder.
        name: of the file, as in the contract.
        contract: of ``read_contract``.

    Raises:
        UserError: as ``bundle_file``; the contract has no sha256 of it or another one; it has more than
            ``zoo.io.limits.MODEL_BYTES`` bytes, or cannot be read.
    """
    path = bundle_file(bundle, name)
    recorded = contract["sha256"].get(name)
    if recorded is None:
        raise UserError(f"{bundle}: {name} has no sha256 in {CONTRACT}; {AGAIN}")
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            content = file.read(size + 1) if size <= MODEL_BYTES else b""
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); {AGAIN}") from None
    if size > MODEL_BYTES:
        raise UserError(f"{path} has {size:,} bytes, more than the {MODEL_BYTES:,} that are read; {AGAIN}")
    if hashlib.sha256(content).hexdigest() != recorded:
        raise UserError(
            f"{path} was altered since it was verified (its sha256 is not the contract's); {AGAIN}"
        )
    return content


@lru_cache
def _path_pattern() -> re.Pattern[str]:
    return re.compile(schema("contract")["$defs"]["path"]["pattern"])
