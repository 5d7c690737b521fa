"""Measuring models: metrics, protocols, the attribute evaluator, baselines.

    from zoo.evaluation import compare_pairs, silhouette_iou
    compare_pairs(generated, real)  # {"l1": …, "psnr": …, "ssim": …}

Names are loaded on first use, so that what needs no TensorFlow is imported without it.
"""

from importlib import import_module
from typing import Any

_MODULES = {
    "METRICS": "metrics.registry",
    "Metric": "metrics.metric",
    "metric": "metrics.registry",
    "l1": "metrics.l1",
    "psnr": "metrics.psnr",
    "ssim": "metrics.ssim",
    "silhouettes": "metrics.silhouettes",
    "silhouette_iou": "metrics.silhouettes",
    "pairwise_distance": "metrics.diversity",
    "diversity": "metrics.diversity",
    "share_monotone": "metrics.sliders",
    "categories_drawn": "metrics.categories",
    "PairMetrics": "pair_metrics",
    "compare_pairs": "pair_metrics",
    "AttributeClassifier": "attribute_classifier",
    "train_classifier": "attribute_classifier",
    "trained_evaluator": "attribute_evaluator",
    "recognised_share": "attribute_evaluator",
    "Baselines": "baselines",
    "Evaluation": "evaluation_file",
    "write_evaluation": "evaluation_file",
    "SampleGrid": "sample_grid",
    "Protocol": "protocol",
    "PairsProtocol": "protocols.pairs",
    "DomainsProtocol": "protocols.domains",
    "StylesProtocol": "protocols.styles",
    "AttributesProtocol": "protocols.attributes",
    "SlidersProtocol": "protocols.sliders",
    "DrawnProtocol": "protocols.drawn",
    "CategoriesProtocol": "protocols.categories",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
