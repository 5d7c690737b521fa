"""Images drawn of given values: besides what drawn images are measured by, whether each shows its value."""

import numpy as np

from zoo.evaluation.attribute_evaluator import recognised_share
from zoo.evaluation.evaluation_file import Evaluation
from zoo.evaluation.images import draw_images
from zoo.evaluation.protocol import SampleGrid, Signatures
from zoo.evaluation.protocols.drawn import COLUMNS, MEASURED, DrawnProtocol

ROWS = 8  # values of a sample grid at most
EACH = 20  # images drawn of each value, to be measured


class CategoriesProtocol(DrawnProtocol):
    """Draws every value of the first attribute by the signature "draw"; arguments as ``DrawnProtocol``."""

    name = "categories"

    def samples(self, signatures: Signatures) -> SampleGrid:
        first = self.attributes[0]
        images = self._drawn(signatures, self._labels(COLUMNS), self.seed)
        images = images.reshape(COLUMNS, len(first.values), *images.shape[1:])[:, :ROWS]
        columns = {f"generated {i + 1}": column for i, column in enumerate(images)}
        captions = [f"{first.name} {value}" for value in first.values[:ROWS]]
        flat = images.reshape(-1, *images.shape[2:])
        return SampleGrid(columns, self._sample_noise(len(flat)), flat, captions=captions)

    def measure(self, signatures: Signatures) -> dict[str, float]:
        """Accuracies of the attributes, their mean, diversity and the number of categories."""
        labels = self._labels(EACH)
        images = self._drawn(signatures, labels, self.seed + 1)
        accuracies = {
            f"accuracy {attribute.name}": recognised_share(
                self._evaluator, images, attribute, labels[:, index]
            )
            for index, attribute in enumerate(self.attributes)
        }
        mean = {"category_accuracy": float(np.mean(list(accuracies.values())))}
        return mean | self._of_images(images) | accuracies

    def evaluation(self, signatures: Signatures) -> Evaluation:
        first = self.attributes[0]
        definitions = [
            f"{EACH} images of each {first.name}; categories: how many the classifier recognises in "
            f"{MEASURED} of them."
        ]
        targets = {"category_accuracy": 0.8, "categories_drawn": self._least_categories()}
        n, grid = EACH * len(first.values), self.samples(signatures)
        return self._evaluation(self.measure(signatures), n, definitions, targets, grid)

    def _drawn(self, signatures: Signatures, labels: np.ndarray, seed: int) -> np.ndarray:
        conditions = {
            attribute.name: np.eye(len(attribute.values), dtype=np.float32)[labels[:, index]]
            for index, attribute in enumerate(self.attributes)
        }
        return draw_images(signatures["draw"], len(labels), self.noise, seed, **conditions)

    def _labels(self, each: int) -> np.ndarray:
        """Every value of the first attribute in turn, ``each`` times; real labels for the others."""
        values = np.tile(np.arange(len(self.attributes[0].values)), each)
        rows = np.resize(self._training.labels, (len(values), len(self.attributes)))
        return np.column_stack([values, rows[:, 1:]])
