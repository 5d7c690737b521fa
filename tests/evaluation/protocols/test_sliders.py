"""Protects the measuring of sliders on images whose answers are known."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from zoo.attributes import Attribute
from zoo.data.images import save_png
from zoo.data.sets.image_set import ImageSet
from zoo.evaluation.protocols import sliders
from zoo.evaluation.protocols.sliders import SlidersProtocol

SHADE = Attribute("shade", ("dark", "light"))


class Evaluator:
    """Recognises the shade by the mean level."""

    def probabilities(self, images: np.ndarray) -> dict[str, np.ndarray]:
        light = images.mean(axis=(1, 2, 3)) / 255
        return {"shade": np.stack([1 - light, light], axis=1)}


@pytest.fixture
def protocol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SlidersProtocol:
    levels = {"dark.png": 0, "light.png": 255}
    for name, level in levels.items():
        save_png(np.full((32, 32, 3), level, np.uint8), tmp_path / name)
    labels = np.array([[0], [1]], np.int32)
    images = ImageSet("folder", tmp_path, list(levels), labels, (SHADE,), "drawn for a test")
    monkeypatch.setattr(sliders, "trained_evaluator", lambda *_: Evaluator())
    protocol = SlidersProtocol(images, images, (32, 32))
    protocol.prepare(SimpleNamespace(path=tmp_path))
    return protocol


def test_a_slider_that_rises_and_an_image_that_keeps(protocol: SlidersProtocol) -> None:
    """L1 is in [-1, 1], as everywhere: 8-bit levels would give a hundred times as much."""

    def slide(image: np.ndarray, shade: np.ndarray) -> np.ndarray:
        return np.zeros_like(image) + 1.6 * shade[:, None, None] - 0.8

    metrics = protocol.measure({"slide": SimpleNamespace(call=slide)})
    assert metrics == pytest.approx({"monotone_share": 1.0, "accuracy shade": 1.0, "l1": 0.2}, abs=0.01)
