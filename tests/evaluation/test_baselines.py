"""Protects the baselines: a comparison with wrong ones is worthless."""

import numpy as np
import pytest

from zoo.errors import UserError
from zoo.evaluation import baselines
from zoo.evaluation.baselines import Baselines, thumbnails


def training(n=25, size=48, seed=1):
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (2, n, size, size, 3)).astype(np.float32)


def batches(sources, targets, size):
    for i in range(0, len(sources), size):
        yield sources[i : i + size], targets[i : i + size]


def test_mean_is_the_mean_of_targets_not_sources():
    """The last, shorter batch counts by its images and not as a batch."""
    sources, targets = training()
    baseline = Baselines.from_training(batches(sources, targets, 10), targets.__getitem__)
    assert len(baseline) == 25
    np.testing.assert_allclose(baseline.mean_image(), targets.mean(axis=0), atol=1e-6)


def test_thumbnails_are_area_averages():
    """64 pixels to 32: each value is the mean of a 2 × 2 square, in 8 bits."""
    sources, _ = training(n=3, size=64)
    means = sources.reshape(3, 32, 2, 32, 2, 3).mean(axis=(2, 4))
    expected = (means + 1) * 127.5
    assert np.abs(thumbnails(sources).reshape(3, 32, 32, 3) - expected).max() <= 0.501


@pytest.mark.parametrize(("chunk", "in_memory"), [(1, 1 << 20), (7, 1), (2048, 20_000)])
def test_nearest_is_the_brute_force_result(chunk, in_memory, monkeypatch):
    """Chunks and a temporary file move no index; targets come by the index in the training order."""
    monkeypatch.setattr(baselines, "CHUNK", chunk)
    monkeypatch.setattr(baselines, "IN_MEMORY", in_memory)
    sources, targets = training()
    baseline = Baselines.from_training(batches(sources, targets, 4), targets.__getitem__)
    queries = (0.7 * sources[[19, 3, 24, 0]] + 0.3 * training(n=4, seed=2)[0]).astype(np.float32)
    small = thumbnails(sources).astype(float)
    expected = [int(np.square(small - one).sum(axis=1).argmin()) for one in thumbnails(queries).astype(float)]
    images, indices = baseline.nearest(queries)
    assert indices.tolist() == expected == [19, 3, 24, 0]
    np.testing.assert_array_equal(images, targets[expected])


def test_of_equal_products_the_first_is_taken(monkeypatch):
    """The metric must not depend on rounding or on the chunk in which a duplicate lies."""
    monkeypatch.setattr(baselines, "CHUNK", 4)
    sources, targets = training(n=10)
    sources[[2, 8]] = sources[5]
    baseline = Baselines.from_training(batches(sources, targets, 3), targets.__getitem__)
    assert baseline.nearest(sources[[5, 8]])[1].tolist() == [2, 2]


def test_training_set_is_read_once_and_not_kept(monkeypatch):
    """A stream suffices; what is kept of a pair is a thumbnail of 3 KiB, on disk from some number on."""
    monkeypatch.setattr(baselines, "IN_MEMORY", 6 * 32 * 32 * 3)
    for n, on_disk in ((6, False), (7, True)):
        sources, targets = training(n=n)
        baseline = Baselines.from_training(batches(sources, targets, 2), targets.__getitem__)
        assert baseline._products.tell() == n * 32 * 32 * 3
        assert baseline._products._rolled == on_disk


def test_an_empty_training_set_is_an_error():
    """One line says so instead of a division by zero."""
    with pytest.raises(UserError, match="no pair"):
        Baselines.from_training([], lambda i: None)
