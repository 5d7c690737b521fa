"""Two domains with many styles: besides what two domains are measured by, how much styles differ."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from zoo.data.images import to_float
from zoo.evaluation.evaluation_file import Evaluation
from zoo.evaluation.images import real_images
from zoo.evaluation.metrics.diversity import diversity
from zoo.evaluation.protocol import SampleGrid, Signatures
from zoo.evaluation.protocols.domains import DomainsProtocol

STYLES_SHOWN = 4  # for each image of a sample grid
MEASURED, STYLES_MEASURED = 50, 8  # images whose translations are compared, and styles of each
NOISE = 0.05  # added to the input, in [-1, 1], where the style stays: what a model without styles could do
BASELINE = "one style, noise on the input"


class StylesProtocol(DomainsProtocol):
    """Measures both directions between two domains, and the diversity of A to B.

    Args:
        style_size: numbers of a style.
        seed: of the styles.
        arguments: of ``DomainsProtocol``.

    Raises:
        UnreadableImage: one of the samples cannot be read.
    """

    name = "styles"

    def __init__(self, *arguments: Any, style_size: int, seed: int = 0, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._measured = real_images(self._held_out[0], self.size, self._how, MEASURED, self.channels[0])
        random = np.random.default_rng(seed)
        self._styles = random.normal(size=(STYLES_MEASURED, style_size)).astype(np.float32)
        self._noise = random.normal(0, NOISE, (STYLES_MEASURED, *self._measured.shape[1:]))
        self._noise = self._noise.astype(np.float32)

    def samples(self, signatures: Signatures) -> SampleGrid:
        """A column a style; each row has the same ones, which shows that they mean the same."""
        shown = self.inputs["A"]
        a = to_float(shown)
        columns: dict[str, np.ndarray] = {self.names[0]: shown}
        for number, style in enumerate(self._styles[:STYLES_SHOWN], 1):
            styles = np.repeat(style[None], len(a), axis=0)
            columns[f"style {number}"] = np.asarray(signatures["AtoB"].call(image=a, style=styles))
        examples = np.resize(self.inputs["B"], (len(a), *self.inputs["B"].shape[1:]))
        generated = np.asarray(signatures["AtoB-like"].call(image=a, style_image=to_float(examples)))
        columns |= {"style source": examples, "generated in its style": generated}
        return SampleGrid(columns, shown, generated, examples)

    def measure(self, signatures: Signatures) -> dict[str, float]:
        """As two domains are, and the mean difference of the styles of an image."""
        outputs = [
            signatures["AtoB"].call(
                image=np.repeat(to_float(image)[None], STYLES_MEASURED, axis=0), style=self._styles
            )
            for image in self._measured
        ]
        return {**super().measure(signatures), "diversity": diversity(np.stack(outputs))}

    def evaluation(self, signatures: Signatures) -> Evaluation:
        style = np.repeat(self._styles[:1], STYLES_MEASURED, axis=0)
        outputs = [
            signatures["AtoB"].call(image=(to_float(image) + self._noise).clip(-1, 1), style=style)
            for image in self._measured
        ]
        baseline = diversity(np.stack(outputs))
        domains = super().evaluation(signatures)
        return replace(
            domains,
            metrics={**domains.metrics, BASELINE: {"diversity": baseline}},
            definitions=[
                *domains.definitions,
                f"Diversity: {STYLES_MEASURED} translations of each of {len(self._measured)} images of "
                f"{self.names[0]}; for comparison, of one style with noise of standard deviation {NOISE} "
                "added to the image.",
            ],
            targets={"target_accuracy": 0.8, "diversity": 5 * baseline},
        )

    def _conditions(self, count: int) -> Mapping[str, np.ndarray]:
        """The styles in turn."""
        return {"style": np.resize(self._styles, (count, self._styles.shape[1]))}
