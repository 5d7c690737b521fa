"""Metrics that this data does not allow: reported before training, and again in the evaluation."""

from collections.abc import Mapping
from types import MappingProxyType

from zoo.errors import UserError
from zoo.evaluation.metrics import metric

Unmeasured = Mapping[str, str]
"""A metric's name → why it is not measured, as words after "because"."""

NONE: Unmeasured = MappingProxyType({})


def sentences(unmeasured: Unmeasured) -> list[str]:
    """What is not measured and why, a sentence a metric."""
    titles = {name: metric(name).title for name in unmeasured}
    return [
        f"{title[:1].upper()}{title[1:]} is not measured, because {unmeasured[name]}."
        for name, title in titles.items()
    ]


def check_best(best: str | None, unmeasured: Unmeasured) -> None:
    """Raise ``UserError`` if the best checkpoint is to be chosen by a metric that is not measured."""
    if best in unmeasured:
        raise UserError(
            f"`best` {best}: not measured on this data, because {unmeasured[best]}; choose another metric, "
            "or leave `best` out"
        )
