"""Sliders: does an attribute change steadily with its slider, and is an image otherwise preserved?"""

from typing import TYPE_CHECKING

import numpy as np

from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import as_float, to_float
from zoo.evaluation.attribute_evaluator import DEFINITION, trained_evaluator
from zoo.evaluation.evaluation_file import Evaluation
from zoo.evaluation.images import real_images, translate_images
from zoo.evaluation.metrics.l1 import l1
from zoo.evaluation.metrics.sliders import share_monotone
from zoo.evaluation.protocol import Protocol, SampleGrid, Signatures
from zoo.listener import SILENT, Listener

if TYPE_CHECKING:
    from zoo.data.sets.image_set import ImageSet
    from zoo.runs.run_directory import RunDirectory

SHOWN = 6  # images in the sample grids
SLIDER = (0.0, 0.25, 0.5, 0.75, 1.0)
TARGETS = {"monotone_share": 0.8}


class SlidersProtocol(Protocol):
    """Slides each attribute of held-out images from end to end by the signature "slide".

    Args:
        training: labelled images that the attribute evaluator learns from; two values an attribute.
        held_out: labelled images to measure on.
        size: (height, width) of the images.
        channels: of the images, 1 or 3.
        how: how images of another aspect are fitted; see ``real_images``.
        listener: receives what is measured.

    Raises:
        UnreadableImage: a held-out image cannot be read.
    """

    name = "sliders"

    def __init__(
        self,
        training: "ImageSet",
        held_out: "ImageSet",
        size: tuple[int, int],
        channels: int = 3,
        how: str = "pad",
        listener: Listener = SILENT,
    ) -> None:
        super().__init__(listener)
        self._training, self.attributes = training, training.attributes
        self.size, self.channels, self._how = size, channels, how
        self._images, self._labels = real_images(held_out, size, how), held_out.labels
        by_value = held_out.subset(np.argsort(self._labels[:, 0], kind="stable"))  # so both ends are shown
        self._shown_labels = by_value.labels[evenly_spaced(len(by_value), SHOWN)]
        self.inputs = {"": real_images(by_value, size, how, SHOWN, channels)}

    def prepare(self, run: "RunDirectory") -> None:
        self._evaluator = trained_evaluator(run.path, self._training, self.size, 0, self._how, self.listener)

    def samples(self, signatures: Signatures) -> SampleGrid:
        shown, slide, first = self.inputs[""], signatures["slide"].call, self.attributes[0]
        image = to_float(shown)
        columns: dict[str, np.ndarray] = {"input": shown}
        columns["generated"] = np.asarray(slide(image=image, **self._amounts(self._shown_labels)))
        for value in SLIDER:
            end = {SLIDER[0]: first.values[0], SLIDER[-1]: first.values[-1]}.get(value, "")
            title = f"{value:g} {first.name if first.binary and end else ''} {end}".strip()
            columns[title] = np.asarray(slide(image=image, **self._amounts(self._shown_labels, 0, value)))
        return SampleGrid(columns, shown, columns["generated"], shown)

    def measure(self, signatures: Signatures) -> dict[str, float]:
        """Steadiness and accuracy of the sliders, and the L1 distance of images that should not change."""
        steady, accuracies = [], {}
        for index, attribute in enumerate(self.attributes):
            scores = []
            for value in SLIDER:
                outputs = self._translated(signatures, **self._amounts(self._labels, index, value))
                scores.append(self._evaluator.probabilities(outputs)[attribute.name][:, 1])
            table = np.stack(scores, axis=1)
            steady.append(share_monotone(table))
            accuracy = ((table[:, 0] < 0.5).mean() + (table[:, -1] > 0.5).mean()) / 2
            accuracies[f"accuracy {attribute.name}"] = float(accuracy)
        kept = self._translated(signatures, **self._amounts(self._labels))
        return {
            "monotone_share": float(np.mean(steady)),
            **accuracies,
            "l1": float(l1(as_float(kept), as_float(self._images)).mean()),
        }

    def evaluation(self, signatures: Signatures) -> Evaluation:
        real = self._evaluator.accuracy(self._images, self._labels)
        return Evaluation(
            metrics={
                "model": self.measure(signatures),
                "real images": {f"accuracy {name}": value for name, value in real.items()},
            },
            n=len(self._images),
            size=self.size,
            definitions=[
                f"{DEFINITION}; for real images, how often it is right.",
                f"Sliders at {', '.join(f'{value:g}' for value in SLIDER)}: a steady one never falls by more "
                "than the classifier wavers, and ends higher than it began; accuracy is the mean of both "
                "ends.",
                "L1 is measured on images whose sliders stay at their own values.",
            ],
            grid=self.samples(signatures),
            targets=TARGETS,
        )

    def _translated(self, signatures: Signatures, **amounts: np.ndarray) -> np.ndarray:
        return translate_images(signatures["slide"], self._images, self.channels, **amounts)

    def _amounts(
        self, labels: np.ndarray, moved: int | None = None, value: float = 0.0
    ) -> dict[str, np.ndarray]:
        """Sliders (N, 1) by attribute: the ``moved`` one at ``value``, the others as the labels say."""
        return {
            attribute.name: (labels[:, index] if index != moved else np.full(len(labels), value)).astype(
                np.float32
            )[:, None]
            for index, attribute in enumerate(self.attributes)
        }
