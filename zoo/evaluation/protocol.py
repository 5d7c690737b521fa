"""What every protocol offers: how a model that does one kind of task is sampled and measured."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from zoo.evaluation.evaluation_file import Evaluation, write_evaluation
from zoo.evaluation.sample_grid import SampleGrid
from zoo.evaluation.unmeasured import NONE, Unmeasured
from zoo.listener import SILENT, Listener

if TYPE_CHECKING:
    from zoo.engine.signature import Signature
    from zoo.runs.run_directory import RunDirectory

Signatures = Mapping[str, "Signature"]
"""A model's signatures, by name."""


class Protocol(ABC):
    """How models that do one kind of task are sampled and measured.

    Attributes:
        name: as metrics name it in ``Metric.protocols``.
        counted: what it measures, such as "held-out images".
        inputs: images that the samples are generated from, which a bundle is verified with too: uint8
            (N, H, W, C) by ``Picture.domain``.
        unmeasured: metrics that the data does not allow.
        listener: receives what is measured.
    """

    name: ClassVar[str]
    counted: ClassVar[str] = "held-out images"

    def __init__(self, listener: Listener = SILENT) -> None:
        self.listener = listener
        self.inputs: Mapping[str, np.ndarray] = {}
        self.unmeasured: Unmeasured = NONE

    def prepare(self, run: "RunDirectory") -> None:  # noqa: B027 (many need nothing)
        """Get ready what ``measure`` needs, and keep it in the run; called once, before training."""

    @abstractmethod
    def samples(self, signatures: Signatures) -> SampleGrid:
        """The same few examples as the model translates or draws them now."""

    @abstractmethod
    def measure(self, signatures: Signatures) -> dict[str, float]:
        """Metrics by name, at each checkpoint; after ``prepare``."""

    @abstractmethod
    def evaluation(self, signatures: Signatures) -> Evaluation:
        """All that is measured of a trained model, beside what it is compared with; after ``prepare``."""

    def evaluate(self, run: "RunDirectory", step: int, signatures: Signatures) -> dict[str, Any]:
        """Measure a trained model; write ``evaluation.json`` and ``samples/evaluation.png`` into ``run``.

        Args:
            run: after ``prepare``.
            step: training steps that the model has done.
            signatures: the model's.

        Returns:
            The content of ``evaluation.json``.
        """
        self.listener.say(f"measuring on the {self.counted}")
        evaluation = self.evaluation(signatures)
        return write_evaluation(run, step, evaluation, self.unmeasured, self.listener)
