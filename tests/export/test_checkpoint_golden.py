"""The references' own files become bundles that give the references' recorded outputs."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from export.__main__ import main
from zoo.errors import UserError
from zoo.inference.reference_checkpoint import load_checkpoint

pytestmark = pytest.mark.golden


def picture(images: np.ndarray) -> np.ndarray:
    return images.transpose(0, 2, 3, 1)


def one_hot(column: np.ndarray) -> np.ndarray:
    return np.stack([1 - column, column], axis=1)


def pix2pix(recorded: dict) -> tuple[dict, np.ndarray]:
    return {"image": picture(recorded["input_a"])}, recorded["generator_eval_mode"]


def cyclegan(recorded: dict) -> tuple[dict, np.ndarray]:
    return {"image": picture(recorded["input_a"])}, recorded["g_a_output"]


def resnet9(recorded: dict) -> tuple[dict, np.ndarray]:
    return {"image": picture(recorded["resnet9_input"])}, recorded["resnet9_output"]


def stargan(recorded: dict) -> tuple[dict, np.ndarray]:
    labels = recorded["labels"][recorded["permutations"][0]]
    names = ("black", "blond", "brown", "male", "young")
    conditions = {name: one_hot(labels[:, place]) for place, name in enumerate(names)}
    return {"image": picture(recorded["input"]), **conditions}, recorded["generator_output"]


def munit(recorded: dict) -> tuple[dict, np.ndarray]:
    inputs = {"image": picture(recorded["input_a"]), "style": recorded["a_to_b_style"]}
    return inputs, recorded["a_to_b"]


def fader(recorded: dict) -> tuple[dict, np.ndarray]:
    asked = recorded["attributes_flipped"]
    amounts = {f"attribute_{place + 1}": asked[:, 2 * place + 1 : 2 * place + 2] for place in (0, 1)}
    return {"image": picture(recorded["input"]), **amounts}, recorded["flipped_eval"]


FILES = {
    "pix2pix_net_G.pth": ("pix2pix", pix2pix, ["--statistics", "moving"]),
    "cyclegan_net_G_A.pth": ("cyclegan", cyclegan, ["--size", "128"]),
    "cyclegan_resnet9_net_G.pth": ("cyclegan", resnet9, ["--size", "96x160"]),
    "stargan_200000-G.pth": ("stargan", stargan, ["--attributes", "Black,Blond,Brown,Male,Young"]),
    "munit_gen.pth": ("munit", munit, ["--size", "128"]),
    "fader_ae.pth": ("fader", fader, ["--size", "64"]),
}


TWICE = ("cyclegan_resnet9_net_G.pth", "munit_gen.pth")  # what is tried on both stacks


@pytest.mark.sampled
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.once] * (name not in TWICE)) for name in FILES]
)
def test_bundles_give_the_recorded_outputs(name: str, golden: Path, tmp_path: Path) -> None:
    """The export itself proves that both artifacts give what the zoo's network gives."""
    model, recorded_in, options = FILES[name]
    assert main([str(golden / name), "--output", str(tmp_path / "bundle"), *options]) == 0
    assert json.loads((tmp_path / "bundle/contract.json").read_text())["model"] == model
    inputs, expected = recorded_in(dict(np.load(golden / f"{model}.npz")))
    session = onnxruntime.InferenceSession(tmp_path / "bundle/model.onnx")
    actual = session.run(None, {key: value.astype("float32") for key, value in inputs.items()})[0]
    np.testing.assert_allclose(actual, picture(expected), rtol=0, atol=1e-4)


@pytest.mark.thorough
@pytest.mark.once
def test_cyclegans_second_generator_gives_the_recorded_losses(golden: Path, tmp_path: Path) -> None:
    """Of G_B no image was recorded, but how far its own are from what they should be like."""
    options = ["--output", str(tmp_path / "bundle"), "--size", "128"]
    assert main([str(golden / "cyclegan_net_G_B.pth"), *options]) == 0
    session = onnxruntime.InferenceSession(tmp_path / "bundle/model.onnx")
    meta = json.loads((golden / "meta.json").read_text())["cyclegan"]
    recorded = np.load(golden / "cyclegan.npz")
    losses = dict(zip(meta["loss_columns"], recorded["losses"][0], strict=True))
    target = picture(recorded["input_a"])
    for given, loss in (("input_a", "identity: L1(G_B(a),a)"), ("g_a_output", "cycle_a")):
        (results,) = session.run(None, {"image": picture(recorded[given]).astype("float32")})
        assert np.abs(results - target).mean() == pytest.approx(losses[loss], rel=0, abs=1e-6)


@pytest.mark.once
@pytest.mark.slow
def test_a_file_whose_own_rounding_is_large_is_exported(case: Callable[[str], Path], tmp_path: Path) -> None:
    """PyTorch's float32 is 0.9e-4 from its own float64 there, and the files differed by 1.2e-4 and more."""
    folder = case("21_larger_0")
    assert main([str(folder / "latest_net_G.pth"), "--output", str(tmp_path / "bundle")]) == 0
    contract = json.loads((tmp_path / "bundle/contract.json").read_text())
    assert (
        1e-4 < contract["artifacts"]["onnx"]["measured"]["max_abs"] < contract["tolerance"]["max_abs"] < 1e-3
    )
    assert "off its float64" in contract["provenance"]["tolerance"]
    assert "off its float64" in (tmp_path / "bundle/card.md").read_text()
    session = onnxruntime.InferenceSession(tmp_path / "bundle/model.onnx")
    pair = np.load(folder / "pair.npz")
    (actual,) = session.run(None, {"image": picture(pair["x"])})
    np.testing.assert_allclose(actual, picture(pair["y"]), rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("pix2pix_net_G.pth", {"size": (128, 128)}, "multiple of 256"),
        ("pix2pix_net_G.pth", {"signature": "BtoA"}, "used as translate"),
        ("cyclegan_net_G_A.pth", {"model": "munit"}, "use `model` cyclegan or pix2pix"),
        ("stargan_200000-G.pth", {"statistics": "moving"}, "`statistics`"),
    ],
)
def test_options_that_a_file_does_not_allow(name: str, options: dict, message: str, golden: Path) -> None:
    with pytest.raises(UserError) as raised:
        load_checkpoint(golden / name, **options)
    assert name in str(raised.value)
    assert message in str(raised.value)
