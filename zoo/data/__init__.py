"""Data sets: reading, recognising, choosing, checking and splitting them, and feeding them to training.

Names are imported on first use. Only the sources that feed training (``pair_source``, ``image_source``
and ``domain_source``) need TensorFlow.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Catalogue": "zoo.data.catalogue.reading",
    "Domains": "zoo.data.selection.domains",
    "ImageSet": "zoo.data.sets.image_set",
    "PairSet": "zoo.data.sets.pair_set",
    "PreparedDomains": "zoo.data.preparation.domains",
    "PreparedImages": "zoo.data.preparation.images",
    "PreparedPairs": "zoo.data.preparation.pairs",
    "Rejection": "zoo.data.sets.rejections",
    "UnreadableImage": "zoo.data.images",
    "choose_model_shots": "zoo.data.model_shots.choice",
    "domain_source": "zoo.data.preparation.feeding",
    "find_domains": "zoo.data.selection.domains",
    "find_images": "zoo.data.selection.images",
    "find_pairs": "zoo.data.selection.pairs",
    "image_source": "zoo.data.preparation.feeding",
    "pair_source": "zoo.data.preparation.feeding",
    "prepare_domains": "zoo.data.preparation.domains",
    "prepare_images": "zoo.data.preparation.images",
    "prepare_pairs": "zoo.data.preparation.pairs",
    "read_catalogue": "zoo.data.catalogue.reading",
    "read_image": "zoo.data.images",
    "select_model_shots": "zoo.data.model_shots.writing",
    "write_sample_catalogue": "zoo.data.sample_catalogue.writer",
}

__all__ = sorted(_HOME)  # noqa: PLE0605 - names made on first use


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.data' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
