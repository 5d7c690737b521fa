"""A bundle of a few kilobytes whose generator inverts, written without TensorFlow."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

SIZE = (4, 6)


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
        "recipe": "tests",
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
        folder: made, if it is not there.
        changes: of the contract's entries.
    """
    import onnx

    value, shape = onnx.helper.make_tensor_value_info, ("batch", *SIZE, 3)
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Neg", ["image"], ["translated"])],
        "negative",
        [value("image", onnx.TensorProto.FLOAT, shape)],
        [value("translated", onnx.TensorProto.FLOAT, shape)],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=8)
    (folder / "golden").mkdir(parents=True)
    onnx.save(model, folder / "model.onnx")
    image = np.random.default_rng(0).uniform(-1, 1, (2, *SIZE, 3)).astype(np.float32)
    np.savez_compressed(folder / "golden" / "inputs.npz", image=image)
    np.savez_compressed(folder / "golden" / "outputs.npz", translated=-image)
    (folder / "card.md").write_text("# A card\n")
    write_contract(folder, tiny_contract(**changes))
    return folder


def write_contract(folder: Path, contract: dict[str, Any]) -> None:
    """Write ``contract`` with the hashes of all other files."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "contract.json"]
    hashes = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
    (folder / "contract.json").write_text(json.dumps({**contract, "sha256": hashes}))
