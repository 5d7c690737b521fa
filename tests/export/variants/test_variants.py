"""Variants are other forms of one network: their ports are as described, their errors measured."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from small_generator import SIZE, small_inference

from export import bundle as bundle_module
from export import float32_rounding, tolerances
from export.__main__ import main
from export.bundle import Extras, write_bundle
from export.contract import Exportable, from_inference
from export.variants import int8, registry
from export.variants.files import parse_variants
from export.variants.variant import Variant
from export.verify import verify
from export.verify.report import allowed
from zoo.errors import UserError

PICTURES = {"": np.random.default_rng(5).integers(0, 256, (3, *SIZE, 3), np.uint8)}
ALL = "float16,int8,uint8-io,nchw,int8+uint8-io+nchw"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares a process a bundle; ``test_bundle`` has the real one."""
    monkeypatch.setattr(bundle_module, "verify_as_receiver", stand_in)


def stand_in(part: Path) -> dict:
    report = verify(part, saved_model=True)
    (part / "verification.json").write_text(json.dumps(report), "utf-8")
    return report


def written(tmp_path: Path, names: str, force: bool = False) -> tuple[Path, dict]:
    extras = Extras(variants=parse_variants(names), force=force)
    write_bundle(from_inference(small_inference()), tmp_path / "b", PICTURES, extras)
    return tmp_path / "b", json.loads((tmp_path / "b/contract.json").read_text("utf-8"))


def test_each_is_what_it_says(tmp_path: Path) -> None:
    bundle, contract = written(tmp_path, ALL)
    assert list(contract["variants"]) == ALL.split(",")
    assert verify(bundle, saved_model=False)["verdict"] == "pass"
    graphs = {name: onnx.load(bundle / f"variants/{name}.onnx").graph for name in contract["variants"]}
    kinds = {name: [node.op_type for node in graph.node] for name, graph in graphs.items()}
    assert {t.data_type for t in graphs["float16"].initializer if len(t.dims) == 4} == {
        onnx.TensorProto.FLOAT16
    }
    counted = [kinds["int8"].count(kind) for kind in ("QLinearConv", "Conv", "ConvTranspose")]
    assert counted == [3, 1, 0]  # the last stays in float
    assert kinds["int8"].count("DequantizeLinear") > 0
    assert kinds["nchw"].count("Transpose") == 0
    assert kinds["uint8-io"].count("Transpose") == 2
    levels = np.random.default_rng(0).integers(0, 256, (2, 41, 50, 3), np.uint8)
    plain = onnxruntime.InferenceSession(bundle / "model.onnx", providers=["CPUExecutionProvider"])
    (expected,) = plain.run(None, {"image": levels.astype(np.float32) / 127.5 - 1})
    expected = np.rint((expected + 1) * 127.5)
    for name in ("uint8-io", "int8+uint8-io+nchw"):
        turned = levels.transpose(0, 3, 1, 2) if name.endswith("nchw") else levels
        session = onnxruntime.InferenceSession(
            bundle / contract["variants"][name]["path"], providers=["CPUExecutionProvider"]
        )
        (results,) = session.run(None, {"image": turned})
        assert (results.dtype, results.shape) == (np.uint8, turned.shape)
        results = results.transpose(0, 2, 3, 1) if name.endswith("nchw") else results
        assert np.abs(results - expected).max() <= (1 if name == "uint8-io" else 40)
        (port,) = contract["variants"][name]["inputs"]
        assert (port["dtype"], port["range"], port["from_8_bit"]) == ("uint8", [0, 255], "as it is")


def test_errors_are_measured_and_in_the_card(tmp_path: Path) -> None:
    bundle, contract = written(tmp_path, "float16,int8")
    for variant, least in (("float16", 60), ("int8", 30)):
        measured = contract["variants"][variant]["measured"]
        assert least < measured["psnr"] < 120
        assert measured["max_abs"] > 1e-5
        assert f"`variants/{variant}.onnx` | {measured['max_abs']:.1e}" in (bundle / "card.md").read_text(
            "utf-8"
        )


