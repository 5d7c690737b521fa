"""A bundle's contract and names are believed once they have been checked, and only as far."""

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from tiny_bundle import HOSTILE, picture, tiny_contract, write_tiny_bundle

from zoo.errors import UserError
from zoo.inference.contract import bundle_file, load_checked, read_contract


def read(folder: Path, contract: Any) -> dict[str, Any]:
    (folder / "contract.json").write_text(contract if isinstance(contract, str) else json.dumps(contract))
    return read_contract(folder)


def changed(place: str, value: Any) -> dict[str, Any]:
    contract = copy.deepcopy(tiny_contract())
    *keys, last = (int(key) if key.isdecimal() else key for key in place.split("."))
    inner: Any = contract
    for key in keys:
        inner = inner[key]
    inner[last] = value
    return contract


def test_old_contracts_are_read_as_the_newest(tmp_path: Path) -> None:
    contract = tiny_contract(format_version=1)
    for key in ("usage", "golden", "variants", "conditions"):
        del contract[key]
    del contract["inputs"][0]["kind"]
    contract = read(tmp_path, contract)
    assert contract["inputs"][0]["kind"] == "picture"
    assert (contract["variants"], contract["conditions"], contract["usage"]["name"]) == ({}, [], "translate")


@pytest.mark.parametrize(
    ("contract", "message"),
    [
        pytest.param("[" * 100_000, "cannot be read as JSON|nested", id="deep"),
        pytest.param("[0," * 3_000_000, "bytes, more than", id="large"),
        (changed("inputs.0.range", [0] * 1_000_000), "inputs.0.range"),
        (changed("conditions", [{}] * 1_000_000), "conditions"),
        ("[]", "the whole file"),
        ('{"format_version": 9}', "format version 9"),
        pytest.param(
            json.dumps({**tiny_contract(), "format_version": 10**4000}), "format_version", id="huge"
        ),
        (changed("size.height", 20_000), "size.height: 20000"),
        (changed("size.height", 4.0), "size.height: 4.0"),
        (changed("inputs.0.shape", ["batch", 20_000, 20_000, 3]), "inputs.0.shape"),
        (changed("inputs.0.shape", ["batch", 4096, 4096, 4]), "inputs have more than"),
        (changed("inputs.0.shape", ["batch", 4, 6]), "inputs.0.shape"),
        (changed("inputs.0.name", "../../../evil"), "inputs.0.name"),
        (changed("inputs.0.range", [1, -1]), "has the range"),
        (json.dumps(changed("inputs.0.range", [-1, 7])).replace("7]", "1e999]"), "inputs.0.range|not JSON"),
        (changed("inputs", [picture("image")] * 2), "same name"),
        (changed("artifacts.onnx.path", "../model.onnx"), "artifacts.onnx.path"),
        (changed("sha256", {"../x": "0" * 64}), "sha256"),
        (changed("variants", {"onnx": {}}), "variants"),
        (changed("tolerance", {}), "tolerance"),
        (changed("tolerance", {"standard_errors": 7}), "standard errors"),
        (changed("golden", [{"colour": "red"}]), "golden example sets colour"),
    ],
)
def test_what_a_contract_may_not_say_is_one_line(tmp_path: Path, contract: Any, message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        read(tmp_path, contract)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 600


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="not a path inside a bundle"):
        bundle_file(tmp_path, name)


def test_only_regular_files_inside_are_opened(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "bundle")
    (tmp_path / "secret").write_text("")
    (bundle / "out").symlink_to(tmp_path / "secret")
    (bundle / "away").symlink_to(tmp_path)
    (bundle / "loop").symlink_to("loop")
    (bundle / "in").symlink_to("model.onnx")
    os.mkfifo(bundle / "pipe")
    assert bundle_file(bundle, "in").read_bytes() == (bundle / "model.onnx").read_bytes()
    for name, message in {
        "out": "through a link",
        "away/secret": "through a link",
        "loop": "missing|link",
        "pipe": "not a regular file",
        "golden": "not a regular file",
        "none": "is missing",
    }.items():
        with pytest.raises(UserError, match=message):
            bundle_file(bundle, name)


def test_what_is_checked_is_what_is_used(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "bundle")
    contract = read_contract(bundle)
    assert load_checked(bundle, "model.onnx", contract) == (bundle / "model.onnx").read_bytes()
    with pytest.raises(UserError, match=r"contract\.json has no sha256|has no sha256"):
        load_checked(bundle, "contract.json", contract)
    (bundle / "model.onnx").write_bytes(b"another")
    with pytest.raises(UserError, match="was altered"):
        load_checked(bundle, "model.onnx", contract)
