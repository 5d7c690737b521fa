"""Any model of the table, in any of its signatures, is read from its run alone."""

from pathlib import Path

import numpy as np
import pytest
from stand_in import SIGNATURES, SIZE, StandInConfig, coder, stand_in_run

from zoo.backend import keras, tf
from zoo.errors import UserError
from zoo.inference.run_checkpoint import copy_weights, load_inference, take_weights
from zoo.runs.checkpoint_files import digest


def weights_of(network: keras.Model) -> list[np.ndarray]:
    return [weight.numpy() for weight in network.trainable_weights]


@pytest.mark.parametrize(("ema", "precision"), [(None, "float32"), (0.5, "float32"), (0.5, "float64")])
def test_each_network_of_a_signature_gets_its_own_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ema: float | None, precision: str
) -> None:
    """The average's where there is one, of a training in float64 too, of a network inside a network too."""
    run, model = stand_in_run(tmp_path / "run", monkeypatch, ema, precision)
    used = load_inference(run.path, "restyle")
    assert list(used.signature.networks) == ["coder", "styler"]
    for name, network in used.signature.networks.items():
        source = model.averages.get(name, getattr(model, name))
        assert network.count_params() == source.count_params()
        for own, trained in zip(weights_of(network), weights_of(source), strict=True):
            assert own.dtype == np.float32
            np.testing.assert_allclose(own, trained, rtol=1e-6)
    provenance = used.provenance
    assert provenance["weights"] == ("as trained" if ema is None else "moving average")
    assert provenance["checkpoint"] == digest(run.checkpoints / "step-00000012")
    assert provenance["parameters"] == model.coder.count_params() + model.styler.count_params()
    assert (used.model, used.recipe, provenance["step"]) == ("stand_in", "stand_in_recipe", 12)
    assert (used.size, used.size_multiple, used.statistics, used.dropout) == (
        SIZE,
        4,
        "image",
        False,
    )


def test_the_first_signature_is_the_usual_and_another_has_its_own_networks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, model = stand_in_run(tmp_path / "run", monkeypatch)
    used = load_inference(run.path)
    assert used.signature.name == SIGNATURES[0]
    assert used.provenance["parameters"] == model.coder.count_params()
    assert [load_inference(run.path, name).signature.name for name in SIGNATURES] == list(SIGNATURES)


def test_domains_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = stand_in_run(tmp_path / "run", monkeypatch)
    assert load_inference(run.path).signature.meaning == "change: a picture"
    run.update(data={"domains": {"a": {"name": "plain"}, "b": {"name": "stripes"}}})
    assert load_inference(run.path).signature.meaning == "change: a picture (A: plain, B: stripes)"


def test_what_it_cannot_do_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = stand_in_run(tmp_path / "run", monkeypatch)
    with pytest.raises(UserError, match="a stand_in is used as change, restyle, restyle-like, slide, draw"):
        load_inference(run.path, "translate")
    with pytest.raises(UserError, match="stand_in leaves no choice"):
        load_inference(run.path, statistics="moving")
    with pytest.raises(UserError, match="keeps no best checkpoint"):
        load_inference(run.path, checkpoint="best")
    run.update(configuration={"width": 3})
    with pytest.raises(UserError, match=r"config\.json: configuration: `width`: unknown; a StandInConfig"):
        load_inference(run.path)
    run.update(model="unheard_of")
    with pytest.raises(UserError, match=r"model 'unheard_of' is unknown; known: .*pix2pix.*stand_in"):
        load_inference(run.path)


def test_take_weights_takes_averages_where_there_are_any(tmp_path: Path, monkeypatch) -> None:
    run, model = stand_in_run(tmp_path / "run", monkeypatch, ema=0.5)
    signature = load_inference(run.path, "restyle").signature
    take_weights(signature, model.parts(), {"styler": model.averages["styler"]})
    for name, source in (("coder", model.coder), ("styler", model.averages["styler"])):
        for used, trained in zip(weights_of(signature.networks[name]), weights_of(source), strict=True):
            np.testing.assert_array_equal(used, trained)


def test_weights_that_share_a_name_are_not_copied_by_chance() -> None:
    class Twins(keras.layers.Layer):
        def build(self, input_shape: tf.TensorShape) -> None:
            self.both = [self.add_weight("same", (1,)) for _ in range(2)]

        def call(self, inputs: tf.Tensor) -> tf.Tensor:
            return inputs * self.both[0] * self.both[1]

    network = keras.Sequential([keras.Input((1,)), Twins(name="twins")])
    with pytest.raises(ValueError, match="share a name"):
        copy_weights(network, network)
    copy_weights(coder(StandInConfig()), coder(StandInConfig(seed=3)))
