"""Runs the cases that each model of a bundle has to pass."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from export.verify.arrays import BATCHES, Arrays, Run, batched
from export.verify.checks import compared, failed, plain, redrawn
from export.verify.contract import draws_dropout, models_of, read_contract
from export.verify.dropout import RUNS, drawn
from export.verify.errors import BundleError, first_line
from export.verify.examples import random_inputs, read_golden
from export.verify.files import check_files
from export.verify.runtimes import open_onnx, open_saved_model, with_own_ports


def verify(
    directory: Path | str, saved_model: bool | None = False, seed: int | None = None
) -> dict[str, Any]:
    """Check a bundle and return what verification.json holds.

    Args:
        directory: the bundle.
        saved_model: run the SavedModel, which is a program: True requires TensorFlow, None runs it where
            TensorFlow is installed, False only compares its files with their hashes.
        seed: of the random inputs; by default a new one each time.

    Returns:
        ``{"verdict": "pass" | "fail", "seed", "versions", "skipped", "checks"}``. Each check has artifact,
        case, max_abs (in the output's units), levels (of 8 bits), psnr (dB, 120 at most), tolerance and
        pass; where something is wrong also detail, and error if that is not a difference. Where dropout is
        drawn, the differences are between means, and standard_errors is the distance of means and spreads.
        If a file was altered, there are checks of hashes alone.

    Raises:
        BundleError: there is no contract, or one of another format or that violates its schema; or the
            golden files do not match the contract.
    """
    directory = Path(directory)
    contract = read_contract(directory)
    seed = int(np.random.SeedSequence().entropy % 2**32) if seed is None else seed
    checks = check_files(directory, contract)
    report = {"verdict": "fail", "seed": seed, "versions": {"numpy": np.__version__}, "skipped": []}
    if all(check["pass"] for check in checks):
        with contextlib.ExitStack() as stack:
            checks += _run_all(directory, contract, saved_model, seed, report, stack)
    else:
        reason = "a file was altered, so nothing of the bundle was run"
        report["skipped"] = [{"artifact": name, "reason": reason} for name in models_of(contract)]
    if all(check["pass"] for check in checks):
        report["verdict"] = "pass"
    return {**report, "checks": checks}


def _run_all(
    directory: Path,
    contract: dict[str, Any],
    saved_model: bool | None,
    seed: int,
    report: dict[str, Any],
    stack: contextlib.ExitStack,
) -> list[dict[str, Any]]:
    """Run every model in every case; ``report`` gets versions and what was skipped."""
    golden_inputs, golden_outputs = read_golden(directory, contract)
    sizes = contract["size"].get("golden", [])
    golden_of_sizes = {f"{h}x{w}": read_golden(directory, contract, (h, w)) for h, w in sizes}
    random = random_inputs(contract, max(BATCHES), np.random.default_rng(seed))
    runs, checks = _open_all(directory, contract, saved_model, report, stack)
    models, has_dropout = models_of(contract), draws_dropout(contract)

    def compare(name: str, case: str, compute: Callable[[], Arrays], expected: Arrays) -> None:
        checks.append(compared(contract, name, case, compute, expected, models[name]["tolerance"]))

    def computed(run: Run, inputs: Arrays, batch: int) -> Arrays:
        def compute() -> Arrays:
            return batched(run, inputs, batch)

        return drawn(compute, RUNS) if has_dropout else compute()

    random_results: dict[str, Arrays] = {}
    for name, run in runs.items():
        if has_dropout:
            checks.append(redrawn(name, run, golden_inputs, golden_outputs))
        for batch in BATCHES:
            case = f"golden inputs, batch {batch}"
            compare(name, case, lambda r=run, b=batch: computed(r, golden_inputs, b), golden_outputs)
        for size, (inputs, outputs) in golden_of_sizes.items():
            case = f"golden inputs of {size}"
            compare(name, case, lambda r=run, i=inputs: computed(r, i, 1), outputs)
        try:
            random_results[name] = computed(run, random, max(BATCHES))
        except Exception as error:  # whatever a runtime raises
            checks.append(failed(name, "random inputs", error))
            continue
        case = f"random inputs, batch {BATCHES[0]} against {BATCHES[-1]}"
        compare(name, case, lambda r=run: computed(r, random, 1), random_results[name])
    if {"onnx", "saved_model"} <= set(random_results):
        case = "random inputs, against the SavedModel"
        compare("onnx", case, lambda: random_results["onnx"], random_results["saved_model"])
    return checks


def _open_all(
    directory: Path,
    contract: dict[str, Any],
    saved_model: bool | None,
    report: dict[str, Any],
    stack: contextlib.ExitStack,
) -> tuple[dict[str, Run], list[dict[str, Any]]]:
    """The models that can be run, by name, and checks of loading and of ports."""
    runs: dict[str, Run] = {}
    checks: list[dict[str, Any]] = []
    skipped = report["skipped"]
    for name, entry in models_of(contract).items():
        is_saved_model = name == "saved_model"
        if is_saved_model and saved_model is False:
            reason = "a SavedModel is a program; if you trust where it comes from, --saved-model runs it"
            skipped.append({"artifact": name, "reason": reason})
            continue
        try:
            if is_saved_model:
                run, problems, version = open_saved_model(directory, entry, contract, stack)
            else:
                run, problems, version = open_onnx(directory, entry, contract)
        except ImportError as error:
            if not is_saved_model or saved_model:
                missing = "tensorflow" if is_saved_model else "onnxruntime"
                raise BundleError(f"{first_line(error)}: install {missing}") from error
            skipped.append({"artifact": name, "reason": "TensorFlow is not installed"})
            continue
        except BundleError:
            raise
        except Exception as error:  # whatever a runtime raises for a file it cannot use
            checks.append(failed(name, "loads", error))
            continue
        report["versions"].update(version)
        checks.append(plain(name, "names, shapes and dtypes", "; ".join(problems)))
        if not problems:
            runs[name] = with_own_ports(run, entry)
    return runs, checks
