"""Nothing of a bundle is opened once something in it was altered, is missing or was added."""

import builtins
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from tiny_bundle import tiny_contract, write_contract, write_tiny_bundle
from verifiers import Verifier

from export.verify.assembly import assembled

ROOT = Path(__file__).parents[3]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_tiny_bundle(tmp_path / "bundle")


@pytest.fixture
def opened(verifier: Verifier, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What of bundles is opened to be run or compared."""
    names: list[str] = []
    for function in ("read_golden", "open_onnx", "open_saved_model"):
        verifier.replace(monkeypatch, function, lambda *_, name=function: names.append(name))
    return names


def link(path: Path, target: Path) -> None:
    shutil.move(path, target)
    path.symlink_to(target)


ALTERATIONS = {
    "another byte": lambda path: path.write_bytes(path.read_bytes() + b" "),
    "missing": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "a link out of it": lambda path: link(path, path.parents[1] / f"moved-{path.name}"),
    "a loop": lambda path: (path.unlink(), path.symlink_to(path.name)),
}


@pytest.mark.parametrize("how", ALTERATIONS)
@pytest.mark.parametrize("name", ["model.onnx", "golden/inputs.npz", "golden/outputs.npz", "card.md"])
def test_each_file_altered_in_each_way(
    verifier: Verifier, bundle: Path, opened: list[str], name: str, how: str, capsys: pytest.CaptureFixture
) -> None:
    if how == "a link out of it" and name.startswith("golden"):
        link(bundle / name, bundle.parent / "moved")
    else:
        ALTERATIONS[how](bundle / name)
    assert verifier.command([str(bundle)]) == 2
    assert opened == []
    error = capsys.readouterr().err
    assert name in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "name", ["more.txt", "golden/more.txt", "saved_model/assets.extra/x", ".hidden", "numpy.py"]
)
def test_a_file_that_is_not_listed_is_a_fault(
    verifier: Verifier, bundle: Path, opened: list[str], name: str
) -> None:
    (bundle / name).parent.mkdir(parents=True, exist_ok=True)
    (bundle / name).write_text("")
    report = verifier.verify(bundle)
    assert [check["detail"] for check in report["checks"] if not check["pass"]] == [
        f"{name} is not in the list of contract.json"
    ]
    assert opened == []


def test_a_file_taken_off_the_list_is_a_fault(verifier: Verifier, bundle: Path) -> None:
    contract = json.loads((bundle / "contract.json").read_text())
    del contract["sha256"]["card.md"]
    (bundle / "contract.json").write_text(json.dumps(contract))
    assert not all(check["pass"] for check in verifier.verify(bundle)["checks"])


def test_links_and_many_strangers_are_named(verifier: Verifier, bundle: Path) -> None:
    (bundle / "folder").symlink_to(bundle / "golden")
    (bundle / "\x1b[31mred").write_text("")
    for number in range(20):
        (bundle / f"x{number:02}").write_text("")
    report = verifier.verify(bundle)
    text = verifier.table(report)
    assert "folder is not in the list" in text
    assert "so are 17 others" in text
    assert "\\x1b[31mred" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("version", [1, 2, 3])
def test_bundles_of_every_format_are_verified(verifier: Verifier, bundle: Path, version: int) -> None:
    """Those of before have no schema beside them, and the first two hold less."""
    contract = tiny_contract(format_version=version)
    if version < 3:
        del contract["variants"], contract["size"]["golden"]
    if version < 2:
        del contract["usage"], contract["golden"]
        for port in (*contract["inputs"], *contract["outputs"]):
            del port["kind"]
    write_contract(bundle, contract)
    assert verifier.command([str(bundle)]) == 0


def test_an_older_report_is_not_an_extra_file_and_no_link_is_written_through(
    verifier: Verifier, bundle: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine").write_text("mine")
    (bundle / "verification.json").symlink_to(tmp_path / "mine")
    for _ in range(2):
        assert verifier.command([str(bundle)]) == 0
    assert (tmp_path / "mine").read_text() == "mine"
    assert json.loads((bundle / "verification.json").read_text())["verdict"] == "pass"


def test_saved_models_run_on_request_alone(
    verifier: Verifier, bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    (bundle / "saved_model").mkdir()
    (bundle / "saved_model" / "saved_model.pb").write_bytes(b"")
    contract = tiny_contract()
    contract["artifacts"]["saved_model"] = {"path": "saved_model", "signature": "serving_default"}
    write_contract(bundle, contract)
    asked = []

    def run(directory: Path, entry: dict[str, Any], *_: Any) -> None:
        asked.append(entry["path"])
        raise ValueError("no graph")

    verifier.replace(monkeypatch, "open_saved_model", run)
    assert verifier.command([str(bundle)]) == 0
    assert verifier.command([str(bundle), "--onnx-only"]) == 0
    assert asked == []
    assert "--saved-model runs it" in capsys.readouterr().out
    for option in ("--saved-model", "--require-saved-model"):
        assert verifier.command([str(bundle), option]) == 2
        error = capsys.readouterr().err
        assert "runs with your rights" in error
        assert "error: saved_model, loads: ValueError: no graph" in error
    assert asked == ["saved_model"] * 2
    for path in ("../x", "saved_model/../../x", "/tmp"):
        contract["artifacts"]["saved_model"]["path"] = path
        write_contract(bundle, contract)
        assert verifier.command([str(bundle), "--saved-model"]) == 2
    assert len(asked) == 2


def test_what_was_hashed_is_what_runs(
    verifier: Verifier, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files exchanged after the first look are not used."""
    check = verifier.check_files

    def checked_then_exchanged(*arguments: Any) -> Any:
        checks = check(*arguments)
        (bundle / "model.onnx").write_bytes(b"another")
        return checks

    verifier.replace(monkeypatch, "check_files", checked_then_exchanged)
    with pytest.raises(verifier.BundleError, match=r"model\.onnx was altered"):
        verifier.verify(bundle)


def external(place: str) -> onnx.ModelProto:
    """A graph whose one tensor, in its initializers, an attribute or a subgraph, lies in ``w.bin``."""
    tensor = onnx.TensorProto(name="w", data_type=onnx.TensorProto.FLOAT, dims=[1])
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="w.bin")
    value, make = onnx.helper.make_tensor_value_info, onnx.helper.make_node
    constant = make("Constant", [], ["w"], value=tensor)
    graph = onnx.helper.make_graph([], "g", [], [value("w", onnx.TensorProto.FLOAT, [1])])
    functions = []
    if place == "initializer":
        graph.initializer.append(tensor)
    elif place == "attribute":
        graph.node.append(constant)
    elif place == "subgraph":
        inner = onnx.helper.make_graph([constant], "inner", [], [value("w", onnx.TensorProto.FLOAT, [1])])
        graph.node.append(make("If", ["c"], ["w"], then_branch=inner, else_branch=inner))
    elif place == "function":
        functions.append(onnx.helper.make_function("own", "f", [], ["w"], [constant], []))
    return onnx.helper.make_model(graph, functions=functions)


