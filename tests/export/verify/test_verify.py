"""A bundle's verify.py finds altered files, numbers and interfaces, and stands alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from verifiers import Verifier

from export.proving import AS_RECEIVER
from export.verify.contract import read_contract
from export.verify.files import sha256

ROOT = Path(__file__).parents[3]
NO_TENSORFLOW = "import sys; sys.modules['tensorflow'] = None\n"


def failed(report: dict) -> list[tuple[str, str]]:
    assert report["verdict"] == ("fail" if any(not check["pass"] for check in report["checks"]) else "pass")
    return [(check["artifact"], check["case"]) for check in report["checks"] if not check["pass"]]


def rehash(bundle: Path, name: str) -> None:
    contract = read_contract(bundle)
    contract["sha256"][name] = sha256(bundle / name)
    (bundle / "contract.json").write_text(json.dumps(contract))


def test_passes_with_both_artifacts(script: Verifier, bundle: Path) -> None:
    report = script.verify(bundle, saved_model=True)
    assert failed(report) == []
    cases = {(check["artifact"], check["case"]) for check in report["checks"]}
    for artifact in ("onnx", "saved_model"):
        for case in ("golden inputs, batch 1", "golden inputs, batch 3", "names, shapes and dtypes"):
            assert (artifact, case) in cases
    assert ("onnx", "random inputs, against the SavedModel") in cases
    for check in report["checks"]:
        assert {"artifact", "case", "max_abs", "levels", "tolerance", "pass"} <= set(check)
    assert report == json.loads(json.dumps(report, allow_nan=False))


def test_random_inputs_are_new_each_time(script: Verifier, bundle: Path) -> None:
    seeds = {script.verify(bundle, saved_model=False)["seed"] for _ in range(3)}
    assert len(seeds) == 3
    assert script.verify(bundle, saved_model=False, seed=7)["seed"] == 7


def test_altered_onnx_file_is_caught_by_its_hash(script: Verifier, bundle: Path) -> None:
    with open(bundle / "model.onnx", "r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))
    assert ("onnx", "sha256") in failed(script.verify(bundle, saved_model=False))


def test_altered_weight_is_caught_by_the_numbers(script: Verifier, bundle: Path) -> None:
    """One weight of one kernel, with the hash set right by the one who changed it."""
    model = onnx.load(bundle / "model.onnx")
    tensor = next(tensor for tensor in model.graph.initializer if len(tensor.dims) == 4)
    values = onnx.numpy_helper.to_array(tensor).copy()
    values.flat[5] += 0.01
    tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    onnx.save(model, bundle / "model.onnx")
    rehash(bundle, "model.onnx")
    faults = failed(script.verify(bundle, saved_model=True))
    assert ("onnx", "golden inputs, batch 1") in faults
    assert ("onnx", "random inputs, against the SavedModel") in faults
    assert not any(artifact == "saved_model" for artifact, _ in faults)


def test_results_that_depend_on_the_batch_are_caught(script: Verifier, bundle: Path) -> None:
    """Statistics over the whole batch: right at batch 1, wrong at batch 3."""
    model = onnx.load(bundle / "model.onnx")
    (output,) = model.graph.output
    last = next(node for node in model.graph.node if output.name in node.output)
    last.output[0] = "alone"
    small = onnx.numpy_helper.from_array(np.float32(0.5), "half")
    axes = onnx.numpy_helper.from_array(np.array([0]), "first")
    model.graph.initializer.extend([small, axes])
    model.graph.node.extend(
        [
            onnx.helper.make_node("ReduceMean", ["alone", "first"], ["mean"]),
            onnx.helper.make_node("Sub", ["alone", "mean"], ["apart"]),
            onnx.helper.make_node("Mul", ["apart", "half"], ["less"]),
            onnx.helper.make_node("Add", ["alone", "less"], [output.name]),
        ]
    )
    onnx.save(model, bundle / "model.onnx")
    rehash(bundle, "model.onnx")
    faults = failed(script.verify(bundle, saved_model=False))
    assert ("onnx", "random inputs, batch 1 against 3") in faults
    assert ("onnx", "golden inputs, batch 3") in faults
    assert ("onnx", "golden inputs, batch 1") not in faults


def test_another_interface_is_caught(script: Verifier, bundle: Path) -> None:
    contract = read_contract(bundle)
    port = {**contract["outputs"][0], "dtype": "uint8"}
    port["shape"] = [*port["shape"][:3], 4]
    contract["variants"]["other"] = {
        **contract["artifacts"]["onnx"],
        "inputs": contract["inputs"],
        "outputs": [port],
    }
    (bundle / "contract.json").write_text(json.dumps(contract))
    report = script.verify(bundle, saved_model=True)
    assert failed(report) == [("other", "names, shapes and dtypes")]
    detail = next(check["detail"] for check in report["checks"] if not check["pass"])
    assert "translated has shape" in detail
    assert "translated is float32, the contract says uint8" in detail


def test_file_that_no_runtime_can_load_fails_rather_than_raises(script: Verifier, bundle: Path) -> None:
    (bundle / "model.onnx").write_bytes(b"not a graph")
    rehash(bundle, "model.onnx")
    assert failed(script.verify(bundle)) == [("onnx", "loads")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is not a bundle"),
        ("{", "cannot be read"),
        ("[]", "the contract: a list of 0 is not an object"),
        ('{"format_version": 99}', "format version 99"),
        ('{"format_version": 1}', "lacks inputs"),
    ],
)
def test_unreadable_contracts_are_named(
    script: Verifier, tmp_path: Path, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / "contract.json").write_text(text)
    with pytest.raises(script.BundleError, match=message):
        script.verify(tmp_path)


def test_pickles_in_golden_files_are_not_opened(script: Verifier, bundle: Path) -> None:
    np.savez(bundle / "golden" / "inputs.npz", image=np.array([print], dtype=object))
    rehash(bundle, "golden/inputs.npz")
    with pytest.raises(script.BundleError, match=r"inputs\.npz cannot be read"):
        script.verify(bundle, saved_model=False)


@pytest.mark.parametrize(
    ("options", "reason"),
    [([], "a SavedModel is a program"), (["--saved-model"], "TensorFlow is not installed")],
)
def test_bundles_own_script_stands_alone(bundle: Path, options: list[str], reason: str) -> None:
    """Without TensorFlow, in a process without this project: the ONNX part is proved, the rest is named."""
    code = NO_TENSORFLOW + AS_RECEIVER.strip()
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, "verify.py", *options],
        cwd=bundle,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "verdict: pass" in done.stdout
    assert f"saved_model was not run: {reason}" in done.stdout
    report = json.loads((bundle / "verification.json").read_text())
    assert report["verdict"] == "pass"
    assert report["skipped"][0]["artifact"] == "saved_model"


def test_a_receiver_cannot_import_this_project(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "for name in ('zoo', 'zoo.errors', 'export.verify', 'recipes'):\n"
        "    try: __import__(name)\n"
        "    except ImportError: continue\n"
        "    raise SystemExit(f'{name} was imported')\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-I", "-c", AS_RECEIVER, str(script)], cwd=ROOT, env=env, check=True)


def test_command_needs_neither_recipes_nor_tensorflow(bundle: Path, tmp_path: Path) -> None:
    for package in ("export", "zoo"):
        shutil.copytree(ROOT / package, tmp_path / "alone" / package)
    (bundle / "verify.py").write_text("raise SystemExit('a foreign script was run')")

    def run(*arguments: str) -> subprocess.CompletedProcess:
        code = (
            NO_TENSORFLOW + "sys.modules['recipes'] = None; "
            "import runpy; sys.argv[0] = 'export'; runpy.run_module('export', run_name='__main__')"
        )
        return subprocess.run(
            [sys.executable, "-c", code, "verify", *arguments],
            cwd=tmp_path / "alone",
            env={**os.environ, "PYTHONPATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )

    done = run(str(bundle))
    assert done.returncode == 2, done.stderr
    assert "verify.py: verify.py was altered" in done.stdout
    assert done.stderr == "error: verify.py was altered: fetch the bundle again\n"
    done = run(str(tmp_path / "none"))
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
