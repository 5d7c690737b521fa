"""Accuracies by the attribute evaluator: what it recognises in generated images."""

from zoo.evaluation.metrics.metric import Metric

ATTRIBUTE_PREFIX = "accuracy "
"""Begins the name of the accuracy of one attribute, or of one direction between two domains."""

TARGET_ACCURACY = Metric(
    title="Target accuracy",
    explanation="images in which the target value is recognised",
    better="more",
    digits=1,
    percent=True,
    protocols=("domains", "styles", "attributes"),
)
KEPT_ACCURACY = Metric(
    title="Kept accuracy",
    explanation="other attributes that are recognised as before",
    better="more",
    digits=1,
    percent=True,
    protocols=("attributes",),
)
CATEGORY_ACCURACY = Metric(
    title="Category accuracy",
    explanation="images in which the requested value is recognised",
    better="more",
    digits=1,
    percent=True,
    protocols=("categories",),
)


def attribute_accuracy(name: str) -> Metric:
    """The accuracy of the attribute, or direction, of that name."""
    return Metric(f"Accuracy: {name.replace('_', ' ')}", better="more", digits=1, percent=True)
