"""Every model's bundle runs in every stack as its golden files say, or fails in the one known way."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matrix import PROPERTY, Row
from stacks import MODELS, STACKS, Stack

HERE = Path(__file__).parent
SNIPPETS = HERE.parents[1] / "docs" / "snippets"
SIZES = ("176x256", "201x333")


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with a bundle of every model, written by the first worker that asks for it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "bundles"
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            from zoo_bundles import write_bundles

            write_bundles(folder.with_suffix(".part"))
            folder.with_suffix(".part").rename(folder)
    return folder


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize("name", STACKS)
def test_stack(name: str, bundles: Path, tmp_path: Path, record_property: Callable, all_stacks: bool) -> None:
    """What its snippet computes, in a process without this project, and that its limits are as named."""
    stack = STACKS[name]
    golden = {folder.name: examples(folder, stack.sizes) for folder in sorted(bundles.iterdir())}
    done = run(stack, bundles, {model: inputs for model, (inputs, _) in golden.items()}, tmp_path)
    if "missing" in done:
        (pytest.fail if all_stacks else pytest.skip)(done["missing"])
    differences, faults = {}, []
    for model, (inputs, outputs) in golden.items():
        tolerance = json.loads((bundles / model / "contract.json").read_text("utf-8"))["tolerance"]["max_abs"]
        errors, errors_measured = {}, []
        for label, result in done["results"][model].items():
            if "error" in result:
                errors[label] = result["error"]
                continue
            expected = outputs[result["case"]]
            assert (result["dtype"], tuple(result["shape"])) == ("float32", expected.shape)
            values = np.fromfile(result["file"], np.float32).reshape(expected.shape)
            errors_measured.append(float(np.abs(values - expected).max()))
        limit = stack.limits.get(model)
        if limit is None:
            faults += [f"{model}, {label}: {error}" for label, error in errors.items()]
            faults += [
                f"{model} differs by {worst:.1e}" for worst in errors_measured if not worst <= tolerance
            ]
            differences[model] = max(errors_measured, default=np.nan)
            assert errors or len(errors_measured) >= len(inputs)
        elif errors_measured or not all(limit.error in error for error in errors.values()):
            faults.append(f"{model} no longer {limit.why!r}: {errors or 'it runs'}")
    limits = {model: limit.why for model, limit in stack.limits.items()}
    row = Row(stack.title, done["version"], stack.snippet, differences, limits, stack.note)
    record_property(PROPERTY, row.to_json())
    assert not faults, "\n".join([*faults, done["said"][-2000:]])


def examples(bundle: Path, sizes: bool) -> tuple[dict[str, dict], dict[str, np.ndarray]]:
    """Inputs by case and port, and what is to come out by case."""
    inputs, outputs = {}, {}
    for case, file, batch in (
        ("batch 1", "", 1),
        ("batch 2", "", 2),
        *((size, f"_{size}", 1) for size in SIZES),
    ):
        if not (bundle / f"golden/inputs{file}.npz").is_file() or (case in SIZES and not sizes):
            continue
        with np.load(bundle / f"golden/inputs{file}.npz") as arrays:
            inputs[case] = {port: array[:batch] for port, array in arrays.items()}
        with np.load(bundle / f"golden/outputs{file}.npz") as arrays:
            (outputs[case],) = (array[:batch] for array in arrays.values())
        assert outputs[case].std() > 0.01  # what hardly varies would hide a fault
    return inputs, outputs


def run(stack: Stack, bundles: Path, inputs: dict[str, dict], folder: Path) -> dict:
    """What the snippet made of the inputs: its runner's ``results.json``, the version, what it said."""
    task = {
        "snippet": str(SNIPPETS / stack.snippet),
        "packages": stack.packages,
        "prepare": str(HERE / stack.prepare) if stack.prepare else "",
        "target": str(folder),
        "bundles": {},
    }
    for model, cases in inputs.items():
        seconds = stack.limits[model].seconds if model in stack.limits else 120
        task["bundles"][model] = {"folder": str(bundles / model), "seconds": seconds, "cases": {}}
        for case, ports in cases.items():
            written = task["bundles"][model]["cases"][case] = {}
            for port, array in ports.items():
                file = folder / f"{model}, {case}, {port}.f32"
                array.tofile(file)
                written[port] = {"file": str(file), "shape": array.shape}
    if stack.snippet.endswith(".mjs"):
        package = HERE / "node_modules" / stack.packages[0] / "package.json"
        if not package.is_file():
            return {"missing": "not installed: npm ci --ignore-scripts --prefix tests/stacks"}
        version = json.loads(package.read_text("utf-8"))["version"]
        # A module finds its packages beside itself.
        task["snippet"] = shutil.copy(task["snippet"], folder)
        (folder / "node_modules").symlink_to(HERE / "node_modules")
        command = ["node", str(HERE / "run_snippet.mjs")]
    else:
        python = os.environ.get("ZOO_SECOND_PYTHON") if stack.second else sys.executable
        if not python:
            return {"missing": "ZOO_SECOND_PYTHON names no Python with the packages of the second stack"}
        command = [python, "-I", str(HERE / "run_snippet.py")]
    (folder / "task.json").write_text(json.dumps(task), "utf-8")
    ran = subprocess.run(
        [*command, str(folder / "task.json")],
        cwd=folder,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    done = json.loads((folder / "results.json").read_text("utf-8"))
    if "missing" in done:
        return {"missing": f"{done['missing']} is not installed: pip install -e '.[stacks]'"}
    if not stack.snippet.endswith(".mjs"):
        version = ", ".join(
            number.partition("+")[0] if place == 0 else f"{name} {number.partition('+')[0]}"
            for place, (name, number) in enumerate(done["versions"].items())
        )
    if not version.startswith(stack.major):
        return {"missing": f"{stack.packages[0]} is {version} here, and another row's"}
    return {**done, "version": version, "said": ran.stderr}


def test_every_model_is_run() -> None:
    """One that is new to the zoo needs a bundle here."""
    from zoo_bundles import SIGNATURES

    from zoo.models.registry import list_models

    assert tuple(SIGNATURES) == MODELS
    assert set(list_models()) <= set(MODELS)


def test_the_page_of_stacks_has_every_stack() -> None:
    """The matrix there was written for the stacks that there are."""
    page = (HERE.parents[1] / "docs" / "how-to" / "stacks.md").read_text("utf-8")
    for stack in STACKS.values():
        assert f"[{stack.title}](../snippets/{stack.snippet})" in page
