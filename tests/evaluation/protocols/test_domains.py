"""Protects the measuring of two domains on images whose answers are known."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from zoo.attributes import Attribute
from zoo.data.images import save_png
from zoo.data.sets.image_set import ImageSet
from zoo.evaluation.protocols import domains
from zoo.evaluation.protocols.domains import DomainsProtocol

COLOURS = Attribute("color", ("dark", "medium", "light"))


class Evaluator:
    """Recognises the colour by the mean level."""

    def probabilities(self, images: np.ndarray) -> dict[str, np.ndarray]:
        return {"color": np.eye(3)[(images.mean(axis=(1, 2, 3)) // 86).astype(int)]}


def images(folder: Path, name: str, level: int) -> ImageSet:
    """Three images of one level."""
    names = [f"{name}-{i}.png" for i in range(3)]
    for file in names:
        save_png(np.full((32, 32, 3), level, np.uint8), folder / file)
    labels = np.full((3, 1), COLOURS.values.index(name), np.int32)
    return ImageSet("folder", folder, names, labels, (COLOURS,), "made for a test")


@pytest.fixture
def protocol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DomainsProtocol:
    """From light to dark, by an evaluator that knows a third value."""
    light, dark = images(tmp_path, "light", 250), images(tmp_path, "dark", 10)
    monkeypatch.setattr(domains, "trained_evaluator", lambda *_: Evaluator())
    protocol = DomainsProtocol((light, dark), light, ("light", "dark"), (32, 32))
    protocol.prepare(SimpleNamespace(path=tmp_path))
    return protocol


def test_each_direction_counts_its_own_target(protocol: DomainsProtocol) -> None:
    """A to B arrives, B to A ends between the two."""
    signatures = {
        "AtoB": SimpleNamespace(call=lambda image: -image),
        "BtoA": SimpleNamespace(call=lambda image: 0 * image),
    }
    metrics = protocol.measure(signatures)
    assert metrics == {
        "target_accuracy": 0.5,
        "silhouette_iou": 1.0,
        "accuracy light to dark": 1.0,
        "accuracy dark to light": 0.0,
    }


def test_references_are_what_they_say(protocol: DomainsProtocol) -> None:
    """Real images are recognised as themselves, unchanged ones never as the other domain."""
    same = SimpleNamespace(call=lambda image: image)
    evaluation = protocol.evaluation({"AtoB": same, "BtoA": same})
    assert evaluation.metrics["real images"] == {"target_accuracy": 1.0}
    assert evaluation.metrics["unchanged input"] == {"target_accuracy": 0.0, "silhouette_iou": 1.0}
    assert evaluation.metrics["model"]["target_accuracy"] == 0.0
    assert evaluation.n == 6
