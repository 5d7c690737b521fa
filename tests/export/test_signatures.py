"""A bundle of any signature says by name what goes in, and computes what the trained networks do."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image
from stand_in import SIGNATURES, SIZE, StandInConfig, stand_in_run, stand_in_signature

from export import bundle as bundle_module
from export.__main__ import main
from export.bundle import write_bundle
from export.contract import Exportable, describe, from_inference
from export.golden import golden_inputs
from export.ports import input_port
from export.verify import verify
from export.verify.examples import random_inputs
from zoo.attributes import Attribute
from zoo.engine.signature import Amount, Choice, Noise, Picture, Signature
from zoo.errors import UserError
from zoo.inference.run_checkpoint import Inference
from zoo.models.stargan.model import StarGANConfig
from zoo.models.stargan.signature import stargan_signature

PICTURES = np.random.default_rng(2).integers(0, 256, (3, *SIZE, 3), np.uint8)


def exportable(name: str, config: StandInConfig | None = None) -> Exportable:
    signature = stand_in_signature(config or StandInConfig(), name)
    return from_inference(Inference(signature, "stand_in", "stand_in_recipe", {"run": "r", "step": 3}))


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares a process a bundle; ``test_bundle`` has the real one."""
    monkeypatch.setattr(bundle_module, "verify_as_receiver", lambda part: verify(part, saved_model=True))


@pytest.fixture
def written(tmp_path: Path, in_this_process: None) -> Callable[..., tuple[Path, dict]]:
    def write(name: str, config: StandInConfig | None = None) -> tuple[Path, dict]:
        source = exportable(name, config)
        write_bundle(source, tmp_path / name, {"": PICTURES} if source.pictures else None)
        return tmp_path / name, json.loads((tmp_path / name / "contract.json").read_text("utf-8"))

    return write


