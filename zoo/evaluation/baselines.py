"""What a model has to beat: two predictions of the model shot that need no training.

(i) The mean model shot of the training set, whatever the product. (ii) The model shot of the training
product that looks most like the given one. A model no better than (i) has learned no more than a blurred
person; one no better than (ii), no more than to look up.
"""

import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import numpy as np

from zoo.errors import UserError

SIDE = 32  # pixels of a thumbnail's side
CHUNK = 512  # training thumbnails compared at a time: 13 MB as float64
IN_MEMORY = 64 << 20  # bytes of thumbnails, 21,845 RGB products; more of them go to a temporary file


def thumbnails(sources: Any) -> np.ndarray:
    """Products (N, H, W, C) floats in [-1, 1], reduced by area averaging: (N, 32·32·C) uint8.

    Eight bits a value, so that 100,000 RGB products take 0.3 GB; the rounding is at most half a level of
    the photos themselves.
    """
    from zoo.backend import tf

    small = tf.image.resize(np.asarray(sources, np.float32), (SIDE, SIDE), method="area").numpy()
    return np.rint((small + 1) * 127.5).clip(0, 255).astype(np.uint8).reshape(len(small), -1)


class Baselines:
    """The two baselines of one training set; make it with ``from_training``."""

    def __init__(
        self, mean: np.ndarray, products: IO[bytes], count: int, target: Callable[[int], np.ndarray]
    ) -> None:
        self._mean = mean
        self._products = products  # thumbnails, one after another
        self._count = count
        self._target = target
        weakref.finalize(self, products.close)

    @classmethod
    def from_training(
        cls, batches: Iterable[tuple[Any, Any]], target: Callable[[int], np.ndarray]
    ) -> "Baselines":
        """Read the training set once; 3 KiB of each pair are kept, on disk beyond 64 MiB.

        Args:
            batches: pairs (source, target) of arrays (N, H, W, C), floats in [-1, 1], of one size,
                neither shuffled nor augmented.
            target: index → that target in the same order, (H, W, C), whenever ``nearest`` needs it.

        Raises:
            UserError: there is no pair.
            ValueError: the sizes differ.
        """
        total, count = None, 0
        with ExitStack() as closed_on_error:
            products = closed_on_error.enter_context(SpooledTemporaryFile(IN_MEMORY))
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
                products.write(thumbnails(sources).tobytes())
            if not count:
                raise UserError("the training set has no pair, so there is nothing to compare a model with")
            closed_on_error.pop_all()
        return cls((total / count).astype(np.float32), products, count, target)

    def __len__(self) -> int:
        return self._count

    def mean_image(self) -> np.ndarray:
        """The mean target of the training set: (H, W, C) float32 in [-1, 1]."""
        return self._mean

    def nearest(self, sources: Any) -> tuple[np.ndarray, np.ndarray]:
        """Targets of the training products nearest to ``sources``.

        Nearest is the least L2 distance of 32 × 32 thumbnails; of equals the first.

        Args:
            sources: (N, H, W, C) floats in [-1, 1].

        Returns:
            The targets (N, H, W, C) float32 and their indices (N,) int64.
        """
        # Integers below 2^53: float64 makes every distance exact, and of equals the first truly wins.
        queries = thumbnails(sources).astype(np.float64)
        least = np.full(len(queries), np.inf)
        indices = np.zeros(len(queries), np.int64)
        rows = np.arange(len(queries))
        start = 0
        for block in self._chunks(queries.shape[1]):
            known = block.astype(np.float64)
            distances = (
                np.einsum("ij,ij->i", known, known) - 2 * queries @ known.T
            )  # + |query|², the same for all
            best = distances.argmin(axis=1)
            closer = distances[rows, best] < least
            least[closer] = distances[rows, best][closer]
            indices[closer] = start + best[closer]
            start += len(block)
        images = [np.asarray(self._target(int(i)), np.float32) for i in indices]
        return np.stack(images) if images else np.zeros((0, *self._mean.shape), np.float32), indices

    def _chunks(self, width: int) -> Iterator[np.ndarray]:
        self._products.seek(0)
        while content := self._products.read(CHUNK * width):
            yield np.frombuffer(content, np.uint8).reshape(-1, width)
