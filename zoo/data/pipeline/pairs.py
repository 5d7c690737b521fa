"""Feeds pairs to training; see ``zoo.data.pipeline.sources``."""

from collections.abc import Sequence

import numpy as np

from zoo.backend import tf
from zoo.data.images import fit, to_float
from zoo.data.pipeline.sources import ExampleSource
from zoo.data.sets.pair_set import PairSet


class PairSource(ExampleSource):
    """The pairs of a set; batches are (sources, targets). Crop and flip are the same for both.

    Args:
        pairs: the set.
        source_channels, target_channels: 1 or 3.
        size, seed, jitter, flip, cache_bytes, load_size, on_bad: as in ``ExampleSource``; images of
            another aspect get white margins.
    """

    def __init__(
        self,
        pairs: PairSet,
        size: tuple[int, int],
        seed: int = 0,
        jitter: bool = True,
        flip: bool = True,
        source_channels: int = 3,
        target_channels: int = 3,
        cache_bytes: int | None = None,
        load_size: tuple[int, int] | None = None,
        on_bad: str = "error",
    ) -> None:
        self.pairs, self.channels = pairs, (source_channels, target_channels)
        stream = (pairs, lambda i: pairs.load(i, *self.channels), self.channels, None)
        super().__init__([stream], size, seed, jitter, flip, cache_bytes, load_size, on_bad)

    def plan(self, k: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """What makes the examples numbered ``k``: pair, top and left of the crop, whether mirrored.

        Args:
            k: int64 (n,), 0 or more.
        """
        return self.streams[0].plan(k)

    def fitted(self, index: int) -> Sequence[np.ndarray]:
        """Pair ``index``, or the next readable one, at load size: uint8 (height, width, channels) each.

        Raises:
            UserError: as ``examples``.
        """
        return self.streams[0].read(index)[1]

    def target(self, index: int) -> np.ndarray:
        """Target of pair ``index`` fitted to ``size``: (height, width, C) float32 in [-1, 1]."""
        return to_float(fit(self.fitted(index)[1], self.size))


def training_pairs(
    pairs: PairSet,
    size: tuple[int, int],
    batch_size: int,
    seed: int,
    start_step: int = 0,
    jitter: bool = True,
    flip: bool = True,
    source_channels: int = 3,
    target_channels: int = 3,
    cache_bytes: int | None = None,
    load_size: tuple[int, int] | None = None,
    dtype: tf.DType = tf.float32,
    on_bad: str = "error",
) -> tf.data.Dataset:
    """Endless batches to train on, shuffled and augmented afresh each epoch.

    The batch of step s holds the examples s·batch_size to (s+1)·batch_size - 1, so that a run
    continues bit for bit from ``start_step``. Arguments as ``PairSource``; the dataset has it as
    its attribute ``source``, for ``preload``, ``own_errors`` and ``bad``.

    Returns:
        Dataset of (source, target), NHWC in [-1, 1], of static shape.
    """
    source = PairSource(
        pairs, size, seed, jitter, flip, source_channels, target_channels, cache_bytes, load_size, on_bad
    )
    return source.training(batch_size, start_step, dtype)


def evaluation_pairs(
    pairs: PairSet,
    size: tuple[int, int],
    batch_size: int,
    source_channels: int = 3,
    target_channels: int = 3,
    dtype: tf.DType = tf.float32,
) -> tf.data.Dataset:
    """All pairs once, in the order of ``pairs.ids``, not augmented; the last batch may be smaller.

    Returns:
        Dataset of (source, target), NHWC in [-1, 1]; its attribute ``source`` as above.
    """
    channels = {"source_channels": source_channels, "target_channels": target_channels}
    source = PairSource(pairs, size, jitter=False, flip=False, cache_bytes=0, **channels)
    return source.evaluation(batch_size, dtype)