SIDES = ("height", "width")
STYLE_SIDES = ("style_image_height", "style_image_width")
EXPECTED = {
    "change": ({"image": [*SIDES, 3], "sleeve_length": [2], "fit": [3]}, "translated", "input output"),
    "restyle": ({"image": [*SIDES, 3], "style": [2]}, "translated", "input output"),
    "restyle-like": (
        {"image": [*SIDES, 3], "style_image": [*STYLE_SIDES, 3]}, "translated", "input style_image output",
    ),
    "slide": ({"image": [*SIDES, 3], "sleeves": [1]}, "translated", "input output"),
    "draw": ({"style": [2], "category": [3]}, "drawn", "output"),
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_ports_golden_files_and_card(written: Callable, name: str) -> None:
    """Names and their order in every file; images of what goes in and out; a snippet that runs."""
    bundle, contract = written(name)
    inputs, output, kinds = EXPECTED[name]
    assert {port["name"]: port["shape"][1:] for port in contract["inputs"]} == inputs
    assert contract["outputs"][0]["name"] == output
    assert contract["usage"] == {"name": name, "meaning": f"{name}: a picture"}
    assert [each["name"] for each in contract["conditions"]] == [
        name for name in inputs if name in ("sleeve_length", "fit", "sleeves", "category")
    ]
    graph = onnx.load(bundle / "model.onnx").graph
    assert [value.name for value in graph.input] == list(inputs)
    assert verify(bundle, saved_model=False)["verdict"] == "pass"

    count = len(PICTURES) if "image" in inputs else 4
    pngs = {path.name for path in (bundle / "golden").glob("*.png")}
    assert pngs == {f"{kind}_{i}.png" for kind in kinds.split() for i in range(count)}
    card = (bundle / "card.md").read_text("utf-8")
    assert set(re.findall(r"\]\(golden/([^)]*png)\)", card)) == pngs
    assert ("ranslates image" in card, "Generates images" in card) == ("image" in inputs, name == "draw")
    (snippet,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    subprocess.run([sys.executable, "-I", "-c", snippet], cwd=bundle, check=True)
    results = np.asarray(Image.open(bundle / f"{output}.png")).astype(int)
    assert results.shape == (*SIZE, 3)
    if "style" not in inputs:
        assert np.abs(results - np.asarray(Image.open(bundle / "golden" / "output_0.png"))).max() <= 1


def test_conditions_are_named(written: Callable) -> None:
    bundle, contract = written("change")
    first, second = contract["conditions"]
    assert (first["name"], first["kind"], first["values"]) == ("sleeve_length", "choice", ["short", "long"])
    assert (first["input"], first["optional"]) == ("sleeve_length", True)
    assert "all zeros leave it unchanged" in first["write"]
    assert second["values"] == ["loose", "normal", "tight"]
    card = (bundle / "card.md").read_text("utf-8")
    for setting in contract["golden"]:
        ((name, value),) = [(name, value) for name, value in setting.items() if value is not None]
        assert f"| {name}: {value} |" in card


def test_amounts_and_noise_are_reported(written: Callable) -> None:
    _, contract = written("slide")
    (amount,) = contract["conditions"]
    assert (amount["kind"], amount["low"], amount["high"]) == ("amount", "short", "long")
    assert "beyond them it exaggerates" in amount["write"]
    assert [setting["sleeves"] for setting in contract["golden"]] == [0, 0.5, 1]
    noise = exportable("draw").inputs[0].describe(is_input=True)
    assert (noise["layout"], noise["distribution"], noise["range"]) == ("NC", "normal", None)


def test_any_label_can_be_an_input(written: Callable) -> None:
    """TensorFlow's signatures take few names; users continue with their own."""
    odd = (Attribute("5_o_Clock Größe", ("no", "yes")), Attribute("class", ("a|b", 'c"d', "e")))
    bundle, contract = written("change", StandInConfig(attributes=odd))
    assert [port["name"] for port in contract["inputs"]] == ["image", "input_5_o_clock_grosse", "input_class"]
    assert [each["name"] for each in contract["conditions"]] == ["5_o_Clock Größe", "class"]
    (snippet,) = re.findall(r"```python\n(.*?)```", (bundle / "card.md").read_text("utf-8"), re.DOTALL)
    assert '"input_class": choice("class")' in snippet
    subprocess.run([sys.executable, "-I", "-c", snippet], cwd=bundle, check=True)


@pytest.mark.parametrize("optional", [True, False])
def test_a_choice_may_be_left_out_only_where_it_says_so(optional: bool) -> None:
    choice = Choice("fit", ("loose", "tight"), "the fit to give it", optional)
    described = input_port(choice, "fit", ()).describe(is_input=True)
    assert described["optional"] is optional
    assert ("without a value it stays unchanged" in described["meaning"]) is optional
    attributes = (Attribute("fit", ("loose", "tight")),)
    _, own = stargan_signature(StarGANConfig(attributes=attributes, size=(64, 64), repeat_num=2)).inputs
    assert own.meaning == "the fit to give it"


def test_labels_that_would_be_one_name_get_two() -> None:
    inputs = (
        Picture("image", 3, ""),
        *(Amount(name, "no", "yes", "") for name in ("Fit", "fit", "translated")),
    )
    signature = Signature(
        "u", "", {}, inputs, lambda image, **amounts: image + amounts["fit"][:, None, None], SIZE, 4
    )
    source = from_inference(Inference(signature, "", "", {}))
    assert [port.name for port in source.inputs] == ["image", "fit", "fit_2", "translated_2"]
    ones = {
        port.name: np.ones((1, *(side or 8 for side in port.free_shape[1:])), np.float32)
        for port in source.inputs
    }
    assert source.call(**{**ones, "fit": 7 * ones["fit"]})["translated"].numpy().max() == 2


def test_golden_examples_differ_and_pictures_are_rolled() -> None:
    """The condition of each example is another; its inputs are what it says."""
    inputs, settings = golden_inputs(exportable("restyle-like"), {"": PICTURES})
    np.testing.assert_array_equal(inputs["style_image"], np.roll(inputs["image"], 1, axis=0))
    two = (Picture("image", 3, "", "A"), Picture("style_image", 1, "", "B"))
    grey = Signature("u", "", {}, two, lambda image, style_image: image + style_image, SIZE, 4)
    inputs, _ = golden_inputs(
        from_inference(Inference(grey, "", "", {})), {"A": PICTURES, "B": PICTURES[:2, ..., :1]}
    )
    np.testing.assert_array_equal(inputs["style_image"], inputs["image"][..., :1])
    assert inputs["style_image"].shape == (2, *SIZE, 1)
    inputs, settings = golden_inputs(exportable("draw"))
    assert [setting["category"] for setting in settings] == ["pants", "dresses", "tops", "pants"]
    np.testing.assert_array_equal(inputs["category"], np.eye(3, dtype=np.float32)[[0, 1, 2, 0]])
    assert len(np.unique(inputs["style"], axis=0)) == 4
    many = tuple(Choice(f"c{i}", ("no", "yes"), "", optional=i % 2 == 0) for i in range(5))
    signature = Signature("u", "", {}, (Noise("z", 1, ""), *many), lambda z, **_: z[:, None, None], SIZE, 4)
    _, settings = golden_inputs(from_inference(Inference(signature, "", "", {})))
    assert len({tuple(setting.values()) for setting in settings}) == 4
    for setting in settings:
        assert sum(setting[f"c{i}"] is not None for i in (0, 2, 4)) == 1
        assert setting["c1"] in ("no", "yes")


def test_golden_outputs_are_the_networks_own(written: Callable) -> None:
    """With the conditions at the right inputs: another order would give other images."""
    bundle, _ = written("change")
    with np.load(bundle / "golden/inputs.npz") as inputs, np.load(bundle / "golden/outputs.npz") as outputs:
        call = stand_in_signature(StandInConfig(), "change").call
        results = call(**{name: inputs[name] for name in ("fit", "sleeve_length", "image")})
        np.testing.assert_allclose(results, outputs["translated"], atol=1e-5)


def testrandom_inputs_are_of_their_kind() -> None:
    def contract(name: str) -> dict:
        return describe(exportable(name), None)

    drawn = random_inputs(contract("draw"), 300, np.random.default_rng(0))
    assert abs(drawn["style"].std() - 1) < 0.1
    assert np.abs(drawn["style"]).max() > 2
    assert {tuple(row) for row in drawn["category"]} == {tuple(row) for row in np.eye(3)}
    changed = random_inputs(contract("change"), 3, np.random.default_rng(0))
    assert {tuple(row) for row in changed["sleeve_length"]} == {(0, 0), (0, 1), (1, 0)}
    slid = random_inputs(contract("slide"), 300, np.random.default_rng(0))["sleeves"]
    assert 0 <= slid.min() < 0.1
    assert 0.9 < slid.max() <= 1


def test_a_run_is_exported_in_each_signature_to_its_own_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_this_process: None, capsys: pytest.CaptureFixture
) -> None:
    run, _ = stand_in_run(tmp_path / "run", monkeypatch)
    np.save(run.samples / "inputs-B.npy", PICTURES[..., :1])  # of a domain that this signature does not take
    assert main([str(run.path), "--usage", "draw"]) == 0
    assert main([str(run.path), "--usage", "change"]) == 0
    output = capsys.readouterr()
    assert f"written: {run.path / 'bundle-draw'}" in output.out
    assert output.err.startswith("warning: --usage is called --signature now")
    for name, signature in (("bundle", "change"), ("bundle-draw", "draw")):
        contract = json.loads((run.path / name / "contract.json").read_text("utf-8"))
        assert contract["usage"]["name"] == signature
        assert contract["provenance"]["step"] == 12
    assert main([str(run.path), "--signature", "BtoA"]) == 2
    assert "a stand_in is used as change, restyle, restyle-like, slide, draw" in capsys.readouterr().err
    assert not (run.path / "bundle-BtoA").exists()


def test_bundles_of_the_first_format_are_read(bundle: Path) -> None:
    contract = json.loads((bundle / "contract.json").read_text("utf-8"))
    contract["format_version"] = 1
    for port in (*contract["inputs"], *contract["outputs"]):
        del port["kind"]
    for key in ("usage", "golden"):
        del contract[key]
    (bundle / "contract.json").write_text(json.dumps(contract), "utf-8")
    assert verify(bundle, saved_model=False)["verdict"] == "pass"


def test_sample_pictures_of_another_size_are_a_fault() -> None:
    with pytest.raises(ValueError, match="expected"):
        golden_inputs(exportable("change"), {"": PICTURES[:, :4]})
    with pytest.raises(UserError, match="not a folder"):
        write_bundle(exportable("change"), Path(__file__))
