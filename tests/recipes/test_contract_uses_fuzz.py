"""Whatever stands in a contract, translating and the page end well, or in one line with status 2."""

import copy
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tiny_bundle import SIZE, picture, tiny_contract, write_contract, write_tiny_bundle

from recipes import demo, translate
from zoo import command_line
from zoo.io.text import printable
from zoo.web.runtime import FILES, PACKAGE, VERSION

pytestmark = pytest.mark.fuzz


def port(name: str, kind: str, length: int, **more: Any) -> dict[str, Any]:
    span = None if kind == "noise" else [0, 1]
    shape = {"shape": ["batch", length], "dtype": "float32", "layout": "NC", "range": span}
    return {"name": name, "kind": kind, "meaning": "", **shape, **more}


NOISE = port("style", "noise", 2)
FIT = {"values": ["loose", "tight"], "optional": True}
ENDS = {"low": "short", "high": "long"}
CONTRACTS = {
    "inverts": {},
    "all kinds": {
        "inputs": [
            {**picture("image"), "shape": ["batch", "height", "width", 3]},
            {**picture("style_image"), "shape": ["batch", *SIZE, 1]},
            NOISE,
            port("fit", "choice", 2, **FIT),
            port("sleeves", "amount", 1, **ENDS),
        ],
        "outputs": [{**picture("translated"), "shape": ["batch", "height", "width", 3]}],
        "conditions": [
            {"name": "how wide", "input": "fit", "kind": "choice", **FIT},
            {"name": "sleeves", "input": "sleeves", "kind": "amount", **ENDS},
        ],
        "golden": [{"how wide": "tight", "sleeves": 0.5}, {"how wide": None}],
        "provenance": {"step": 3, "versions": {"python": "3"}},
    },
    "draws": {
        "inputs": [NOISE, port("fit", "choice", 2, values=["loose", "tight"], optional=False)],
        "outputs": [picture("drawn")],
        "conditions": [{"name": "fit", "input": "fit", "kind": "choice", **FIT, "optional": False}],
    },
}
OPTIONS = {
    "inverts": ["photo"],
    "all kinds": [
        "photo",
        "--style-from",
        "photo",
        "--set",
        "how wide=tight",
        "--value",
        "0.5",
        "--styles",
        "2",
    ],
    "draws": ["--draw", "2"],
}


def write_model(path: Path, contract: dict[str, Any]) -> None:
    """A model with the contract's inputs: it inverts the first image, or draws from the noise."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def value(each: dict[str, Any]) -> Any:
        return helper.make_tensor_value_info(each["name"], TensorProto.FLOAT, each["shape"])

    first, output = contract["inputs"][0]["name"], contract["outputs"][0]
    nodes, constants = [helper.make_node("Neg", [first], [output["name"]])], {}
    if output["name"] == "drawn":
        constants = {
            "weights": np.full((2, 3 * SIZE[0] * SIZE[1]), 0.1, np.float32),
            "shape": np.array([-1, *SIZE, 3]),
        }
        nodes = [
            helper.make_node("MatMul", [first, "weights"], ["flat"]),
            helper.make_node("Reshape", ["flat", "shape"], ["drawn"]),
        ]
    stored = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    inputs = [value(each) for each in contract["inputs"]]
    graph = helper.make_graph(nodes, "tiny", inputs, [value(output)], stored)
    opsets = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of each kind, an image, and a runtime that is not looked into."""
    root = tmp_path_factory.mktemp("fuzz")
    for name, changes in CONTRACTS.items():
        bundle = write_tiny_bundle(root / name, **changes)
        write_model(bundle / "model.onnx", tiny_contract(**changes))
        Image.fromarray(np.zeros((*SIZE, 3), np.uint8)).save(bundle / "golden" / "input_0.png")
        write_contract(bundle, tiny_contract(**changes))
    Image.fromarray(np.zeros((9, 7, 3), np.uint8)).save(root / "photo", "PNG")
    (root / "runtime" / "dist").mkdir(parents=True)
    package = {"name": PACKAGE, "version": VERSION}
    (root / "runtime" / "package.json").write_text(json.dumps(package))
    for name in FILES:
        (root / "runtime" / "dist" / name).write_bytes(b"")
    return root


ODD = st.sampled_from(
    [
        None, [], {}, "", "x", "../../etc/passwd", "/etc/passwd", "\x00", "a\nb\x1b[2J", "\ud800", "<b>",
        -1, 0, 0.5, 1, 2, 3, 4.0, 1e308, float("nan"), float("inf"), 10**12, 10**400, 4096, 20_000, True,
        False, [[]], [1], {"a": 1}, ["batch", 2], "batch", "height", "width", "picture", "noise", "choice",
        "amount", "NCHW", "uint8",
    ]
)  # fmt: skip
JSON = ODD | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)


def key_paths(value: Any, above: tuple = ()) -> Iterator[tuple]:
    """Keys that lead to each value inside."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*above, key)
        if isinstance(inner, dict | list):
            yield from key_paths(inner, (*above, key))


@st.composite
def mutated(draw: st.DrawFn, contract: dict[str, Any]) -> Any:
    """A contract with up to three values changed, exchanged within it, doubled or left out."""
    contract = copy.deepcopy(contract)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        paths = sorted(key_paths(contract), key=str)
        *keys, last = draw(st.sampled_from(paths))
        inner = contract
        for key in keys:
            inner = inner[key]
        match draw(st.sampled_from(["set", "exchange", "double", "remove"])):
            case "set":
                inner[last] = draw(JSON)
            case "exchange":
                other = contract
                for key in draw(st.sampled_from(paths)):
                    other = other[key]
                inner[last] = copy.deepcopy(other)
            case "double" if isinstance(inner, list):
                inner.append(copy.deepcopy(inner[last]))
            case "remove":
                del inner[last]
        if not isinstance(contract, dict) or not contract:
            break
    return contract


def ended(command: Any, *words: object) -> None:
    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(io.StringIO()):
        status = command_line.run(command.main, command.parser().parse_args([str(word) for word in words]))
    text = said.getvalue()
    assert (status, text.count("\n")) in ((0, 0), (2, 1)), text
    line = text.removesuffix("\n")
    assert printable(line) == line
    assert len(text) < 3000, text


@settings(settings.get_profile("fuzz"))
@given(data=st.data(), kind=st.sampled_from(list(CONTRACTS)))
def test_contracts_that_say_anything(folder: Path, kind: str, data: st.DataObject) -> None:
    bundle, site = folder / kind, folder / "site"
    path = bundle / "contract.json"
    kept = path.read_text()
    options = [folder / word if word == "photo" else word for word in OPTIONS[kind]]
    contract = json.dumps(data.draw(mutated(json.loads(kept))))
    try:
        path.write_text(contract)
        ended(translate, bundle, *options, "--output", folder / "out", "--overwrite")
        ended(demo, bundle, "--runtime", folder / "runtime", "--static", site)
    finally:
        path.write_text(kept)
        shutil.rmtree(site, ignore_errors=True)


@pytest.mark.parametrize("kind", CONTRACTS)
def test_contracts_are_used_as_they_are(folder: Path, kind: str) -> None:
    """What is mutated above would do."""
    options = [folder / word if word == "photo" else word for word in OPTIONS[kind]]
    words = [folder / kind, *options, "--output", folder / "whole" / kind]
    assert command_line.run(translate.main, translate.parser().parse_args([str(word) for word in words])) == 0
    words = [folder / kind, "--runtime", folder / "runtime", "--static", folder / "whole-site" / kind]
    assert command_line.run(demo.main, demo.parser().parse_args([str(word) for word in words])) == 0
