"""Measuring models: metrics, protocols, the attribute evaluator, baselines.

    from zoo.evaluation import compare_pairs, silhouette_iou
    compare_pairs(generated, real)  # {"l1": …, "psnr": …, "ssim": …}

Names are loaded on first use, so that what needs no TensorFlow is imported without it.
"""

from importlib import import_module
from typing import Any

_MODULES = {
    "METRICS": "zoo.evaluation.metrics.registry",
    "Metric": "zoo.evaluation.metrics.metric",
    "metric": "zoo.evaluation.metrics.registry",
    "l1": "zoo.evaluation.metrics.l1",
    "psnr": "zoo.evaluation.metrics.psnr",
    "ssim": "zoo.evaluation.metrics.ssim",
    "silhouettes": "zoo.evaluation.metrics.silhouettes",
    "silhouette_iou": "zoo.evaluation.metrics.silhouettes",
    "pairwise_distance": "zoo.evaluation.metrics.diversity",
    "diversity": "zoo.evaluation.metrics.diversity",
    "share_monotone": "zoo.evaluation.metrics.sliders",
    "categories_drawn": "zoo.evaluation.metrics.categories",
    "PairMetrics": "zoo.evaluation.pair_metrics",
    "compare_pairs": "zoo.evaluation.pair_metrics",
    "AttributeClassifier": "zoo.evaluation.attribute_classifier",
    "train_classifier": "zoo.evaluation.attribute_classifier",
    "trained_evaluator": "zoo.evaluation.attribute_evaluator",
    "recognised_share": "zoo.evaluation.attribute_evaluator",
    "Baselines": "zoo.evaluation.baselines",
    "Evaluation": "zoo.evaluation.evaluation_file",
    "write_evaluation": "zoo.evaluation.evaluation_file",
    "SampleGrid": "zoo.evaluation.sample_grid",
    "Protocol": "zoo.evaluation.protocol",
    "PairsProtocol": "zoo.evaluation.protocols.pairs",
    "DomainsProtocol": "zoo.evaluation.protocols.domains",
    "StylesProtocol": "zoo.evaluation.protocols.styles",
    "AttributesProtocol": "zoo.evaluation.protocols.attributes",
    "SlidersProtocol": "zoo.evaluation.protocols.sliders",
    "DrawnProtocol": "zoo.evaluation.protocols.drawn",
    "CategoriesProtocol": "zoo.evaluation.protocols.categories",
}

__all__ = [
    "METRICS",
    "AttributeClassifier",
    "AttributesProtocol",
    "Baselines",
    "CategoriesProtocol",
    "DomainsProtocol",
    "DrawnProtocol",
    "Evaluation",
    "Metric",
    "PairMetrics",
    "PairsProtocol",
    "Protocol",
    "SampleGrid",
    "SlidersProtocol",
    "StylesProtocol",
    "categories_drawn",
    "compare_pairs",
    "diversity",
    "l1",
    "metric",
    "pairwise_distance",
    "psnr",
    "recognised_share",
    "share_monotone",
    "silhouette_iou",
    "silhouettes",
    "ssim",
    "train_classifier",
    "trained_evaluator",
    "write_evaluation",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
