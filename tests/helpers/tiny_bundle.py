"""A bundle of a few kilobytes whose generator inverts its first input, written without TensorFlow."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

SIZE = (4, 6)

HOSTILE = [
    "", ".", "..", "/etc/passwd", "../x", "a/../b", "a/..", "./a", "a/.", "a//b", "a/", "/", "C:/x", "a:b",
    "a\\b",
    "..\\x", "a\x00", "a\nb", "a\n", "..\n", "a\x1b[31m", "a\u202eb", "a\ud800", "x" * 256, "y" * 4000,
]  # fmt: skip
"""Names that no file of a bundle may have."""


def picture(name: str) -> dict[str, Any]:
    """A port of RGB pictures that have one size."""
    return {
        "name": name,
        "kind": "picture",
        "meaning": "a picture",
        "shape": ["batch", *SIZE, 3],
        "dtype": "float32",
        "layout": "NHWC",
        "range": [-1.0, 1.0],
        "channel_order": "RGB",
    }


def tiny_contract(**changes: Any) -> dict[str, Any]:
    """A whole contract, of format 3, with ``changes``; no file is in its hashes yet."""
    return {
        "format": "image-translation-bundle",
        "format_version": 3,
        "model": "pix2pix",
        "recipe": "",
        "usage": {"name": "translate", "meaning": "the negative"},
        "inputs": [picture("image")],
        "outputs": [picture("translated")],
        "size": {"height": SIZE[0], "width": SIZE[1], "fixed": True, "golden": []},
        "conditions": [],
        "inference": {"statistics": "image", "dropout": False, "deterministic": True},
        "artifacts": {
            "onnx": {"path": "model.onnx", "opset": 18, "tolerance": {"max_abs": 1e-4, "levels": 1}},
        },
        "variants": {},
        "golden": [{}, {}],
        "tolerance": {"max_abs": 1e-4, "levels": 1},
        "sha256": {},
        "provenance": {},
        "licence": {"code": "Apache-2.0", "weights": "CC0-1.0"},
        **changes,
    }  # fmt: skip


def write_tiny_bundle(folder: Path, **changes: Any) -> Path:
    """Write the bundle into ``folder``, with hashes of all its files, and return it.

    Args:
        folder: created if missing.
        changes: of the contract's entries.
    """
    contract = tiny_contract(**changes)
    (folder / "golden").mkdir(parents=True)
    (folder / "model.onnx").write_bytes(_negative(contract["inputs"], contract["outputs"]))
    (folder / "card.md").write_text("# A card\n")
    usual = (contract["size"]["height"], contract["size"]["width"])
    for name, size in {"": usual, **{f"_{h}x{w}": (h, w) for h, w in contract["size"]["golden"]}}.items():
        inputs = {port["name"]: _values(port, size, 1 if name else 2) for port in contract["inputs"]}
        first = inputs[contract["inputs"][0]["name"]]
        outputs = {port["name"]: -first for port in contract["outputs"]}
        if not contract["inference"]["deterministic"]:
            products = np.zeros((len(first), 32, 32), np.float32)
            outputs.update({f"{name}_products": products for name in list(outputs)})
        np.savez_compressed(folder / "golden" / f"inputs{name}.npz", **inputs)
        np.savez_compressed(folder / "golden" / f"outputs{name}.npz", **outputs)
    write_contract(folder, contract)
    return folder


def _negative(inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> bytes:
    import onnx

    def ports(described: list[dict[str, Any]]) -> list[onnx.ValueInfoProto]:
        value = onnx.helper.make_tensor_value_info
        return [value(port["name"], onnx.TensorProto.FLOAT, port["shape"]) for port in described]

    nodes = [onnx.helper.make_node("Neg", [inputs[0]["name"]], [port["name"]]) for port in outputs]
    graph = onnx.helper.make_graph(nodes, "negative", ports(inputs), ports(outputs))
    opsets = [onnx.helper.make_opsetid("", 18)]
    return onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def _values(port: dict[str, Any], size: tuple[int, int], count: int) -> np.ndarray:
    sides = dict(zip(("height", "width"), size, strict=True))
    shape = [sides[side.rpartition("_")[2]] if isinstance(side, str) else side for side in port["shape"][1:]]
    return np.random.default_rng(0).uniform(-1, 1, (count, *shape)).astype(np.float32)


def write_contract(folder: Path, contract: dict[str, Any]) -> None:
    """Write ``contract`` with the hashes of all other files."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "contract.json"]
    hashes = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
    (folder / "contract.json").write_text(json.dumps({**contract, "sha256": hashes}))
