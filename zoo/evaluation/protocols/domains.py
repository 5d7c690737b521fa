"""Two domains: is a translation recognised as the other domain, and did the garment keep its shape?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from zoo.data.images import to_float
from zoo.evaluation.attribute_evaluator import DEFINITION, recognised_share, trained_evaluator
from zoo.evaluation.evaluation_file import Evaluation
from zoo.evaluation.images import real_images, translate_images
from zoo.evaluation.metrics import measured_by
from zoo.evaluation.protocol import Protocol, SampleGrid, Signatures
from zoo.listener import SILENT, Listener

if TYPE_CHECKING:
    from zoo.data.sets.image_set import ImageSet
    from zoo.runs.run_directory import RunDirectory

SHOWN = 5  # images of each domain in the sample grids
DIRECTIONS = (("AtoB", 0, 1), ("BtoA", 1, 0))  # signature, domain of its inputs, of its outputs


class DomainsProtocol(Protocol):
    """Measures both directions between two domains on held-out images.

    Args:
        held_out: images of A and of B to measure on.
        evaluator_images: what the attribute evaluator learns from; their one attribute has the values A
            and B, and perhaps others.
        names: of A and of B: values of that attribute.
        size: (height, width) of the images.
        channels: of the images of A and of B, 1 or 3.
        how: how images of another aspect are fitted; see ``real_images``.
        listener: receives what is measured.

    Raises:
        UnreadableImage: one of the samples cannot be read.
    """

    name = "domains"

    def __init__(
        self,
        held_out: "tuple[ImageSet, ImageSet]",
        evaluator_images: "ImageSet",
        names: tuple[str, str],
        size: tuple[int, int],
        channels: tuple[int, int] = (3, 3),
        how: str = "pad",
        listener: Listener = SILENT,
    ) -> None:
        super().__init__(listener)
        self._held_out, self._evaluator_images = held_out, evaluator_images
        self.names, self.size, self.channels, self._how = names, size, channels, how
        self.attribute = evaluator_images.attributes[0]
        self.labels = [self.attribute.values.index(name) for name in names]
        a, b = (
            real_images(images, size, how, SHOWN, c) for images, c in zip(held_out, channels, strict=True)
        )
        self.inputs = {"A": a, "B": b}

    def prepare(self, run: "RunDirectory") -> None:
        self._evaluator = trained_evaluator(
            run.path, self._evaluator_images, self.size, 0, self._how, self.listener
        )
        self._real = [real_images(images, self.size, self._how) for images in self._held_out]

    def samples(self, signatures: Signatures) -> SampleGrid:
        to_b, to_a = (signatures[name].call for name in ("AtoB", "BtoA"))
        a, b = (to_float(self.inputs[domain]) for domain in "AB")
        as_b, as_a = np.asarray(to_b(image=a)), np.asarray(to_a(image=b))
        name_a, name_b = self.names
        columns = {
            name_a: self.inputs["A"], f"generated {name_b}": as_b, "and back": np.asarray(to_a(image=as_b)),
            name_b: self.inputs["B"], f"generated {name_a}": as_a,
            "and back again": np.asarray(to_b(image=as_a)),
        }  # fmt: skip
        return SampleGrid(columns, self.inputs["A"], as_b, self.inputs["B"])

    def measure(self, signatures: Signatures) -> dict[str, float]:
        """Means of both directions, and the accuracy of each."""
        accuracies = {}
        kept = {name: each.of_translations for name, each in measured_by(self.name).items()}
        kept = {name: function for name, function in kept.items() if function is not None}
        values: dict[str, list[float]] = {name: [] for name in kept}
        for signature, source, target in DIRECTIONS:
            inputs = self._real[source]
            outputs = translate_images(
                signatures[signature], inputs, self.channels[source], **self._conditions(len(inputs))
            )
            direction = f"accuracy {self.names[source]} to {self.names[target]}"
            accuracies[direction] = self._recognised(outputs, target)
            for name, function in kept.items():
                values[name].append(np.mean(function(inputs, outputs)))
        return {
            "target_accuracy": float(np.mean(list(accuracies.values()))),
            **{name: float(np.mean(both)) for name, both in values.items()},
            **accuracies,
        }

    def evaluation(self, signatures: Signatures) -> Evaluation:
        unchanged = [self._recognised(images, 1 - domain) for domain, images in enumerate(self._real)]
        real = [self._recognised(images, domain) for domain, images in enumerate(self._real)]
        a, b = self.names
        return Evaluation(
            metrics={
                "model": self.measure(signatures),
                "unchanged input": {"target_accuracy": float(np.mean(unchanged)), "silhouette_iou": 1.0},
                "real images": {"target_accuracy": float(np.mean(real))},
            },
            n=sum(map(len, self._real)),
            size=self.size,
            definitions=[
                f"{DEFINITION}, with {len(self.attribute.values)} values of {self.attribute.name}; "
                f"mean of {a} to {b} and {b} to {a}.",
                *self._definitions(),
            ],
            grid=self.samples(signatures),
            targets={"target_accuracy": 0.8, "silhouette_iou": 0.85},
        )

    def _definitions(self) -> list[str]:
        return [each.definition for each in measured_by(self.name).values() if each.of_translations]

    def _conditions(self, count: int) -> Mapping[str, np.ndarray]:
        """Inputs of a signature beside the image, for that many of them."""
        return {}

    def _recognised(self, images: np.ndarray, domain: int) -> float:
        labels = np.full(len(images), self.labels[domain])
        return recognised_share(self._evaluator, images, self.attribute, labels)
