"""The one list of metrics: each says which direction is better, and how it is written."""

import math

import pytest

from zoo.evaluation.metrics import METRICS, comparable, metric


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_has_a_direction(name: str) -> None:
    each = METRICS[name]
    assert each.detail.endswith(f"{each.better} is better")
    good, bad = (0.1, 0.9) if each.better == "less" else (0.9, 0.1)
    assert each.improves(good, bad)
    assert not each.improves(bad, good)
    assert not each.improves(good, good)  # of equals the first stays
    assert each.improves(bad, None)
    assert not each.improves(math.nan, None)
    assert not each.improves(-math.inf if each.better == "less" else math.inf, bad)
    assert any(name in comparable(protocol) for protocol in each.protocols)


def test_accuracies_of_attributes_have_a_direction_and_unknown_names_have_none() -> None:
    assert metric("accuracy sleeve_length").improves(0.9, 0.5)
    with pytest.raises(ValueError, match="beauty: no direction"):
        metric("beauty").improves(1.0, None)


def test_values_are_written_as_readers_expect() -> None:
    assert (metric("psnr").heading, metric("psnr").short, metric("psnr").format(12.934)) == (
        "PSNR, dB",
        "PSNR",
        "12.93",
    )
    target = metric("target_accuracy")
    assert (target.short, target.format(0.8125), target.format_target(0.8)) == (
        "target accuracy",
        "81.2%",
        "80%",
    )
