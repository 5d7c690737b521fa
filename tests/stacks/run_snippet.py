"""Runs a snippet in the folder of each bundle, without this project: run_snippet.py TASK.json.

The task names the snippet, the packages it needs, what to prepare first, where results go, and for each
bundle its folder and cases; ``results.json`` there holds versions and, for each bundle and case, the shape
of what came out (beside it as raw float32) or the error.
"""

import ast
import importlib.metadata
import json
import multiprocessing
import os
import runpy
import sys
import traceback
from pathlib import Path

import numpy as np


def main(task: dict) -> None:
    """Run each bundle in a separate process, which may crash: a copy of this one, that has imported all."""
    for name in ("zoo", "recipes", "export"):
        sys.modules[name] = None
    target = Path(task["target"])
    try:
        versions = {name: importlib.metadata.version(name) for name in task["packages"]}
    except importlib.metadata.PackageNotFoundError as error:
        (target / "results.json").write_text(json.dumps({"missing": error.name}), "utf-8")
        return
    prepared = runpy.run_path(task["prepare"]) if task["prepare"] else {}
    imports = [node for node in ast.parse(Path(task["snippet"]).read_text("utf-8")).body if _imports(node)]
    exec(compile(ast.Module(imports, []), task["snippet"], "exec"), {})
    results = {}
    for model, bundle in task["bundles"].items():
        part = target / f"{model}.json"
        process = multiprocessing.get_context("fork").Process(
            target=_in_bundle, args=(task["snippet"], prepared, bundle, target / model, part)
        )
        process.start()
        process.join(bundle["seconds"])
        if process.is_alive():
            process.kill()
            results[model] = {"load": {"error": f"takes more than {bundle['seconds']} s"}}
        elif process.exitcode:
            results[model] = {"load": {"error": f"ended with exit status {process.exitcode}"}}
        else:
            results[model] = json.loads(part.read_text("utf-8"))
    (target / "results.json").write_text(json.dumps({"versions": versions, "results": results}), "utf-8")


def _imports(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _in_bundle(snippet: str, prepared: dict, bundle: dict, target: Path, part: Path) -> None:
    os.chdir(bundle["folder"])
    target.mkdir()
    results = {}
    try:
        prepared.get("in_bundle", lambda: None)()
        defined = runpy.run_path(snippet)
    except Exception as error:
        traceback.print_exc()
        part.write_text(json.dumps({"load": {"error": f"{type(error).__name__}: {error}"}}), "utf-8")
        return
    for name in [name for name in defined if name in ("run", "run_rows")]:
        for case, inputs in bundle["cases"].items():
            arrays = {
                port: np.fromfile(given["file"], np.float32).reshape(given["shape"])
                for port, given in inputs.items()
            }
            label = case if name == "run" else f"{case}, {name}"
            try:
                result = defined[name](**arrays)
            except Exception as error:
                traceback.print_exc()
                results[label] = {"error": f"{type(error).__name__}: {error}"}
                continue
            file = target / f"{label}.f32"
            np.ascontiguousarray(result, np.float32).tofile(file)
            results[label] = {
                "shape": result.shape,
                "dtype": str(result.dtype),
                "file": str(file),
                "case": case,
            }
    part.write_text(json.dumps(results), "utf-8")


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