@pytest.mark.parametrize("place", ["initializer", "attribute", "subgraph", "function"])
def test_onnx_files_with_values_in_other_files_are_refused(
    verifier: Verifier, bundle: Path, place: str
) -> None:
    (bundle / "model.onnx").write_bytes(external(place).SerializeToString())
    (bundle / "w.bin").write_bytes(b"1234")
    write_contract(bundle, tiny_contract())
    with pytest.raises(verifier.BundleError, match="has weights in another file"):
        verifier.verify(bundle)


def npz(arrays: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in arrays.items():
            archive.writestr(name, content)
    return file.getvalue()


def npy(shape: tuple[int, ...], dtype: str = "<f4", data: bytes = b"", version: int = 1) -> bytes:
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}}}".encode()
    return (
        b"\x93NUMPY"
        + bytes([version, 0])
        + len(header).to_bytes(2 if version == 1 else 4, "little")
        + header
        + data
    )


GOLDEN = {
    "announced too large": npz({"image.npy": npy((1 << 40, 4, 6, 3))}),
    "too many": npz({"image.npy": npy((65, 4, 6, 3), data=bytes(65 * 288))}),
    "none": npz({"image.npy": npy((0, 4, 6, 3))}),
    "another shape": npz({"image.npy": npy((2, 6, 4, 3), data=bytes(576))}),
    "cut": npz({"image.npy": npy((2, 4, 6, 3), data=bytes(100))}),
    "a bomb": npz({"image.npy": npy((2, 4, 6, 3), data=bytes(1 << 24))}),
    "objects": npz({"image.npy": npy((2, 4, 6, 3), "|O", b"\x80\x04N.")}),
    "another type": npz({"image.npy": npy((2, 4, 6, 3), "<f8", bytes(1152))}),
    "a large header": npz({"image.npy": b"\x93NUMPY\x02\x00\xff\xff\xff\x7f"}),
    "a deep header": npz({"image.npy": npy((), f"{'(' * 5000}")}),
    "others": npz({"image.npy": npy((2, 4, 6, 3), data=bytes(576)), "more.npy": b""}),
    "climbing": npz({"../image.npy": npy((2, 4, 6, 3))}),
    "no archive": b"PK",
    "empty": b"",
}


