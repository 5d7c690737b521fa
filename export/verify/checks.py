"""Checks: each is one line of the report."""

from collections.abc import Callable
from typing import Any

import numpy as np

from export.verify.arrays import BATCHES, Arrays, Run
from export.verify.dropout import PRODUCTS, standard_errors
from export.verify.errors import first_line


def plain(artifact: str, case: str, detail: str, error: bool = False) -> dict[str, Any]:
    """Return a check without numbers. It is passed if ``detail``, what is wrong, is empty.

    ``error`` says that ``detail`` is not a difference, but something that cannot be compared.
    """
    check = {
        "artifact": artifact,
        "case": case,
        "max_abs": None,
        "levels": None,
        "psnr": None,
        "tolerance": None,
        "pass": not detail,
    }
    if detail:
        check["detail"] = detail
    if detail and error:
        check["error"] = True
    return check


def failed(artifact: str, case: str, error: Exception) -> dict[str, Any]:
    """Return the check of a case that ended in an error."""
    return plain(artifact, case, first_line(error), error=True)


def compared(
    contract: dict[str, Any],
    artifact: str,
    case: str,
    compute: Callable[[], Arrays],
    expected: Arrays,
    tolerance: dict[str, float],
) -> dict[str, Any]:
    """Compute a model's outputs and compare them with the expected ones."""
    try:
        outputs = compute()
    except Exception as error:  # whatever a runtime raises
        return {**failed(artifact, case, error), "tolerance": tolerance}
    max_abs, levels, squares, detail = 0.0, 0, [], ""
    for port in contract["outputs"]:
        actual, target = outputs[port["name"]], expected[port["name"]]
        if actual.shape != target.shape:
            detail = f"{port['name']} has shape {actual.shape} where {target.shape} was expected"
        elif not (np.isfinite(actual).all() and np.isfinite(target).all()):
            detail = f"{port['name']} holds values that are not finite"
        else:
            low, high = port["range"]
            difference = np.abs(actual.astype(np.float64) - target.astype(np.float64))
            max_abs = max(max_abs, float(difference.max(initial=0)))
            squares.append(float(np.square(difference / (high - low)).mean()))
            eight_bits = [
                np.rint((np.clip(a, low, high) - low) * (255 / (high - low))) for a in (actual, target)
            ]
            levels = max(levels, int(np.abs(eight_bits[0] - eight_bits[1]).max(initial=0)))
    if detail:
        return {**plain(artifact, case, detail), "tolerance": tolerance}
    # JSON has no infinity.
    psnr = round(float(-10 * np.log10(max(*squares, 1e-12))), 2)
    passed = (
        max_abs <= tolerance.get("max_abs", np.inf)
        and levels <= tolerance.get("levels", np.inf)
        and psnr >= tolerance.get("psnr", 0)
    )
    measured = {"max_abs": max_abs, "levels": levels, "psnr": psnr}
    if "standard_errors" in tolerance:
        apart = [standard_errors(outputs, expected, port["name"]) for port in contract["outputs"]]
        worst = float(np.nan_to_num(np.max(apart), nan=1e9, posinf=1e9))
        measured["standard_errors"] = worst
        passed = passed and worst <= tolerance["standard_errors"]
    return {**plain(artifact, case, ""), **measured, "tolerance": tolerance, "pass": passed}


def redrawn(artifact: str, run: Run, inputs: Arrays, outputs: Arrays) -> dict[str, Any]:
    """Check that one example, several times in a batch and in two calls, never gives the same result."""
    case = "rows and calls redrawn"
    same = {name: np.repeat(array[:1], max(BATCHES), axis=0) for name, array in inputs.items()}
    try:
        name, *_ = run(same)
        rows = np.concatenate([run(same)[name] for _ in range(2)])
    except Exception as error:  # whatever a runtime raises
        return failed(artifact, case, error)
    rows = rows.reshape(len(rows), -1)
    # A hundredth of the usual difference: rounding alone makes results differ, too.
    least = outputs[name + PRODUCTS][0].diagonal().mean() / 1e4
    alike = sum(np.square(one - other).mean() <= least for i, one in enumerate(rows) for other in rows[:i])
    pairs = len(rows) * (len(rows) - 1) // 2
    return plain(artifact, case, f"{alike} of {pairs} pairs of results are the same" if alike else "")
