"""What the two recipes that draw from noise have in common: figures of what they drew."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes import _judge
from zoo.evaluation.metrics.categories import categories_drawn
from zoo.evaluation.metrics.diversity import pairwise_distance

if TYPE_CHECKING:
    from zoo.data.sets.image_set import ImageSet
    from zoo.runs.run_directory import RunDirectory

PICTURES = 50  # drawn to see whether a generator has collapsed
LEAST_CATEGORIES = 5
COLUMNS = 6  # of a sample grid


class DrawnJudge:
    """Says what drawn pictures show.

    Args:
        images: labelled real ones to learn from; without an attribute only diversity is measured.
        held_out: real ones to compare with.
        size: (height, width) of the pictures.
        fit: how images are fitted to it.

    Attributes:
        unmeasured: figures that these images do not allow.
    """

    def __init__(self, images: "ImageSet", held_out: "ImageSet", size: tuple[int, int], fit: str) -> None:
        self.images, self.held_out, self.size, self.fit = images, held_out, size, fit
        self.attributes = images.attributes
        self.judge: Any = None
        self.unmeasured: dict[str, str] = {}
        if not self.attributes:
            self.unmeasured["categories_drawn"] = "nothing says which categories the images are of"
        if len(held_out) < 2:
            self.unmeasured["diversity of real images"] = "it takes two held-out images (--held-out)"

    def prepare(self, run: "RunDirectory") -> None:
        """Train the classifier, unless the run has it."""
        self.real = _judge.real_pictures(self.held_out, self.size, self.fit)
        if self.attributes:
            self.judge = _judge.trained_judge(run.path, self.images, self.size, 0, self.fit)

    def of_pictures(self, pictures: np.ndarray) -> dict[str, float]:
        """Diversity of two or more, and the number of categories (of the first attribute).

        Both are those of the first ``PICTURES``.
        """
        few = pictures[:PICTURES]
        found = {"diversity": pairwise_distance(few)} if len(few) > 1 else {}
        if self.judge is not None:
            seen = self.judge.probabilities(few)[self.attributes[0].name]
            found["categories_drawn"] = float(categories_drawn(seen))
        return found

    def write(
        self,
        run: "RunDirectory",
        step: int,
        found: Mapping[str, float],
        n: int,
        protocol: Sequence[str],
        wanted: Mapping[str, float],
        columns: Mapping[str, np.ndarray],
        captions: Sequence[str] | None = None,
    ) -> dict[str, Any]:
        """Write ``evaluation.json``: what was found, beside the same of real images."""
        real = self.of_pictures(self.real)
        told = [f"Diversity is here the mean difference of two among {min(PICTURES, n)} pictures.", *protocol]
        if self.judge is not None:
            right = self.judge.accuracy(self.real, self.held_out.labels)
            real |= {"category_accuracy": float(np.mean(list(right.values())))} if right else {}
            told.insert(0, f"{_judge.PROTOCOL}; of real images: how often it is right.")
        figures = {"model": found, "real images": real}
        return _judge.write_evaluation(
            run, step, figures, n, self.size, told, wanted, columns, captions, "drawn images",
            self.unmeasured,
        )  # fmt: skip


def drawn(
    call: Callable[..., Any], count: int, noise: int, seed: int, **conditions: np.ndarray
) -> np.ndarray:
    """Pictures drawn from noise, uint8 (count, H, W, 3); the same from the same seed."""
    numbers = np.random.default_rng(seed).normal(size=(count, noise)).astype(np.float32)
    made = []
    for start in range(0, count, _judge.BATCH):
        part = slice(start, start + _judge.BATCH)
        given = {name: values[part] for name, values in conditions.items()}
        made.append(_judge.as_rgb(call(noise=numbers[part], **given)))
    return np.concatenate(made)
