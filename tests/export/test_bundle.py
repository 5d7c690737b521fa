"""A bundle appears whole and proved or not at all, and says everything a stranger needs."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import onnx
import pytest
from PIL import Image
from small_generator import SIZE, small_inference

from export import bundle as bundle_module
from export.bundle import check_target, write_bundle
from export.contract import from_inference
from export.verify import verify
from zoo.errors import UserError
from zoo.io.schemas import schema
from zoo.listener import Listener

ROOT = Path(__file__).parents[2]


def running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_holds_what_the_design_lists(made_bundle: Path) -> None:
    names = {path.name for path in made_bundle.iterdir()}
    assert names == {
        *("saved_model", "model.onnx", "contract.json", "card.md"),
        *("golden", "verify.py", "verification.json", "contract.schema.json"),
    }
    assert leftovers(made_bundle.parent) == []
    golden = {path.name for path in (made_bundle / "golden").iterdir()}
    pictures = {f"{kind}_{i}.png" for kind in ("input", "output") for i in range(3)}
    arrays = {f"{kind}{size}.npz" for kind in ("inputs", "outputs") for size in ("", "_176x256", "_201x333")}
    assert golden == {*arrays, *pictures}


def test_contract_is_complete(made_bundle: Path) -> None:
    contract = json.loads((made_bundle / "contract.json").read_text(encoding="utf-8"))
    assert contract["format_version"] == 3
    assert (contract["model"], contract["recipe"]) == ("pix2pix", "pix2pix_product2model")
    for (port,), name in ((contract["inputs"], "image"), (contract["outputs"], "translated")):
        assert port["name"] == name
        assert port["shape"] == ["batch", "height", "width", 3]
        assert (port["dtype"], port["layout"], port["channel_order"]) == ("float32", "NHWC", "RGB")
        assert port["range"] == [-1.0, 1.0]
    size = contract["size"]
    assert ((size["height"], size["width"]), size["multiple"], size["fixed"]) == (SIZE, 4, False)
    assert "padded by reflection" in size["other_sizes"]
    assert contract["conditions"] == []
    assert contract["inference"]["statistics"] == "image"
    assert contract["inference"]["dropout"] is False
    assert contract["artifacts"]["onnx"]["opset"] == 18
    for artifact in contract["artifacts"].values():
        assert artifact["tolerance"] == {"max_abs": 1e-4, "levels": 1}
        assert 0 <= artifact["measured"]["max_abs"] <= 1e-4
    files = {path.relative_to(made_bundle).as_posix() for path in made_bundle.rglob("*") if path.is_file()}
    assert set(contract["sha256"]) == files - {"contract.json", "verification.json"}
    assert contract["provenance"]["data_fingerprint"] == "a1b2"
    assert contract["licence"]["weights"] == "CC0-1.0"


def test_the_schema_beside_the_contract_is_what_it_says(made_bundle: Path) -> None:
    contract = json.loads((made_bundle / "contract.json").read_text(encoding="utf-8"))
    rules = json.loads((made_bundle / contract["$schema"]).read_text(encoding="utf-8"))
    assert rules["$id"].endswith(f":{contract['format_version']}")
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.validate(contract, rules)
    assert rules == schema("contract")


def test_a_name_that_tensorflow_cannot_write_to_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not UTF-8"):
        check_target(tmp_path / os.fsdecode(b"b\xff"))


def test_golden_outputs_are_the_keras_generators(made_bundle: Path) -> None:
    generator = small_inference().signature.networks["generator"]
    with (
        np.load(made_bundle / "golden" / "inputs.npz") as inputs,
        np.load(made_bundle / "golden" / "outputs.npz") as outputs,
    ):
        image, translated = inputs["image"], outputs["translated"]
    assert image.dtype == translated.dtype == np.float32
    np.testing.assert_allclose(generator(image, training=False), translated, atol=1e-5)
    assert translated.std() > 0.05, "a flat output would prove nothing"
    picture = np.asarray(Image.open(made_bundle / "golden" / "input_1.png"))
    np.testing.assert_array_equal(np.rint((image[1] + 1) * 127.5), picture)


def test_onnx_graph(made_bundle: Path) -> None:
    """NHWC at the border costs two Transposes; each normalisation is one node; labels are in the file."""
    model = onnx.load(made_bundle / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    kinds = [node.op_type for node in model.graph.node]
    assert kinds.count("Transpose") <= 2
    assert kinds.count("InstanceNormalization") == 2
    assert not {"ReduceMean", "Sqrt", "Reshape"} & set(kinds)
    border = {"Shape": 1, "Range": 2, "Gather": 4, "Slice": 1, "Mul": 2}  # all that images of any size need
    assert {kind: kinds.count(kind) for kind in border} == border
    for value in (*model.graph.input, *model.graph.output):
        dims = value.type.tensor_type.shape.dim
        assert [dim.dim_param for dim in dims[:3]] == ["batch", "height", "width"]
        assert dims[3].dim_value == 3
        assert "NHWC" in value.doc_string
    properties = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(properties["inputs"])[0]["range"] == [-1.0, 1.0]
    assert {(entry.domain, entry.version) for entry in model.opset_import if entry.domain == ""} == {("", 18)}


def test_cards_snippet_runs(bundle: Path) -> None:
    card = (bundle / "card.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    subprocess.run([sys.executable, "-I", "-c", snippet], cwd=bundle, check=True)
    results = np.asarray(Image.open(bundle / "translated.png")).astype(int)
    assert np.abs(results - np.asarray(Image.open(bundle / "golden" / "output_0.png"))).max() <= 1
    for picture in re.findall(r"\]\(([^)]*png)\)", card):
        assert (bundle / picture).is_file()
    metrics = (
        "200 held-out pairs",
        "| | model | real images | target |",
        "| l1 | 0.2612 | 0 | 0.1 or more |",
        "| kept share | 1 |  |  |",
        "One thing. Another.",
    )
    for text in (*metrics, "| 0.0001, 1 level |", "CC0-1.0", "a1b2", "54413955"):
        assert text in card


@pytest.mark.thorough
def test_grey_to_colour_and_no_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_module, "verify_as_receiver", lambda part: verify(part, saved_model=True))
    write_bundle(from_inference(small_inference(channels=(1, 3))), tmp_path / "b")
    contract = json.loads((tmp_path / "b" / "contract.json").read_text(encoding="utf-8"))
    assert contract["inputs"][0]["channel_order"] == "grey"
    (snippet,) = re.findall(
        r"```python\n(.*?)```", (tmp_path / "b" / "card.md").read_text(encoding="utf-8"), re.DOTALL
    )
    subprocess.run([sys.executable, "-I", "-c", snippet], cwd=tmp_path / "b", check=True)


@pytest.mark.thorough
def test_failed_verification_leaves_nothing_or_what_was_there(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A converter that loses a hundredth of a weight is noticed, and the older bundle stays."""
    from export.onnx import conversion as onnx_model

    convert = onnx_model._convert

    def wrong(source):
        model = convert(source)
        for tensor in model.graph.initializer:
            if len(tensor.dims) == 4:
                values = onnx.numpy_helper.to_array(tensor) * 1.01
                tensor.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float32), tensor.name))
        return model

    monkeypatch.setattr(onnx_model, "_convert", wrong)
    before = (bundle / "contract.json").read_bytes()
    for target in (bundle, tmp_path / "new"):
        with pytest.raises(
            UserError, match=r"failed its verification.*onnx, golden inputs, batch 1: differs by"
        ):
            write_bundle(from_inference(small_inference()), target)
    assert not (tmp_path / "new").exists()
    assert (bundle / "contract.json").read_bytes() == before
    assert leftovers(tmp_path) == []


