"""The metrics that models are measured by: one line each.

A new metric is a file beside this one and a line in ``METRICS``. The protocols that it names measure it,
recipes offer it for choosing the best checkpoint, and evaluations and reports show it under its title.
"""

from collections.abc import Iterable

from zoo.evaluation.metrics.accuracies import (
    ATTRIBUTE_PREFIX,
    CATEGORY_ACCURACY,
    KEPT_ACCURACY,
    TARGET_ACCURACY,
    attribute_accuracy,
)
from zoo.evaluation.metrics.categories import CATEGORIES_DRAWN
from zoo.evaluation.metrics.diversity import DIVERSITY
from zoo.evaluation.metrics.l1 import L1
from zoo.evaluation.metrics.metric import Metric
from zoo.evaluation.metrics.psnr import PSNR
from zoo.evaluation.metrics.silhouettes import SILHOUETTE_IOU
from zoo.evaluation.metrics.sliders import MONOTONE_SHARE
from zoo.evaluation.metrics.ssim import SSIM

METRICS = {
    "l1": L1,
    "psnr": PSNR,
    "ssim": SSIM,
    "target_accuracy": TARGET_ACCURACY,
    "kept_accuracy": KEPT_ACCURACY,
    "silhouette_iou": SILHOUETTE_IOU,
    "diversity": DIVERSITY,
    "monotone_share": MONOTONE_SHARE,
    "category_accuracy": CATEGORY_ACCURACY,
    "categories_drawn": CATEGORIES_DRAWN,
}
"""By name in ``evaluation.json``, ``held_out.csv`` and recipes; reports show them in this order."""

NOT_METRICS = ("n", "size", "step", "seconds")
"""What else those files hold beside metrics."""


def metric(name: str) -> Metric:
    """The metric of that name; one that the registry lacks has only a title.

    "accuracy sleeve_length" is the accuracy of one attribute: a share, more is better.
    """
    if name in METRICS:
        return METRICS[name]
    if name.startswith(ATTRIBUTE_PREFIX):
        return attribute_accuracy(name.removeprefix(ATTRIBUTE_PREFIX))
    return Metric(name.replace("_", " "))


def measured_by(protocol: str) -> dict[str, Metric]:
    """The metrics that a protocol measures, by name."""
    return {name: each for name, each in METRICS.items() if protocol in each.protocols}


def comparable(protocol: str) -> tuple[str, ...]:
    """Names of the metrics of a protocol that can choose the best checkpoint: one direction is better."""
    return tuple(name for name, each in measured_by(protocol).items() if each.better is not None)


def in_order(names: Iterable[str]) -> list[str]:
    """Known metrics in the order of ``METRICS``, then the others as they come."""
    known = list(METRICS)
    return sorted(names, key=lambda name: known.index(name) if name in METRICS else len(known))
