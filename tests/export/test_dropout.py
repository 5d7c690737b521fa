"""``--dropout on``: both files redraw it at each call, and what they draw is what training draws."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from export import bundle as bundle_module
from export.__main__ import main
from export.bundle import Extras, write_bundle
from export.contract import from_inference
from export.variants.files import parse_variants
from export.verify import verify
from export.verify.files import sha256
from zoo.attributes import Attribute
from zoo.backend import tf
from zoo.engine.signature import Signature
from zoo.errors import UserError
from zoo.inference.loading import load
from zoo.inference.reference_checkpoint import load_checkpoint
from zoo.inference.run_checkpoint import Inference, make_signature
from zoo.layers import Dropout, FreshDropout
from zoo.models.cyclegan.model import CycleGANConfig
from zoo.models.pix2pix.model import Pix2PixConfig
from zoo.models.registry import model_info
from zoo.models.stargan.model import StarGANConfig

CONFIG = Pix2PixConfig(size=(64, 64), generator_width=4, dropout=0.5)
LONG = (Attribute("long", ("no", "yes")),)
PICTURES = np.random.default_rng(5).integers(0, 256, (2, 64, 64, 3), np.uint8)


def signature(dropout: bool, config: Pix2PixConfig = CONFIG, statistics: str = "moving") -> Signature:
    result = make_signature(model_info("pix2pix"), config, "translate", statistics, dropout=dropout)
    random = np.random.default_rng(0)
    for weight in result.networks["generator"].trainable_weights:
        weight.assign_add(random.normal(0, 0.1, weight.shape))
    return result


def inference(result: Signature) -> Inference:
    return Inference(result, "pix2pix", "pix2pix_product2model", {}, dropout=True)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("run") / "bundle"
    with pytest.MonkeyPatch.context() as patch:
        # Spares a process; ``test_bundle`` has the real one.
        patch.setattr(
            bundle_module, "verify_as_receiver", lambda part: verify(part, saved_model=True, seed=0)
        )
        write_bundle(from_inference(inference(signature(True))), directory, {"": PICTURES})
    return directory


@pytest.fixture
def bundle(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "copy"))


def test_contract_and_card_say_what_it_does(exported: Path) -> None:
    contract = json.loads((exported / "contract.json").read_text("utf-8"))
    behaviour = contract["inference"]
    assert behaviour["dropout"]
    assert behaviour["batch_independent"]
    assert not behaviour["deterministic"]
    assert contract["tolerance"] == {"standard_errors": 7}
    for artifact in contract["artifacts"].values():
        assert 0 < artifact["measured"]["standard_errors"] <= 7
    card = (exported / "card.md").read_text("utf-8")
    for text in ("Dropout is on: drawn again at each call", "| 7 standard errors |", "mean of 32 runs"):
        assert text in card
    assert load(exported).info.description.endswith("dropout on")


def onnx_runs(file: Path | bytes, count: int) -> np.ndarray:
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    image = np.repeat(PICTURES[:1].astype(np.float32) / 127.5 - 1, 2, axis=0)
    return np.concatenate([session.run(None, {"image": image})[0] for _ in range(count)])


@pytest.mark.thorough
def test_each_loaded_saved_model_redraws(exported: Path) -> None:
    """Whatever seed a program sets: a state kept in the file would draw the same in every process."""
    image, results = tf.constant(PICTURES[:1], tf.float32) / 127.5 - 1, []
    for _ in range(2):
        tf.random.set_seed(0)
        loaded = tf.saved_model.load(str(exported / "saved_model"))
        results.append(loaded.signatures["serving_default"](image=image)["translated"].numpy())
    assert np.abs(results[0] - results[1]).mean() > 0.001


def changed(rate: float, share: float) -> Callable[[onnx.ModelProto], None]:
    """Other numbers in place of the rate below which a draw drops, and of what the rest is divided by."""

    def change(model: onnx.ModelProto) -> None:
        for node in model.graph.node:
            value = {"GreaterOrEqual": rate, "Div": share}.get(node.op_type)
            if value is not None and "dropout" in node.name:
                node.input[1] = f"{node.name}/changed"
                tensor = onnx.numpy_helper.from_array(np.array(value, np.float32), node.input[1])
                model.graph.initializer.append(tensor)

    return change


def one_draw_for_all(model: onnx.ModelProto) -> None:
    """Each example of a batch, and each call, gets the same."""
    for node in model.graph.node:
        if node.op_type == "RandomUniformLike":
            node.op_type = "Sin"


FAULTS = {
    "lost": changed(0, 1),
    "not scaled": changed(0.5, 1),
    "another rate": changed(0.3, 0.7),
    "not random": one_draw_for_all,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_graph_that_draws_otherwise_is_caught(bundle: Path, fault: str) -> None:
    model = onnx.load(bundle / "model.onnx")
    FAULTS[fault](model)
    onnx.save(model, bundle / "model.onnx")
    contract = json.loads((bundle / "contract.json").read_text("utf-8"))
    contract["sha256"]["model.onnx"] = sha256(bundle / "model.onnx")
    (bundle / "contract.json").write_text(json.dumps(contract))
    failed = {
        check["case"] for check in verify(bundle, saved_model=False, seed=0)["checks"] if not check["pass"]
    }
    assert "golden inputs, batch 3" in failed
    assert ("rows and calls redrawn" in failed) == (fault in ("lost", "not random"))


def test_with_nothing_dropped_the_graph_is_the_generator_without_dropout(exported: Path) -> None:
    """Statistics would not see a weight that is a little off: here the numbers are the same."""
    model = onnx.load(exported / "model.onnx")
    changed(0, 1)(model)
    expected = signature(False).call(image=PICTURES[:1].astype(np.float32) / 127.5 - 1)
    np.testing.assert_allclose(onnx_runs(model.SerializeToString(), 1)[:1], expected, rtol=0, atol=1e-4)


def test_in_use_it_drops_and_scales_as_in_training() -> None:
    ones = tf.ones((2, 100, 100, 4))
    for dropped in (FreshDropout(0.3)(ones), Dropout(0.3)(ones, training=True)):
        kept = dropped.numpy() > 0
        np.testing.assert_allclose(dropped.numpy()[kept], 1 / 0.7, rtol=1e-6)
        assert abs(kept.mean() - 0.7) < 0.01
        assert np.mean(kept[0] == kept[1]) < 0.6  # 0.58 by chance


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("model", "config"),
    [
        ("pix2pix", Pix2PixConfig(size=(64, 64), generator_width=4, dropout=0.0)),
        ("pix2pix", Pix2PixConfig(size=(32, 32), generator_width=4)),  # too shallow for any
        ("cyclegan", CycleGANConfig(size=(32, 32), generator_width=4, blocks=1)),
        ("stargan", StarGANConfig(size=(32, 32), attributes=LONG, generator_width=4, blocks=1, repeat_num=2)),
    ],
)
def test_refused_where_training_had_none(model: str, config: object) -> None:
    entry = model_info(model)
    with pytest.raises(UserError, match=r"`dropout`: .* without dropout; leave the option out"):
        make_signature(entry, config, entry.signatures[0], dropout=True)


@pytest.mark.thorough
def test_a_resnet_draws_in_its_blocks_at_any_size(tmp_path: Path) -> None:
    from export.onnx.conversion import network_graph, write_onnx

    config = CycleGANConfig(size=(32, 32), generator_width=4, blocks=2, dropout=0.5)
    result = make_signature(model_info("cyclegan"), config, "BtoA", dropout=True)
    source = from_inference(Inference(result, "cyclegan", "", {}, dropout=True))
    nodes = write_onnx(source, network_graph(source), tmp_path / "model.onnx")
    assert (nodes["RandomUniformLike"], nodes["Transpose"], nodes["InstanceNormalization"]) == (2, 2, 9)
    first, second, *_ = onnx_runs(tmp_path / "model.onnx", 1)
    assert first.shape == (64, 64, 3)
    assert np.abs(first - second).max() > 1e-4


def test_options_that_exclude_it(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    source = from_inference(inference(signature(True)))
    with pytest.raises(UserError, match=r"`variants`: .* or set `dropout` to off"):
        write_bundle(source, tmp_path / "b", extras=Extras(variants=parse_variants("float16")))
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "saved_model.pb").touch()
    assert main([str(tmp_path / "model"), "--output", str(tmp_path / "b"), "--dropout", "on"]) == 2
    assert "--dropout: applies to a run, a state dict or a Keras file, and " in capsys.readouterr().err


@pytest.mark.thorough
@pytest.mark.golden
def test_reference_checkpoints(golden: Path) -> None:
    """A U-Net's file does not tell whether it had dropout; a ResNet's does."""
    read = load_checkpoint(golden / "pix2pix_net_G.pth", dropout=True)
    layers = [each for each in read.signature.networks["generator"].layers if isinstance(each, FreshDropout)]
    assert (read.dropout, [layer.rate for layer in layers]) == (True, [0.5] * 3)
    with pytest.raises(UserError, match="trained without dropout"):
        load_checkpoint(golden / "cyclegan_resnet9_net_G.pth", dropout=True)
