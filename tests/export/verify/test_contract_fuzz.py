"""Mutated contracts are refused in one line, by all readers alike: zoo's, the modules, a bundle's file."""

import contextlib
import copy
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_bundle import HOSTILE, picture, tiny_contract, write_tiny_bundle
from verifiers import Modules, Verifier

from zoo.errors import UserError
from zoo.inference import contract as reader
from zoo.io import limits
from zoo.io.schemas import schema

MODULES = Modules()
CHOICE = {"values": ["red", "green"], "optional": True}
AMOUNT = {"low": "none", "high": "much"}
ROW = {"dtype": "float32", "layout": "NC", "range": [0.0, 1.0], "meaning": ""}


def full_contract(drawn: bool = True) -> dict[str, Any]:
    """A contract with everything that one may hold; ``drawn``: of a model that draws dropout."""
    free = {**picture("image"), "shape": ["batch", "height", "width", 3]}
    style = {**picture("style"), "shape": ["batch", "style_height", "style_width", 1]}
    inputs = [
        free,
        style,
        {"name": "noise", "kind": "noise", "shape": ["batch", 5], **ROW, "range": None},
        {"name": "colour", "kind": "choice", "shape": ["batch", 2], **ROW, **CHOICE},
        {"name": "smile", "kind": "amount", "shape": ["batch", 1], **ROW, **AMOUNT},
    ]
    outputs = [{**free, "name": "translated"}]
    turned = [
        {**port, "layout": "NCHW", "dtype": "uint8", "shape": ["batch", 3, "height", "width"]}
        for port in (free, *outputs)
    ]
    tolerance = {"max_abs": 1e-4, "levels": 1, "psnr": 30.0, **({"standard_errors": 7} if drawn else {})}
    onnx = {"path": "model.onnx", "opset": 18, "nodes": {"Neg": 1}, "tolerance": tolerance}
    size = {"height": 4, "width": 6, "multiple": 2, "smallest": 2, "fixed": False, "golden": [[8, 6], [5, 9]]}
    return tiny_contract(
        inputs=inputs,
        outputs=outputs,
        size=size,
        conditions=[
            {"name": "Colour", "input": "colour", "kind": "choice", **CHOICE, "write": ""},
            {"name": "Smile", "input": "smile", "kind": "amount", **AMOUNT, "write": ""},
        ],
        golden=[{"Colour": "red", "Smile": 0.5}, {"Colour": None, "Smile": 1}],
        inference={"statistics": "image", "dropout": drawn, "deterministic": not drawn},
        artifacts={
            "onnx": {**onnx, "measured": tolerance},
            "saved_model": {"path": "saved_model", "signature": "serving_default", "worse_than": tolerance},
        },
        variants={"nchw+uint8-io": {**onnx, "inputs": [turned[0], *inputs[1:]], "outputs": [turned[1]]}},
        sha256={"model.onnx": "0" * 64, "golden/inputs.npz": "f" * 64},
        provenance={"run": "x", "versions": {"numpy": "1"}},
    )


def paths(value: Any, place: tuple = ()) -> Iterator[tuple]:
    """Paths of everything in a JSON value."""
    yield place
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from paths(inner, (*place, key))


CONTRACTS = (full_contract(), full_contract(drawn=False), tiny_contract(format_version=1))
PLACES = [(i, place) for i, contract in enumerate(CONTRACTS) for place in paths(contract)]
VALUES = [
    None, [], {}, "", "x", "batch", "height", -1, 0, 1, 2, 3, 4, 64, 4096, 10**12, 10**400, 0.5, 3.0, 1e308,
    -1e308, float("inf"), float("nan"), True, False, [[]], [1], [1, 2], ["batch", 4], {"a": 1}, *HOSTILE,
    "../../../etc/passwd", "choice", "amount", "picture", "uint8", "NCHW", ["a"] * 5000, "é" * 255,
]  # fmt: skip
DEEP = json.loads("[" * 200 + "]" * 200)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
DELETED, TWICE, RENAMED = object(), object(), object()
CHANGE = st.tuples(
    st.sampled_from(PLACES),
    st.sampled_from([*VALUES, DEEP]) | st.sampled_from([DELETED, TWICE, RENAMED]) | JSON,
)


