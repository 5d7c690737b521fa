"""How many categories a generator draws."""

from typing import Any

import numpy as np

from zoo.evaluation.metrics.metric import Metric


def categories_drawn(probabilities: Any, least: int = 1) -> int:
    """How many categories occur among generated images: (N, K) → 0 to K.

    A collapsed generator, which draws skirts and nothing else, gives a small number.

    Args:
        probabilities: of the K categories, a row an image; the likeliest one counts.
        least: images that must show a category for it to count; more than 1 keeps a classifier's
            isolated mistakes from counting as variety.
    """
    likeliest = np.argmax(np.asarray(probabilities), axis=1)
    return int((np.bincount(likeliest, minlength=np.shape(probabilities)[1]) >= least).sum())


CATEGORIES_DRAWN = Metric(
    title="Categories drawn",
    explanation="few mean a collapse",
    better="more",
    digits=0,
    protocols=("drawn", "categories"),
)
