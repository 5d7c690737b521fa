"""A bundle's verify.py is the modules of export/verify in one readable file."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_bundle import write_tiny_bundle
from verifiers import Modules, Verifier

from export.verify import assembly
from zoo.io import limits, text
from zoo.io.schemas import schema

ROOT = Path(__file__).parents[3]


def test_it_needs_nothing_of_this_project() -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(assembly.assembled()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        )
    }
    assert imported - sys.stdlib_module_names == {"numpy", "onnxruntime", "tensorflow"}


def test_what_is_copied_or_inserted_is_what_zoo_has(script: Verifier) -> None:
    assert schema("contract") == script.SCHEMA
    assert script.MODEL_BYTES == limits.MODEL_BYTES
    assert script.BUNDLE_BYTES == limits.BUNDLE_BYTES
    every = "".join(map(chr, range(0x3000))) + "\ud800\udfff"
    assert text.printable(every) == script.printable(every)


def test_it_is_the_same_each_time_and_passes_the_linter(script: Verifier) -> None:
    first = assembly.assembled()
    assembly.assembled.cache_clear()
    assert assembly.assembled() == first
    file = script.modules[0].__file__
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "--config", ROOT / "pyproject.toml", file],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_both_forms_give_the_same_report(script: Verifier, tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "bundle")
    reports = [each.verify(bundle, seed=1) for each in (Modules(), script)]
    assert reports[0] == reports[1]
    assert reports[0]["verdict"] == "pass"


def test_a_name_of_two_modules_is_refused() -> None:
    collection = assembly._Assembly(defined={"table": "export.verify.cases"})
    with pytest.raises(
        ValueError, match=r"table is defined in export\.verify\.cases and in export\.verify\.report"
    ):
        assembly._add_module(collection, "export.verify.report")
