"""What a model has to beat: two predictions of the model shot that need no training.

(i) The mean model shot of the training set, whatever the product. (ii) The model shot of
the training product that looks most like the one asked for. A model that is no better
than (i) has learned no more than a blurred person; one no better than (ii) no more than to look up.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from zoo.errors import UserError

SIDE = 32  # pixels of a thumbnail's side
CHUNK = 2048  # training thumbnails compared at a time: 50 MB as float64


def thumbnails(sources: Any) -> np.ndarray:
    """Products (N, H, W, C) floats in [-1, 1], reduced by area averaging: (N, 32·32·C) uint8.

    Eight bits a value, so that 100,000 RGB products take 0.3 GB; the rounding is at most half
    of a step of the photos themselves.
    """
    from zoo.backend import tf

    small = tf.image.resize(np.asarray(sources, np.float32), (SIDE, SIDE), method="area").numpy()
    return np.rint((small + 1) * 127.5).clip(0, 255).astype(np.uint8).reshape(len(small), -1)


class Baselines:
    """The two baselines of one training set; make it with ``from_training``."""

    def __init__(
        self, mean: np.ndarray, blocks: list[np.ndarray], target: Callable[[int], np.ndarray]
    ) -> None:
        self._mean = mean
        self._blocks = blocks  # a list: joining them would take the memory twice
        self._target = target

    @classmethod
    def from_training(
        cls, batches: Iterable[tuple[Any, Any]], target: Callable[[int], np.ndarray]
    ) -> "Baselines":
        """Read the training set once.

        ``batches`` gives pairs (source, target) of arrays (N, H, W, C), floats in [-1, 1], one
        size throughout, neither shuffled nor augmented. ``target(i)`` gives the i-th target
        in the same order, (H, W, C), whenever ``nearest`` asks for it. Kept of each pair: 3 KiB.
        Raises ``UserError`` if there is no pair, ``ValueError`` if the sizes differ.
        """
        total, count = None, 0
        blocks, loose, held = [], [], 0
        for sources, batch in batches:
            targets = np.asarray(batch, np.float32)
            if total is None:
                total = np.zeros(targets.shape[1:])
            elif total.shape != targets.shape[1:]:
                raise ValueError(
                    f"targets of one size have a mean, not {total.shape} and {targets.shape[1:]}"
                )
            total += targets.sum(axis=0, dtype=np.float64)
            count += len(targets)
            loose.append(thumbnails(sources))
            held += len(loose[-1])
            if held >= CHUNK:
                blocks.append(np.concatenate(loose))
                loose, held = [], 0
        if not count:
            raise UserError("the training set has no pair, so there is nothing to compare a model with")
        if loose:
            blocks.append(np.concatenate(loose))
        return cls((total / count).astype(np.float32), blocks, target)

    def __len__(self) -> int:
        return sum(map(len, self._blocks))

    def mean_image(self) -> np.ndarray:
        """The mean target of the training set: (H, W, C) float32 in [-1, 1]."""
        return self._mean

    def nearest(self, sources: Any) -> tuple[np.ndarray, np.ndarray]:
        """Targets of the training products nearest to ``sources``, (N, H, W, C) floats in [-1, 1].

        Nearest: the least L2 distance of 32 × 32 thumbnails; of equals the first. Returns the
        targets (N, H, W, C) float32 and their indices (N,) int64.
        """
        # Whole numbers below 2^53: float64 makes every distance exact, and of equals the first truly wins.
        asked = thumbnails(sources).astype(np.float64)
        least = np.full(len(asked), np.inf)
        indices = np.zeros(len(asked), np.int64)
        rows = np.arange(len(asked))
        start = 0
        for block in self._chunks():
            known = block.astype(np.float64)
            distances = np.square(known).sum(axis=1) - 2 * asked @ known.T  # + |asked|², the same for all
            best = distances.argmin(axis=1)
            closer = distances[rows, best] < least
            least[closer] = distances[rows, best][closer]
            indices[closer] = start + best[closer]
            start += len(block)
        images = [np.asarray(self._target(int(i)), np.float32) for i in indices]
        return np.stack(images) if images else np.zeros((0, *self._mean.shape), np.float32), indices

    def _chunks(self) -> Iterator[np.ndarray]:
        for block in self._blocks:  # a single batch may have been larger than a chunk
            for i in range(0, len(block), CHUNK):
                yield block[i : i + CHUNK]