def test_a_new_variant_is_one_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """With which it is exported, verified and described, alone or joined."""

    def in_steps(model: onnx.ModelProto, source: Exportable, examples: object) -> tuple:
        for tensor in model.graph.initializer:
            values = onnx.numpy_helper.to_array(tensor)
            if values.ndim == 4:
                coarse = np.round(values * 512) / np.float32(512)
                tensor.CopyFrom(onnx.numpy_helper.from_array(coarse, tensor.name))
        return model, source

    steps = Variant("steps", "weights in steps of 1/512", {"levels": 8}, in_steps)
    monkeypatch.setattr(registry, "VARIANTS", (steps, *registry.VARIANTS))
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "steps     weights in steps of 1/512" in capsys.readouterr().out
    bundle, contract = written(tmp_path, "steps,steps+nchw")
    for name in ("steps", "steps+nchw"):
        assert 1e-4 < contract["variants"][name]["measured"]["max_abs"] < 8 / 127.5
        assert contract["variants"][name]["tolerance"] == {"levels": 8}
    assert "| 8 levels | weights in steps of 1/512 |" in (bundle / "card.md").read_text("utf-8")
    assert {"steps", "steps+nchw"} <= {check["artifact"] for check in verify(bundle)["checks"]}


def test_the_page_on_export_describes_each_variant() -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "export.md").read_text("utf-8")
    rows = [f"| `{v.name}` | {v.meaning} | {allowed(dict(v.tolerance))} |" for v in registry.VARIANTS]
    assert "\n".join(rows) in page, "put these rows into the table:\n" + "\n".join(rows)


def test_worse_than_its_tolerance_is_refused_unless_forced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = replace(int8.VARIANT, tolerance={"psnr": 99.0})
    monkeypatch.setattr(registry, "VARIANTS", (strict,))
    with pytest.raises(UserError, match=r"`variants` int8: golden inputs.*at least 99 dB.*`force`"):
        written(tmp_path, "int8")
    assert not (tmp_path / "b").exists()
    bundle, contract = written(tmp_path, "int8", force=True)
    assert contract["variants"]["int8"]["worse_than"] == {"psnr": 99.0}
    assert verify(bundle, saved_model=False)["verdict"] == "pass"


def test_an_altered_variant_is_caught(tmp_path: Path) -> None:
    bundle, _ = written(tmp_path, "nchw")
    path = bundle / "variants/nchw.onnx"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    faults = [
        (c["artifact"], c["case"]) for c in verify(bundle, saved_model=False)["checks"] if not c["pass"]
    ]
    assert ("nchw", "sha256") in faults


def test_variants_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert [each.name for each in parse_variants("nhwc, uint8-io+int8,int8+uint8-io")] == ["int8+uint8-io"]
    for text, says in (
        ("int4", "'int4' is unknown; choose from float16, int8, uint8-io, nchw"),
        ("float16+int8", "float16 and int8 exclude each other"),
    ):
        assert main([str(tmp_path), "--variants", text]) == 2
        assert says in capsys.readouterr().err
    with pytest.raises(UserError, match="`variants` int8: it is calibrated on images"):
        write_bundle(
            from_inference(small_inference()), tmp_path / "b", None, Extras(variants=parse_variants("int8"))
        )
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"`pictures` .*empty: it holds no image"):
        write_bundle(
            from_inference(small_inference()), tmp_path / "b", None, Extras(pictures=tmp_path / "empty")
        )
    assert not (tmp_path / "b").exists()


def test_networks_that_runtimes_round_otherwise_can_be_forced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one with random weights, on images with flat areas."""
    monkeypatch.setattr(float32_rounding, "is_suspect", lambda report: False)
    monkeypatch.setattr(tolerances, "TOLERANCE", {"max_abs": 1e-12, "levels": 1})
    with pytest.raises(UserError, match=r"golden inputs.*`force` keeps it, and the contract states"):
        written(tmp_path, "")
    bundle, contract = written(tmp_path, "", force=True)
    assert contract["artifacts"]["onnx"]["worse_than"] == {"max_abs": 1e-12, "levels": 1}
    assert "psnr" in contract["artifacts"]["onnx"]["tolerance"]
    assert verify(bundle, saved_model=False)["verdict"] == "pass"