@pytest.mark.parametrize("content", GOLDEN.values(), ids=GOLDEN)
def test_golden_files_are_held_to_the_contract_before_they_are_read(
    verifier: Verifier, bundle: Path, content: bytes
) -> None:
    (bundle / "golden" / "inputs.npz").write_bytes(content)
    write_contract(bundle, tiny_contract())
    with pytest.raises(verifier.BundleError, match=r"^golden/(inputs\.npz|holds)") as error:
        verifier.verify(bundle)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 600


def test_examples_are_as_many_as_the_contract_says(verifier: Verifier, bundle: Path) -> None:
    write_contract(bundle, tiny_contract(golden=[{}, {}, {}]))
    with pytest.raises(verifier.BundleError, match="different numbers"):
        verifier.verify(bundle)


@pytest.mark.parametrize("kind", ["RecursionError", "MemoryError", "KeyError", "OSError", "BundleError"])
def test_status_1_means_that_a_bundle_differs(
    verifier: Verifier,
    bundle: Path,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    error = verifier.BundleError("x") if kind == "BundleError" else getattr(builtins, kind)("x")
    verifier.replace(monkeypatch, "read_golden", lambda *_: (_ for _ in ()).throw(error))
    assert verifier.command([str(bundle)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.undo()
    np.savez(bundle / "golden" / "outputs.npz", translated=np.zeros((2, 4, 6, 3), np.float32))
    write_contract(bundle, tiny_contract())
    assert verifier.command([str(bundle)]) == 1


def test_nothing_beside_the_script_is_imported(bundle: Path, tmp_path: Path) -> None:
    (bundle / "verify.py").write_text(assembled())
    write_contract(bundle, tiny_contract())
    (bundle / "json.py").write_text("open('hostile_out', 'w')")
    (bundle / "numpy.py").write_text("open('hostile_out', 'w')")
    command = [sys.executable, bundle / "verify.py", bundle]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: json.py is not in the list")
    assert not (tmp_path / "hostile_out").exists()


def test_without_numpy_the_script_says_so(script: Verifier) -> None:
    code = "import sys, runpy; sys.modules['numpy'] = None; runpy.run_path(sys.argv[1], None, '__main__')"
    command = [sys.executable, "-c", code, script.modules[0].__file__]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["-m", "export", "verify"], []])
def test_a_reader_that_leaves_is_not_an_error(script: Verifier, bundle: Path, command: list[str]) -> None:
    command = command or [script.modules[0].__file__]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, *command, str(bundle)], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == b""
