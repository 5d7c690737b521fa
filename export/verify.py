"""Proves a bundle: that its files are whole and compute what the trained generator computed.

Stands alone: numpy and onnxruntime, and TensorFlow only for the SavedModel, which is left
out where TensorFlow is not installed. Run it inside the bundle (``python verify.py``) or
name the bundle (``python verify.py DIRECTORY``). Exit status 0: everything within the
tolerance of contract.json; 1: something is not; 2: the bundle cannot be read, or a file was altered.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

FORMAT_VERSION = 3
READABLE = (1, 2, 3)  # in 1, every input is a picture; in 1 and 2, pictures have one size
BATCHES = (1, 3)
GOLDEN_RUNS, RUNS = 32, 16  # where dropout is drawn: of the trained generator, and of each file in each case
REPORT = "verification.json"
ARTIFACTS = ("onnx", "saved_model")
HASH = "sha256"  # the check of a file's
PRODUCTS = "_products"

Arrays = dict[str, np.ndarray]
Run = Callable[[Arrays], Arrays]


class BundleError(Exception):
    """A bundle that cannot be read: one line that names the file and the remedy."""


def verify(directory: Path | str, saved_model: bool | None = None, seed: int | None = None) -> dict[str, Any]:
    """Check a bundle and return what verification.json holds.

    Args:
        directory: the bundle.
        saved_model: check the SavedModel: True requires TensorFlow, False leaves it out,
            None takes TensorFlow where it is installed.
        seed: of the random inputs; by default new ones each time.

    Returns:
        ``{"verdict": "pass" | "fail", "seed", "versions", "skipped", "checks"}``; each check
        has artifact, case, max_abs (in the output's units), levels (of 8 bits), psnr (dB, 120 at
        most), tolerance, pass and, where something is wrong, detail; where dropout is drawn, they
        are of means, and standard_errors says how far they and the spreads are apart.

    Raises:
        BundleError: no contract, a contract of another format, or an input or output
            missing from ``golden/``.
    """
    directory = Path(directory)
    contract = read_contract(directory)
    seed = int(np.random.SeedSequence().entropy % 2**32) if seed is None else seed
    draws = _draws(contract)
    checks = check_files(directory, contract)
    skipped, versions = [], {"numpy": np.__version__}
    golden_inputs, golden_outputs = _golden(directory, contract)
    sizes = ["x".join(map(str, size)) for size in contract.get("size", {}).get("golden", [])]
    golden_of_sizes = {size: _golden(directory, contract, f"_{size}") for size in sizes}
    random = _random_inputs(contract, max(BATCHES), np.random.default_rng(seed))

    runs: dict[str, Run] = {}
    artifacts = _artifacts(contract)
    for artifact, entry in artifacts.items():
        is_saved_model = artifact == "saved_model"
        if is_saved_model and saved_model is False:
            skipped.append({"artifact": artifact, "reason": "left out on request"})
            continue
        try:
            run, problems, version = (_open_saved_model if is_saved_model else _open_onnx)(directory, entry)
        except ImportError as error:
            if not is_saved_model or saved_model:
                raise BundleError(
                    f"{error}: install {'tensorflow' if is_saved_model else 'onnxruntime'}"
                ) from error
            skipped.append({"artifact": artifact, "reason": "TensorFlow is not installed"})
            continue
        except Exception as error:  # whatever a runtime raises for a file it cannot use
            checks.append(_plain(artifact, "loads", _first_line(error)))
            continue
        versions.update(version)
        checks.append(_plain(artifact, "names, shapes and dtypes", "; ".join(problems)))
        if not problems:
            runs[artifact] = _with_ports(run, entry)

    def compare(artifact: str, case: str, compute: Callable[[], Arrays], expected: Arrays) -> None:
        tolerance = artifacts[artifact]["tolerance"]
        checks.append(_compared(contract, artifact, case, compute, expected, tolerance))

    def computed(run: Run, inputs: Arrays, batch: int) -> Arrays:
        def compute() -> Arrays:
            return _batched(run, inputs, batch)

        return drawn(compute, RUNS) if draws else compute()

    random_results: dict[str, Arrays] = {}
    for artifact, run in runs.items():
        if draws:
            alike = _drawn_alike(run, golden_inputs, golden_outputs)
            checks.append(_plain(artifact, "rows and calls drawn anew", alike))
        for batch in BATCHES:
            case = f"golden inputs, batch {batch}"
            compare(artifact, case, lambda r=run, b=batch: computed(r, golden_inputs, b), golden_outputs)
        for size, (inputs, outputs) in golden_of_sizes.items():
            case = f"golden inputs of {size}"
            compare(artifact, case, lambda r=run, i=inputs: computed(r, i, 1), outputs)
        try:
            random_results[artifact] = computed(run, random, max(BATCHES))
        except Exception as error:
            checks.append(_plain(artifact, "random inputs", _first_line(error)))
            continue
        case = f"random inputs, batch {BATCHES[0]} against {BATCHES[-1]}"
        compare(artifact, case, lambda r=run: computed(r, random, 1), random_results[artifact])
    if {"onnx", "saved_model"} <= set(random_results):
        case = "random inputs, against the SavedModel"
        compare("onnx", case, lambda: random_results["onnx"], random_results["saved_model"])
    return {
        "verdict": "pass" if all(check["pass"] for check in checks) else "fail",
        "seed": seed,
        "versions": versions,
        "skipped": skipped,
        "checks": checks,
    }


def read_contract(directory: Path | str) -> dict[str, Any]:
    """Return a bundle's contract.

    Raises:
        BundleError: there is none, it is not JSON, or it is of another format version.
    """
    path = Path(directory) / "contract.json"
    if not path.is_file():
        raise BundleError(
            f"{directory} is no bundle (contract.json is missing): name a folder that export wrote"
        )
    try:
        contract = json.loads(path.read_text(encoding="utf-8"))
        version = contract["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{path} cannot be read ({_first_line(error)}): fetch the bundle again") from error
    if version not in READABLE:
        known = " and ".join(map(str, READABLE))
        raise BundleError(
            f"{path} has format version {version}, and {known} are read here: use its verify.py"
        )
    missing = [
        key for key in ("inputs", "outputs", "artifacts", "tolerance", "sha256") if key not in contract
    ]
    if missing:
        raise BundleError(f"{path} lacks {', '.join(missing)}: fetch the bundle again")
    return contract


def check_files(directory: Path | str, contract: dict[str, Any]) -> list[dict[str, Any]]:
    """Compare each file with its recorded sha256; one check a part of the bundle."""
    faults: dict[str, list[str]] = {}
    labels = {entry["path"]: name for name, entry in _artifacts(contract).items()}
    for name, expected in contract["sha256"].items():
        parts = PurePosixPath(name).parts
        found = faults.setdefault(name if name in labels else parts[0] if parts else name, [])
        # A contract comes from outside: its paths may not lead out of the bundle.
        if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name or ":" in name:
            found.append(f"{name} is no path inside the bundle")
            continue
        path = Path(directory, *parts)
        if not path.is_file():
            found.append(f"{name} is missing")
        elif sha256(path) != expected:
            found.append(f"{name} was altered")
    faults.update({name: [f"{name} has no recorded sha256"] for name in labels if name not in faults})
    return [_plain(labels.get(part, part), HASH, "; ".join(found)) for part, found in faults.items()]


def sha256(path: Path | str) -> str:
    """Hash of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def table(report: dict[str, Any]) -> str:
    """Lay a verification report out as text."""
    rows = [("artifact", "case", "max abs", "levels", "PSNR", "standard errors", "allowed", "")]
    for check in report["checks"]:
        rows.append(
            (
                check["artifact"],
                check["case"],
                "" if check["max_abs"] is None else f"{check['max_abs']:.1e}",
                "" if check["levels"] is None else str(check["levels"]),
                "" if check["psnr"] is None else f"{check['psnr']:.1f}",
                f"{check['standard_errors']:.1f}" if "standard_errors" in check else "",
                allowed(check["tolerance"]),
                "pass" if check["pass"] else "FAIL",
            )
        )
    used = [column for column in range(len(rows[0])) if any(row[column] for row in rows[1:])]
    rows = [tuple(row[column] for column in used) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += [f"{check['artifact']}: {check['detail']}" for check in report["checks"] if "detail" in check]
    lines += [f"{left['artifact']} was not checked: {left['reason']}" for left in report["skipped"]]
    lines.append(f"verdict: {report['verdict']}")
    return "\n".join(lines)


def _artifacts(contract: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Files of models by name, each with its path, its ports and what it may differ: variants last."""
    common = {key: contract[key] for key in ("inputs", "outputs", "tolerance")}
    found = {name: {**common, **entry} for name, entry in contract["artifacts"].items() if name in ARTIFACTS}
    return found | contract.get("variants", {})


def _draws(contract: dict[str, Any]) -> bool:
    """Whether each run draws dropout, so that no two give the same."""
    return not contract.get("inference", {}).get("deterministic", True)


def _with_ports(run: Run, entry: dict[str, Any]) -> Run:
    """A run that takes and gives pictures as the bundle's own files do: float32, NHWC, [-1, 1]."""
    inputs, outputs = ({port["name"]: port for port in entry[kind]} for kind in ("inputs", "outputs"))

    def taken(values: np.ndarray, port: dict[str, Any]) -> np.ndarray:
        if port["dtype"] == "uint8":
            values = np.rint((values + 1) * 127.5).astype(np.uint8)
        return values.transpose(0, 3, 1, 2) if port.get("layout") == "NCHW" else values

    def given(values: np.ndarray, port: dict[str, Any]) -> np.ndarray:
        values = values.transpose(0, 2, 3, 1) if port.get("layout") == "NCHW" else values
        return values.astype(np.float32) / 127.5 - 1 if port["dtype"] == "uint8" else values

    def changed(arrays: Arrays) -> Arrays:
        made = run({name: taken(values, inputs[name]) for name, values in arrays.items()})
        return {name: given(values, outputs[name]) for name, values in made.items()}

    return changed


def _golden(directory: Path, contract: dict[str, Any], name: str = "") -> tuple[Arrays, Arrays]:
    read = []
    for kind in ("inputs", "outputs"):
        ends = ("", PRODUCTS) if _draws(contract) and kind == "outputs" else ("",)
        path = directory / "golden" / f"{kind}{name}.npz"
        try:
            with np.load(path, allow_pickle=False) as arrays:
                names = [port["name"] + end for port in contract[kind] for end in ends]
                read.append({name: arrays[name] for name in names})
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise BundleError(
                f"{path} cannot be read ({_first_line(error)}): fetch the bundle again"
            ) from error
    inputs, outputs = read
    if len({len(array) for array in (*inputs.values(), *outputs.values())}) != 1:
        raise BundleError(
            f"{directory / 'golden'} holds different numbers of inputs and outputs: fetch it again"
        )
    return inputs, outputs


def _random_inputs(contract: dict[str, Any], count: int, random: np.random.Generator) -> Arrays:
    """Inputs unlike the golden ones: each kind over all that it may be."""
    made = {}
    trained = contract.get("size", {})
    for port in contract["inputs"]:
        # "height" is that of the first picture, "style_image_height" that of another.
        size = {side: trained[side.rpartition("_")[2]] for side in port["shape"][1:] if isinstance(side, str)}
        shape = [count, *(size.get(side, side) for side in port["shape"][1:])]
        kind = port.get("kind", "picture")
        if kind == "noise":
            values = random.standard_normal(shape)
        elif kind == "amount":
            values = random.uniform(0, 1, shape)
        elif kind == "choice":  # another value for each; none is one of them where none is allowed
            rows = np.eye(shape[1])
            rows = np.concatenate([rows, np.zeros((1, shape[1]))]) if port.get("optional") else rows
            values = rows[np.resize(random.permutation(len(rows)), count)]
        else:  # noise over the whole range, each picture at its own contrast
            low, high = port["range"]
            contrast = random.uniform(0.2, 1, [count] + [1] * (len(shape) - 1))
            values = (low + high) / 2 + (high - low) / 2 * contrast * random.uniform(-1, 1, shape)
        made[port["name"]] = values.astype(port["dtype"])
    return made


def _batched(run: Run, inputs: Arrays, batch: int) -> Arrays:
    """Run in batches of exactly ``batch``; to fill the last one, the first images come again."""
    count = len(next(iter(inputs.values())))
    padded = np.arange(-(-count // batch) * batch) % count
    results = [
        run({name: array[padded[start : start + batch]] for name, array in inputs.items()})
        for start in range(0, len(padded), batch)
    ]
    return {name: np.concatenate([result[name] for result in results])[:count] for name in results[0]}


def drawn(compute: Callable[[], Arrays], runs: int) -> Arrays:
    """The mean of several runs; and, as NAME_products (N, runs, runs), those of what each is off it."""
    series = [compute() for _ in range(runs)]
    made = {}
    for name in series[0]:
        values = np.stack([each[name] for each in series], axis=1)
        made[name] = values.mean(axis=1, dtype=np.float64).astype(np.float32)
        off = (values - made[name][:, None]).reshape(*values.shape[:2], -1)
        made[name + PRODUCTS] = off @ off.transpose(0, 2, 1) / off.shape[2]
    return made


def _standard_errors(found: Arrays, wanted: Arrays, name: str) -> float:
    """How far two series of runs are apart, in standard errors: of their means, or of their spreads.

    Spreads, mean squares of what runs are off their mean, are compared as by Welch. Means: their squared
    difference, over all pixels, has a chi-squared distribution of as many degrees of freedom as pixels vary
    alone, which the products of different runs tell; its cube root makes it a number of N(0, 1) (Wilson and
    Hilferty 1931). Examples count alike.
    """
    products = [each[name + PRODUCTS].astype(np.float64) for each in (found, wanted)]
    n, m = (each.shape[1] for each in products)
    here, there = (
        each.diagonal(axis1=1, axis2=2) * k / (k - 1) for each, k in zip(products, (n, m), strict=True)
    )
    tiny = 1e-15  # in place of a variance of nothing
    error = np.sqrt(here.var(axis=1, ddof=1) / n + there.var(axis=1, ddof=1) / m) + tiny
    spreads = (here.mean(axis=1) - there.mean(axis=1)) / error
    variance = there.mean(axis=1) + tiny
    common = np.square(products[1])[:, ~np.eye(m, dtype=bool)].mean(axis=1)
    third = 2 / 9 * np.minimum(common / np.square(variance), 1) + tiny
    squares = np.square(found[name] - wanted[name]).reshape(len(variance), -1).mean(axis=1, dtype=np.float64)
    means = (np.cbrt(squares / (variance * (1 / n + 1 / m))) - (1 - third)) / np.sqrt(third)
    return float(max(abs(spreads.sum()), means.sum()) / np.sqrt(len(variance)))


def _drawn_alike(run: Run, inputs: Arrays, outputs: Arrays) -> str:
    """Say what comes out twice: one example, several times in a batch and in two calls, must not."""
    same = {name: np.repeat(array[:1], max(BATCHES), axis=0) for name, array in inputs.items()}
    try:
        name, *_ = run(same)
        rows = np.concatenate([run(same)[name] for _ in range(2)])
    except Exception as error:
        return _first_line(error)
    rows = rows.reshape(len(rows), -1)
    # A hundredth of what is usual: rounding alone makes results differ, too.
    least = outputs[name + PRODUCTS][0].diagonal().mean() / 1e4
    alike = sum(np.square(one - other).mean() <= least for i, one in enumerate(rows) for other in rows[:i])
    return f"{alike} of {len(rows) * (len(rows) - 1) // 2} pairs of results are the same" if alike else ""


def _open_onnx(directory: Path, entry: dict[str, Any]) -> tuple[Run, list[str], dict[str, str]]:
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    session = onnxruntime.InferenceSession(str(directory / entry["path"]), providers=["CPUExecutionProvider"])
    problems = _differences(
        entry,
        {port.name: (port.shape, _onnx_dtype(port.type)) for port in session.get_inputs()},
        {port.name: (port.shape, _onnx_dtype(port.type)) for port in session.get_outputs()},
    )
    names = [port["name"] for port in entry["outputs"]]

    def run(inputs: Arrays) -> Arrays:
        return dict(zip(names, session.run(names, inputs), strict=True))

    return run, problems, {"onnxruntime": onnxruntime.__version__}


def _open_saved_model(directory: Path, entry: dict[str, Any]) -> tuple[Run, list[str], dict[str, str]]:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    # GPUs round float32 products to TF32 by default; the tolerance is for float32.
    with tf.device("CPU:0"):
        loaded = tf.saved_model.load(str(directory / entry["path"]))
        function = loaded.signatures[entry["signature"]]
    _, keywords = function.structured_input_signature
    problems = _differences(
        entry,
        {name: (spec.shape.as_list(), spec.dtype.name) for name, spec in keywords.items()},
        {name: (spec.shape.as_list(), spec.dtype.name) for name, spec in function.structured_outputs.items()},
    )

    def run(inputs: Arrays) -> Arrays:
        with tf.device("CPU:0"):
            outputs = function(**{name: tf.constant(array) for name, array in inputs.items()})
        # Kept alive: a signature does not hold the variables of what it was loaded from.
        assert loaded is not None
        return {name: tensor.numpy() for name, tensor in outputs.items()}

    return run, problems, {"tensorflow": tf.__version__}


def _onnx_dtype(name: str) -> str:
    inner = name.removeprefix("tensor(").removesuffix(")")
    return {"float": "float32", "double": "float64"}.get(inner, inner)


def _differences(entry: dict[str, Any], inputs: dict, outputs: dict) -> list[str]:
    """Say where an artifact's ports differ from the contract's; named axes stand for any length."""
    problems = []
    for kind, found in (("inputs", inputs), ("outputs", outputs)):
        expected = {port["name"]: port for port in entry[kind]}
        if set(found) != set(expected):
            problems.append(f"{kind} are {sorted(found)}, the contract says {sorted(expected)}")
            continue
        for name, port in expected.items():
            shape, dtype = found[name]
            fixed = [length if isinstance(length, int) else None for length in shape]
            wanted = [length if isinstance(length, int) else None for length in port["shape"]]
            if fixed != wanted:
                problems.append(f"{name} has shape {shape}, the contract says {port['shape']}")
            if dtype != port["dtype"]:
                problems.append(f"{name} is {dtype}, the contract says {port['dtype']}")
    return problems


def _plain(artifact: str, case: str, detail: str) -> dict[str, Any]:
    """Return a check without numbers, passed where there is nothing to say against it."""
    check = {
        "artifact": artifact,
        "case": case,
        "max_abs": None,
        "levels": None,
        "psnr": None,
        "tolerance": None,
        "pass": not detail,
    }
    return {**check, "detail": detail} if detail else check


def _compared(
    contract: dict[str, Any],
    artifact: str,
    case: str,
    compute: Callable[[], Arrays],
    expected: Arrays,
    tolerance: dict[str, float],
) -> dict[str, Any]:
    try:
        outputs = compute()
    except Exception as error:
        return {**_plain(artifact, case, _first_line(error)), "tolerance": tolerance}
    max_abs, levels, squares, detail = 0.0, 0, [], ""
    for port in contract["outputs"]:
        found, wanted = outputs[port["name"]], expected[port["name"]]
        if found.shape != wanted.shape:
            detail = f"{port['name']} has shape {found.shape} where {wanted.shape} was expected"
        elif not (np.isfinite(found).all() and np.isfinite(wanted).all()):
            detail = f"{port['name']} holds values that are not finite"
        else:
            low, high = port["range"]
            difference = np.abs(found.astype(np.float64) - wanted.astype(np.float64))
            max_abs = max(max_abs, float(difference.max(initial=0)))
            squares.append(float(np.square(difference / (high - low)).mean()))
            eight_bits = [
                np.rint((np.clip(a, low, high) - low) * (255 / (high - low))) for a in (found, wanted)
            ]
            levels = max(levels, int(np.abs(eight_bits[0] - eight_bits[1]).max(initial=0)))
    if detail:
        return {**_plain(artifact, case, detail), "tolerance": tolerance}
    # No number stands for an infinite ratio in JSON.
    psnr = round(float(-10 * np.log10(max(*squares, 1e-12))), 2)
    passed = (
        max_abs <= tolerance.get("max_abs", np.inf)
        and levels <= tolerance.get("levels", np.inf)
        and psnr >= tolerance.get("psnr", 0)
    )
    measured = {"max_abs": max_abs, "levels": levels, "psnr": psnr}
    if "standard_errors" in tolerance:
        apart = [_standard_errors(outputs, expected, port["name"]) for port in contract["outputs"]]
        measured["standard_errors"] = max(apart)
        passed = passed and max(apart) <= tolerance["standard_errors"]
    return {**_plain(artifact, case, ""), **measured, "tolerance": tolerance, "pass": passed}


def allowed(tolerance: dict[str, float] | None) -> str:
    """What may differ, in words: "0.0001, 1 level"."""
    said = {
        "max_abs": lambda value: f"{value:g}",
        "levels": lambda value: f"{value:g} level{'s' * (value != 1)}",
        "psnr": lambda value: f"at least {value:g} dB",
        "standard_errors": lambda value: f"{value:g} standard errors",
    }
    return ", ".join(said[name](value) for name, value in (tolerance or {}).items())


def differs(check: dict[str, Any]) -> str:
    """What differs, in words: "1.0e-05, 0 levels, 110.0 dB"."""
    words = f"{check['max_abs']:.1e}, {check['levels']} levels, {check['psnr']:.1f} dB"
    apart = check.get("standard_errors")
    return words if apart is None else f"{words}, {apart:.1f} standard errors"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``verify.py`` and ``python -m export verify`` have in common."""
    parser.add_argument(
        "--onnx-only",
        action="store_true",
        help="leave the SavedModel out (a SavedModel is a program: load only those you trust)",
    )
    parser.add_argument(
        "--require-saved-model",
        action="store_true",
        help="fail where TensorFlow is not installed, rather than leave the SavedModel out",
    )
    parser.add_argument("--seed", type=int, help="of the random inputs (default: new ones each time)")
    parser.add_argument("--no-report", action="store_true", help=f"do not write {REPORT} into the bundle")


def main(arguments: argparse.Namespace) -> int:
    """Verify a bundle, print the table and write the report; return the exit status."""
    choice = False if arguments.onnx_only else True if arguments.require_saved_model else None
    try:
        report = verify(arguments.bundle, choice, arguments.seed)
    except BundleError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(table(report))
    if not arguments.no_report:
        path = Path(arguments.bundle) / REPORT
        try:
            part = path.with_name(f".{path.name}.{os.getpid()}.part")
            part.write_text(json.dumps(report, indent=2, allow_nan=False) + "\n", encoding="utf-8")
            os.replace(part, path)
        except OSError as error:
            print(f"error: {path} cannot be written ({error.strerror}): use --no-report", file=sys.stderr)
            return 2
        print(f"written: {path}")
    altered = [check["detail"] for check in report["checks"] if check["case"] == HASH and not check["pass"]]
    if altered:
        print(f"error: {'; '.join(altered)}: fetch the bundle again", file=sys.stderr)
        return 2
    return 0 if report["verdict"] == "pass" else 1


if __name__ == "__main__":
    script = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    script.add_argument(
        "bundle",
        nargs="?",
        default=Path(__file__).resolve().parent,
        type=Path,
        help="folder of the bundle (default: where this script lies)",
    )
    add_arguments(script)
    sys.exit(main(script.parse_args()))