def test_crash_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(bundle_module, "verify_as_receiver", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bundle(from_inference(small_inference()), tmp_path / "deep" / "b")
    assert list((tmp_path / "deep").iterdir()) == []


def test_the_verifying_process_ends_with_the_export(tmp_path: Path) -> None:
    part = tmp_path / "bundle"
    part.mkdir()
    program = "import os, time; print(os.getpid(), file=open('pid', 'w'), flush=True); time.sleep(99)"
    (part / "verify.py").write_text(program)
    code = "import sys; from pathlib import Path; from export.proving import verify_as_receiver as verify; "
    parent = subprocess.Popen([sys.executable, "-c", f"{code} verify(Path(sys.argv[1]))", part], cwd=ROOT)

    def wait_for(what: Callable[[], bool]) -> None:
        for _ in range(300):
            if what():
                return
            time.sleep(0.1)
        pytest.fail("it did not happen")

    pid = part / "pid"
    wait_for(lambda: pid.is_file() and pid.read_text().endswith("\n"))
    child = int(pid.read_text())
    parent.kill()
    parent.wait()
    wait_for(lambda: not running(child))


@pytest.mark.thorough
def test_sigterm_leaves_nothing(tmp_path: Path) -> None:
    """While the verifying process runs, which is the longest part of an export."""
    code = """
import os, sys
from pathlib import Path
from export import bundle
def build(source, part, *_):
    program = "import os, signal, time; os.kill(os.getppid(), signal.SIGTERM); time.sleep(99)"
    (part / "verify.py").write_text(program)
    bundle.verify_as_receiver(part)
bundle._build = build
class Source:
    dropout = False
bundle.write_bundle(Source(), Path(sys.argv[1]))
"""
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "b"], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == 143
    assert list(tmp_path.iterdir()) == []


@pytest.mark.thorough
def test_a_listener_that_leaves_is_not_a_full_disk(tmp_path: Path) -> None:
    class Gone(Listener):
        def say(self, lines: object) -> None:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        write_bundle(from_inference(small_inference()), tmp_path / "b", listener=Gone())
    assert list(tmp_path.iterdir()) == []


def test_replaces_a_bundle_but_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_module, "_build", lambda *a: (a[1] / "contract.json").write_text("new"))
    old = tmp_path / "old"
    old.mkdir()
    (old / "contract.json").write_text("old")
    (old / "more").write_text("")
    source = from_inference(small_inference())
    write_bundle(source, old)
    assert [path.name for path in old.iterdir()] == ["contract.json"]
    assert (old / "contract.json").read_text() == "new"
    (tmp_path / "usual").mkdir()
    assert old.stat().st_mode == (tmp_path / "usual").stat().st_mode

    other = tmp_path / "photos"
    other.mkdir()
    (other / "holiday.jpg").write_text("")
    with pytest.raises(UserError, match="holds other files and is not a bundle"):
        write_bundle(source, other)
    with pytest.raises(UserError, match="not a folder"):
        write_bundle(source, other / "holiday.jpg")
    assert leftovers(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else False, reason="root may write anywhere")
def test_unwritable_place_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="cannot be written"):
        write_bundle(from_inference(small_inference()), tmp_path / "b")
    tmp_path.chmod(0o700)