def mutated(contract: Any, place: tuple, value: Any) -> Any:
    if not place:
        return contract if value in (DELETED, TWICE, RENAMED) else value
    *outer, last = place
    inner = contract
    try:
        for key in outer:
            inner = inner[key]
        if value is DELETED:
            del inner[last]
        elif value is TWICE:
            inner.append(inner[last])
        elif value is RENAMED:
            inner[f"{last}x"] = inner.pop(last)
        else:
            inner[last] = copy.deepcopy(value)
    except (KeyError, IndexError, TypeError, AttributeError):  # what an earlier change has removed
        pass
    return contract


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, str]]:
    """Bundles whose ONNX files run, each with its contract as it was written."""
    folder, bundles = tmp_path_factory.mktemp("fuzz"), []
    for name, contract in {"drawn": full_contract(True), "full": full_contract(False), "tiny": {}}.items():
        unwritten = {"artifacts": {"onnx": contract["artifacts"]["onnx"]}, "variants": {}} if contract else {}
        bundle = write_tiny_bundle(folder / name, **{**contract, **unwritten})
        bundles.append((bundle, (bundle / "contract.json").read_text()))
    return bundles


@pytest.fixture
def bundle(written: list[tuple[Path, str]]) -> Path:
    return written[-1][0]


def refusal(read: Any, bundle: Path, kind: type[Exception]) -> str:
    """The one line with which a reader refuses the contract, or ""."""
    message = ""
    try:
        read(bundle)
    except kind as error:
        message = str(error)
    assert "\n" not in message
    assert len(message) < 800
    return message


def status_of(verifier: Verifier, bundle: Path) -> int:
    """The command's exit status; where it is 2, one line says why."""
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        status = verifier.command([str(bundle), "--no-report", "--seed", "0"])
    assert errors.getvalue().count("\n") == (status == 2)
    assert "should not happen" not in errors.getvalue()
    return status


def test_the_bundles_to_mutate_run(verifier: Verifier, written: list[tuple[Path, str]]) -> None:
    # A negative is not redrawn.
    assert [status_of(verifier, bundle) for bundle, _ in written] == [1, 0, 0]


def test_the_contracts_to_mutate_are_read(verifier: Verifier, bundle: Path) -> None:
    for contract in CONTRACTS:
        (bundle / "contract.json").write_text(json.dumps(contract))
        reader.read_contract(bundle)
        verifier.read_contract(bundle)


@pytest.mark.fuzz
@settings(settings.get_profile("fuzz"))
@given(st.lists(CHANGE, min_size=1, max_size=3))
def test_mutated_contracts(
    script: Verifier, bundle: Path, changes: list[tuple[tuple[int, tuple], Any]]
) -> None:
    contract: Any = copy.deepcopy(CONTRACTS[changes[0][0][0]])
    for (_, place), value in changes:
        contract = mutated(contract, place, value)
    (bundle / "contract.json").write_text(json.dumps(contract))
    is_refused = bool(refusal(reader.read_contract, bundle, UserError))
    messages = [refusal(each.read_contract, bundle, each.BundleError) for each in (MODULES, script)]
    assert messages[0] == messages[1]
    assert is_refused == bool(messages[0])
    assert status_of(script, bundle) in ((2,) if is_refused else (0, 1, 2))


@pytest.mark.fuzz
@settings(settings.get_profile("fuzz"))
@given(CHANGE)
def test_mutated_contracts_of_unaltered_files(
    script: Verifier, written: list[tuple[Path, str]], change: tuple[tuple[int, tuple], Any]
) -> None:
    """With the right hashes, so that what can be run is run."""
    (which, place), value = change
    bundle, text = written[which]
    contract = mutated(json.loads(text), place if place[:1] != ("sha256",) else ("size",), value)
    (bundle / "contract.json").write_text(json.dumps(contract))
    status = status_of(script, bundle)
    assert status in (0, 1, 2)
    assert status == status_of(MODULES, bundle)


@pytest.mark.parametrize("name", HOSTILE)
def test_both_refuse_the_same_names(verifier: Verifier, tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="not a path inside"):
        reader.bundle_file(tmp_path, name)
    with pytest.raises(verifier.BundleError, match="not a path inside"):
        verifier.bundle_file(tmp_path, name)


def test_limits_in_the_schema_are_those_of_the_readers() -> None:
    rules = schema("contract")
    assert rules["properties"]["sha256"]["maxProperties"] == limits.BUNDLE_FILES
    assert rules["$defs"]["path"]["maxLength"] == limits.PATH_CHARACTERS
    assert rules["properties"]["golden"]["maxItems"] == limits.EXAMPLES
    assert rules["$defs"]["label"]["maxLength"] == limits.NAME_CHARACTERS
    assert reader.READABLE == MODULES.READABLE
