"""Images drawn from noise: how varied they are, and how many categories they show."""

from typing import TYPE_CHECKING

import numpy as np

from zoo.evaluation.attribute_evaluator import DEFINITION, trained_evaluator
from zoo.evaluation.evaluation_file import Evaluation
from zoo.evaluation.images import draw_images, real_images
from zoo.evaluation.metrics import measured_by
from zoo.evaluation.metrics.categories import categories_drawn
from zoo.evaluation.protocol import Protocol, SampleGrid, Signatures
from zoo.listener import SILENT, Listener

if TYPE_CHECKING:
    from zoo.data.sets.image_set import ImageSet
    from zoo.evaluation.attribute_classifier import AttributeClassifier
    from zoo.runs.run_directory import RunDirectory

MEASURED = 50  # images drawn to see whether a generator has collapsed
LEAST_CATEGORIES = 5
ROWS, COLUMNS = 4, 6  # of a sample grid


class DrawnProtocol(Protocol):
    """Measures what the signature "draw" draws from noise.

    Args:
        training: real images; with an attribute, the attribute evaluator learns from them, and
            without one only diversity is measured.
        held_out: real images to compare with.
        size: (height, width) of the images.
        noise: numbers that an image is drawn from.
        seed: of the noise.
        how: how images of another aspect are fitted; see ``real_images``.
        listener: receives what is measured.
    """

    name = "drawn"
    counted = "drawn images"

    def __init__(
        self,
        training: "ImageSet",
        held_out: "ImageSet",
        size: tuple[int, int],
        noise: int,
        seed: int = 0,
        how: str = "pad",
        listener: Listener = SILENT,
    ) -> None:
        super().__init__(listener)
        self._training, self._held_out, self.attributes = training, held_out, training.attributes
        self.size, self.noise, self.seed, self._how = size, noise, seed, how
        self._evaluator: AttributeClassifier | None = None
        reasons = {}
        if not self.attributes:
            reasons["categories_drawn"] = "nothing says which categories the images are of"
        if len(held_out) < 2:
            reasons["diversity of real images"] = "it takes two held-out images or more"
        self.unmeasured = reasons

    def prepare(self, run: "RunDirectory") -> None:
        self._real = real_images(self._held_out, self.size, self._how)
        if self.attributes:
            self._evaluator = trained_evaluator(
                run.path, self._training, self.size, 0, self._how, self.listener
            )

    def samples(self, signatures: Signatures) -> SampleGrid:
        images = draw_images(signatures["draw"], ROWS * COLUMNS, self.noise, self.seed)
        columns = {f"generated {i + 1}": images[i::COLUMNS] for i in range(COLUMNS)}
        return SampleGrid(columns, self._sample_noise(len(images)), images)

    def measure(self, signatures: Signatures) -> dict[str, float]:
        """Diversity, and the number of categories where the images have an attribute."""
        return self._of_images(draw_images(signatures["draw"], MEASURED, self.noise, self.seed))

    def evaluation(self, signatures: Signatures) -> Evaluation:
        definitions, targets = [], {}
        if self.attributes:
            definitions = [f"Categories: how many the classifier recognises in {MEASURED} images."]
            targets = {"categories_drawn": self._least_categories()}
        return self._evaluation(
            self.measure(signatures), MEASURED, definitions, targets, self.samples(signatures)
        )

    def _evaluation(
        self,
        model: dict[str, float],
        n: int,
        definitions: list[str],
        targets: dict[str, float],
        grid: SampleGrid,
    ) -> Evaluation:
        """The metrics of ``n`` drawn images beside those of real ones."""
        real = self._of_images(self._real)
        first = []
        if self._evaluator is not None:
            right = self._evaluator.accuracy(self._real, self._held_out.labels)
            real |= {"category_accuracy": float(np.mean(list(right.values())))} if right else {}
            first = [f"{DEFINITION}; for real images, how often it is right."]
        diversity = f"Diversity is here the mean difference of two of {min(MEASURED, n)} images."
        return Evaluation(
            metrics={"model": model, "real images": real},
            n=n,
            size=self.size,
            definitions=[*first, diversity, *definitions],
            grid=grid,
            targets=targets,
            counted=self.counted,
        )

    def _of_images(self, images: np.ndarray) -> dict[str, float]:
        """Metrics of the first ``MEASURED`` images, drawn or real; categories are the first attribute's."""
        few = images[:MEASURED]
        values = {}
        if len(few) > 1:
            functions = {name: each.of_images for name, each in measured_by(self.name).items()}
            values = {name: float(function(few)) for name, function in functions.items() if function}
        if self._evaluator is not None:
            probabilities = self._evaluator.probabilities(few)[self.attributes[0].name]
            values["categories_drawn"] = float(categories_drawn(probabilities))
        return values

    def _least_categories(self) -> int:
        return min(LEAST_CATEGORIES, len(self.attributes[0].values))

    def _sample_noise(self, count: int) -> np.ndarray:
        return np.random.default_rng(self.seed).normal(size=(count, self.noise))
