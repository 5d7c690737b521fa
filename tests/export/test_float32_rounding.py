"""A bundle's tolerance is never less than the network's own rounding, nor much more."""

from dataclasses import replace

import numpy as np
import pytest
from small_generator import small_inference

from export import bundle
from export.contract import Exportable, describe, from_inference
from export.float32_rounding import MARGIN, MOST, is_suspect, own_rounding, tolerance
from export.golden import golden_inputs
from export.tolerances import TOLERANCE
from zoo.backend import keras, tf


@pytest.fixture(scope="module")
def small() -> Exportable:
    return from_inference(small_inference())


def with_network(small: Exportable, make: object) -> tuple[Exportable, dict[str, np.ndarray]]:
    """An exportable that makes ``make(image)`` of an image of 32 pixels a side, and inputs for it."""
    source = replace(small, network=lambda image: {"translated": make(image)}, size=(32, 32))
    return source, golden_inputs(source)[0]


def steep(factor: float) -> object:
    """A network that makes much of the last digits of a product, which float32 rounds."""
    return lambda image: tf.sin(image * (factor + 0.1))


@pytest.mark.parametrize(("factor", "allowed"), [(1.0, 1e-4), (4096.0, 3.5e-4), (65536.0, MOST)])
def test_follows_the_rounding(factor: float, allowed: float, small: Exportable) -> None:
    source, inputs = with_network(small, steep(factor))
    rounding = own_rounding(source, inputs)
    assert 0.1 < rounding / (factor * 2.0**-24) < 2
    actual, reason = tolerance(source, inputs)
    assert actual == {**TOLERANCE, "max_abs": pytest.approx(allowed, rel=0.5 * (factor == 4096))}
    assert bool(reason) == (MARGIN * rounding > 1e-4)


def test_keras_batch_normalisation_is_computed_in_float64(small: Exportable) -> None:
    layer = keras.layers.BatchNormalization(moving_variance_initializer=keras.initializers.Constant(2.0))
    source, inputs = with_network(small, lambda image: layer(image, training=False))
    assert own_rounding(replace(source, variables=layer.variables), inputs) < 1e-6


def test_the_usual_where_float64_cannot_be_had(small: Exportable) -> None:
    """Resizing between pixels gives float32 in TensorFlow, whatever it is given."""
    source, inputs = with_network(small, lambda image: tf.image.resize(image, (32, 32)) + 4096.0 - 4096.0)
    assert own_rounding(source, inputs) is None
    assert tolerance(source, inputs) == (TOLERANCE, "")


def report(max_abs: float | None) -> dict:
    return {"checks": [{"artifact": "onnx", "max_abs": max_abs}, {"artifact": "int8", "max_abs": 0.5}]}


def test_is_measured_where_files_differ(small: Exportable, tmp_path: object) -> None:
    assert not is_suspect(report(1e-5))
    assert not is_suspect(report(None))
    assert is_suspect(report(5e-5))
    source, inputs = with_network(small, steep(4096.0))
    contract = describe(source, None)
    contract["artifacts"] = {"onnx": {"path": "model.onnx"}}
    (tmp_path / "golden").mkdir()
    np.savez(tmp_path / "golden" / "inputs.npz", **inputs)
    assert not bundle._allow_own_rounding(source, contract, report(1e-5), tmp_path)
    assert contract["tolerance"] == TOLERANCE
    assert bundle._allow_own_rounding(source, contract, report(2e-4), tmp_path)
    assert contract["artifacts"]["onnx"]["tolerance"]["max_abs"] == pytest.approx(3.5e-4, rel=0.5)
    assert "off its float64" in contract["provenance"]["tolerance"]
