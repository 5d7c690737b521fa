"""A bundle's contract and files, read by whoever did not write them.

``contract.json`` is held to ``zoo/io/schemas/contract.schema.json`` and to what a schema cannot say;
every name in it goes through ``bundle_file``. ``export/verify.py``, which stands alone, repeats the
rules; tests hold both to the same verdicts.
"""

import hashlib
import math
import os
import re
import stat
from functools import lru_cache
from pathlib import Path
from typing import Any

from zoo.engine.signature import Amount, Choice, Input, Noise, Picture
from zoo.errors import UserError
from zoo.io.files import read_json
from zoo.io.folders import restore_folder
from zoo.io.limits import CONTRACT_BYTES, EXAMPLE_VALUES, MODEL_BYTES, PATH_CHARACTERS
from zoo.io.schemas import check, schema
from zoo.io.text import printable

CONTRACT = "contract.json"
READABLE = (1, 2, 3)  # in 1, every input is a picture; in 1 and 2, pictures have one size
AGAIN = "fetch the bundle again, or export the model again"


def read_contract(bundle: Path) -> dict[str, Any]:
    """The contract of a bundle, checked; of older formats with what the newest has besides.

    Every port has a ``kind``, and there are ``signature``, ``conditions``, ``golden`` and ``variants``,
    the last three maybe empty.

    Raises:
        UserError: ``bundle`` has no contract, or one that is too large or too deep, no JSON, of an
            unknown format, not as the schema says, or that contradicts itself.
    """
    restore_folder(bundle)
    path = bundle / CONTRACT
    if not os.path.lexists(path):
        raise UserError(f"{bundle} is no bundle ({CONTRACT} is missing); name a folder that export wrote")
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
    if fault := _contradiction(contract):
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
        raise UserError(f"{bundle}: {printable(repr(name)[:80])} is no path inside a bundle; {AGAIN}")
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
        raise UserError(f"{bundle}: {name} is no regular file; {AGAIN}")
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


# From here on, word for word as in export/verify.py.


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
