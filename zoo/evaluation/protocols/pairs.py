"""Pairs: generated images are compared with the real ones, beside two baselines."""

from typing import TYPE_CHECKING

import numpy as np

from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import fit, to_float
from zoo.evaluation.baselines import Baselines
from zoo.evaluation.evaluation_file import Evaluation
from zoo.evaluation.pair_metrics import PairMetrics
from zoo.evaluation.protocol import Protocol, SampleGrid, Signatures
from zoo.listener import SILENT, Listener

if TYPE_CHECKING:
    from zoo.data.pipeline.pairs import PairSource

BATCH = 16
SHOWN, EVALUATION_SHOWN = 6, 8  # pairs in a sample grid, and in the evaluation's
MEAN, NEAREST = "mean model image", "nearest training product"


class PairsProtocol(Protocol):
    """Compares the signature "translate" with the real targets of held-out pairs.

    Args:
        training: the pairs trained on, whole and not augmented, for the baselines.
        held_out: the pairs to measure on.
        listener: receives what is measured.

    Raises:
        UnreadableImage: one of the samples cannot be read.
    """

    name = "pairs"
    counted = "held-out pairs"

    def __init__(self, training: "PairSource", held_out: "PairSource", listener: Listener = SILENT) -> None:
        super().__init__(listener)
        self._training, self._held_out = training, held_out
        pairs = held_out.pairs
        shown = [pairs.load(i, *held_out.channels) for i in evenly_spaced(len(pairs), SHOWN)]
        sources, self._targets = (
            np.stack([fit(pair[side], held_out.size) for pair in shown]) for side in (0, 1)
        )
        self.inputs = {"": sources}

    def samples(self, signatures: Signatures) -> SampleGrid:
        sources = self.inputs[""]
        generated = np.asarray(signatures["translate"].call(image=to_float(sources)))
        columns = {"input": sources, "generated": generated, "real": self._targets}
        return SampleGrid(columns, sources, generated, self._targets)

    def measure(self, signatures: Signatures) -> dict[str, float]:
        """Means over all held-out pairs."""
        metrics = PairMetrics()
        for sources, targets in self._held_out.evaluation(BATCH):
            metrics.update(np.asarray(signatures["translate"].call(sources)), np.asarray(targets))
        return metrics.result()

    def evaluation(self, signatures: Signatures) -> Evaluation:
        baselines = Baselines.from_training(self._training.evaluation(BATCH), self._training.target)
        mean = baselines.mean_image()
        metrics = {name: PairMetrics() for name in ("model", MEAN, NEAREST)}
        columns: dict[str, list[np.ndarray]] = {
            title: [] for title in ("input", "generated", "real", "mean", "nearest")
        }
        shown = set(evenly_spaced(len(self._held_out.pairs), EVALUATION_SHOWN))
        start = 0
        for sources, targets in self._held_out.evaluation(BATCH):
            generated = np.asarray(signatures["translate"].call(sources))
            means = np.broadcast_to(mean, targets.shape)
            nearest = baselines.nearest(sources)[0]
            for name, images in (("model", generated), (MEAN, means), (NEAREST, nearest)):
                metrics[name].update(images, targets)
            rows = [i for i in range(len(sources)) if start + i in shown]
            for column, images in zip(
                columns.values(), (sources, generated, targets, means, nearest), strict=True
            ):
                column.extend(np.asarray(images[i]) for i in rows)
            start += len(sources)
        model = metrics["model"]
        return Evaluation(
            metrics={name: each.result() for name, each in metrics.items()},
            n=model.n,
            size=model.size,
            definitions=[model.definitions],
            grid=SampleGrid(
                {title: np.stack(images) for title, images in columns.items()},
                np.stack(columns["input"]),
                np.stack(columns["generated"]),
                np.stack(columns["real"]),
            ),
            counted=self.counted,
        )
