"""Protects the metrics that every comparison of models rests on, against numbers computed independently."""

import math

import numpy as np
import pytest

from zoo.evaluation.metrics.l1 import l1
from zoo.evaluation.metrics.psnr import psnr
from zoo.evaluation.metrics.ssim import ssim
from zoo.evaluation.pair_metrics import PairMetrics, compare_pairs


def pair(n=2, size=24, channels=3, seed=0):
    random = np.random.default_rng(seed)
    shape = (n, size, size, channels)
    real = random.uniform(-1, 1, shape).astype(np.float32)
    return (0.6 * real + 0.4 * random.uniform(-1, 1, shape)).astype(np.float32), real


def plain_ssim(a, b):
    """SSIM of one channel by its definition (Wang et al. 2004), window by window."""
    offsets = np.arange(11) - 5
    bell = np.exp(-(offsets**2) / (2 * 1.5**2))
    window = np.outer(bell, bell) / bell.sum() ** 2
    c1, c2 = 0.01**2, 0.03**2
    values = []
    for y in range(a.shape[0] - 10):
        for x in range(a.shape[1] - 10):
            p, q = a[y : y + 11, x : x + 11], b[y : y + 11, x : x + 11]
            mp, mq = (window * p).sum(), (window * q).sum()
            vp, vq = (window * p * p).sum() - mp**2, (window * q * q).sum() - mq**2
            cov = (window * p * q).sum() - mp * mq
            values.append((2 * mp * mq + c1) * (2 * cov + c2) / ((mp**2 + mq**2 + c1) * (vp + vq + c2)))
    return np.mean(values)


def test_l1_and_psnr_of_a_known_difference():
    """The range is 2, not 1 or 255: a difference of 0.2 everywhere is L1 0.2 and exactly 20 dB."""
    a = np.zeros((1, 12, 12, 3), np.float32)
    b = np.concatenate([a + 0.2, a + 2.0])
    assert l1(np.concatenate([a, a]), b) == pytest.approx([0.2, 2.0])
    assert psnr(np.concatenate([a, a]), b) == pytest.approx([20.0, 0.0], abs=1e-5)


def test_psnr_averages_decibels_per_image():
    """The mean of decibels (the field's habit) is not the decibels of the mean error."""
    a = np.zeros((2, 12, 12, 3), np.float32)
    b = a + np.array([0.2, 0.02], np.float32)[:, None, None, None]
    assert compare_pairs(a, b)["psnr"] == pytest.approx(30.0, abs=1e-4)  # (20 + 40) / 2


def test_ssim_is_the_definition():
    """Window, σ, constants and the mapping to [0, 1] are those that the docstring states."""
    a, b = pair()
    expected = [
        np.mean([plain_ssim(*((x[i, ..., c].astype(np.float64) + 1) / 2 for x in (a, b))) for c in range(3)])
        for i in range(2)
    ]
    assert ssim(a, b) == pytest.approx(expected, abs=1e-4)


def test_equal_images_are_perfect_and_finite_in_means():
    """A duplicate across the splits must not turn a mean into infinity (and the file into no JSON)."""
    _, real = pair()
    assert psnr(real, real).tolist() == [math.inf, math.inf]
    means = compare_pairs(real, real)
    assert (means["l1"], means["psnr"], means["ssim"]) == (0.0, 100.0, pytest.approx(1.0))


def test_batches_give_what_the_whole_gives():
    """Streaming a split whose last batch is short changes no mean; the definitions are recorded."""
    a, b = pair(n=5)
    whole, metrics = compare_pairs(a, b), PairMetrics()
    for part in (slice(0, 2), slice(2, 4), slice(4, 5)):
        metrics.update(a[part], b[part])
    result = metrics.result()
    for name in ("l1", "psnr", "ssim"):
        assert result[name] == pytest.approx(whole[name], rel=1e-6)
    assert (metrics.n, metrics.size) == (5, (24, 24))
    assert all(word in metrics.definitions for word in ("[-1, 1]", "range 2", "11 × 11", "σ 1.5"))


def test_grey_images_and_tensors():
    """One channel and eager tensors are measured like three channels and arrays."""
    from zoo.backend import tf

    a, b = pair(channels=1)
    assert ssim(tf.constant(a), tf.constant(b)) == pytest.approx(
        ssim(a.repeat(3, -1), b.repeat(3, -1)), abs=1e-5
    )


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (np.zeros((1, 12, 12, 3)), np.zeros((1, 12, 13, 3)), "one shape"),
        (np.zeros((12, 12, 3)), np.zeros((12, 12, 3)), "NHWC"),
        (np.zeros((1, 8, 12, 3)), np.zeros((1, 8, 12, 3)), "11 pixels"),
    ],
)
def test_shapes_that_cannot_be_compared_are_refused(a, b, words):
    """Broadcasting would return a number, and a wrong one."""
    with pytest.raises(ValueError, match=words):
        compare_pairs(a, b)


def test_nothing_compared_has_no_mean():
    """An empty split is an error, not a division by zero."""
    with pytest.raises(ValueError, match="no pair"):
        PairMetrics().result()
