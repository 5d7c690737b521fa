"""Feeds pairs to training: the k-th example of a run is a pure function of k.

For k = 0, 1, 2, … with N pairs, the epoch is k // N, the pair is the one at place k mod N of
that epoch's permutation, and its crop and flip are drawn from (seed, k). Nothing else enters:
not the batch size, the number of threads or replicas, nor whether images are kept in memory.
A run that stopped after s steps goes on by starting at step s; there is no state to save.
"""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path

import numpy as np

from zoo.backend import tf
from zoo.data.calls import calls, unwrapped
from zoo.data.images import UnreadableImage, fit, to_float
from zoo.data.pair_set import BadImage, PairSet
from zoo.data.shards import Shard
from zoo.data.splitmix import below, draw
from zoo.errors import UserError

SHUFFLE, TOP, LEFT, FLIP = range(4)  # what a number is drawn for
CHUNK = 256  # pairs decoded between two reports of progress
CACHE_MOST = 512 << 20
"""Bytes of decoded images that are kept unless another number is asked for."""


def jitter_size(size: tuple[int, int]) -> tuple[int, int]:
    """Size to which images are fitted before the random crop: 286 for 256 (pix2pix, section 6.2)."""
    return round(size[0] * 286 / 256), round(size[1] * 286 / 256)


class PairSource:
    """Decodes, crops and flips the pairs of a set, by the number k of the example.

    Args:
        pairs: the set.
        size: (height, width) of the examples.
        seed: any integer; another one gives another order and other crops.
        jitter: fit to ``load_size`` and crop to ``size`` at random; otherwise fit to ``size``.
        flip: mirror half of the examples. Crop and flip are the same for both images of a pair.
        source_channels, target_channels: 1 or 3.
        cache_bytes: memory for decoded images; by default 512 MiB, or a quarter of what is available
            if that is less. A set that does not fit is decoded anew each time, and memory stays flat.
        load_size: (height, width) before the crop; by default ``jitter_size(size)``.
        on_bad: at an image that cannot be read, ``"error"`` stops; ``"skip"`` puts the next
            readable pair in its place.

    Attributes:
        cached: whether decoded images are kept.
        cache_needed: bytes that keeping them takes.
        errors: what went wrong while reading, first to last.

    Raises:
        UserError: the set is empty, or ``load_size`` is smaller than ``size``.
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
        if not len(pairs):
            raise UserError(f"{pairs.root}: no pairs are left to read: hold out fewer, or add pairs")
        if on_bad not in ("error", "skip"):
            raise UserError(f"--on-bad {on_bad}: no such choice; choose from error, skip")
        self.pairs, self.size, self.seed, self.flip, self.on_bad = pairs, tuple(size), seed, flip, on_bad
        self.load_size = tuple(load_size or jitter_size(size)) if jitter else self.size
        if self.load_size[0] < self.size[0] or self.load_size[1] < self.size[1]:
            raise UserError(f"load size {self.load_size} is smaller than the size {self.size}: enlarge it")
        self.channels = (source_channels, target_channels)
        self.errors: list[UserError] = []
        self._bad: dict[int, UnreadableImage] = {}
        self._lock = threading.Lock()
        self._permutation = lru_cache(maxsize=2)(self._permutation_of)
        self.cache_needed = len(pairs) * self.load_size[0] * self.load_size[1] * sum(self.channels)
        budget = min(CACHE_MOST, available_memory() // 4) if cache_bytes is None else cache_bytes
        self.cached = self.cache_needed <= budget
        if self.cached:  # not touched before it is filled, so memory grows with use
            self._filled = np.zeros(len(pairs), bool)
            self._kept = [np.empty((len(pairs), *self.load_size, c), np.uint8) for c in self.channels]

    @property
    def error(self) -> UserError | None:
        """The first fault met while reading, or None."""
        return self.errors[0] if self.errors else None

    @property
    def bad(self) -> list[BadImage]:
        """Images that were found unreadable and passed over, in the order of the set."""
        return [BadImage(self.pairs.ids[i], e.path, e.reason) for i, e in sorted(self._bad.items())]

    def plan(self, k: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """What makes the examples numbered ``k``: pair, top and left of the crop, whether mirrored.

        Args:
            k: int64 (n,), 0 or more.
        """
        k = np.asarray(k, np.int64)
        epochs, places = np.divmod(k, len(self.pairs))
        index = np.empty_like(places)
        for epoch in np.unique(epochs):
            here = epochs == epoch
            index[here] = self._permutation(int(epoch))[places[here]]
        top = below(self.load_size[0] - self.size[0] + 1, draw(self.seed, TOP, k))
        left = below(self.load_size[1] - self.size[1] + 1, draw(self.seed, LEFT, k))
        mirrored = below(2, draw(self.seed, FLIP, k)).astype(bool) & self.flip
        return index, top, left, mirrored

    def examples(self, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sources and targets of the examples numbered ``k``: uint8 (n, height, width, channels).

        Raises:
            UserError: an image cannot be read; also kept in ``errors``.
        """
        height, width = self.size
        made = tuple(np.empty((len(k), height, width, c), np.uint8) for c in self.channels)
        for i, (index, top, left, mirrored) in enumerate(zip(*self.plan(k), strict=True)):
            for images, image in zip(made, self.fitted(int(index)), strict=True):
                crop = image[top : top + height, left : left + width]
                images[i] = crop[:, ::-1] if mirrored else crop
        return made

    def training(
        self,
        batch_size: int,
        start_step: int = 0,
        dtype: tf.DType = tf.float32,
        shard: Shard = Shard(),  # noqa: B008 - frozen
    ) -> tf.data.Dataset:
        """Endless batches of (source, target) from step ``start_step`` on; see ``training_pairs``.

        Args:
            batch_size: examples a step, over all replicas of all pipelines.
            start_step: the first step.
            dtype: of the images.
            shard: the part of each batch to yield: for each step as many elements as the pipeline
                has replicas. Only the images of that part are read.

        Raises:
            ValueError: ``batch_size`` cannot be cut as ``shard`` asks.
        """
        share = shard.share(batch_size)

        def read(element: int) -> tuple[np.ndarray, np.ndarray]:
            return self.examples(shard.first(element, batch_size) + np.arange(share))

        return self._run(endless_elements(start_step, batch_size, shard), read, share, dtype, shard.replicas)

    def evaluation(self, batch_size: int, dtype: tf.DType = tf.float32) -> tf.data.Dataset:
        """All pairs once, in order, fitted to ``size``; see ``evaluation_pairs``."""
        count = len(self.pairs)

        def read(start: int) -> tuple[np.ndarray, np.ndarray]:
            loaded = [self.fitted(i) for i in range(start, min(start + batch_size, count))]
            return tuple(np.stack([fit(pair[side], self.size) for pair in loaded]) for side in (0, 1))

        static = batch_size if count % batch_size == 0 else None
        return self._run(tf.data.Dataset.range(0, count, batch_size), read, static, dtype)

    def target(self, index: int) -> np.ndarray:
        """Target of pair ``index`` fitted to ``size``: (height, width, C) float32 in [-1, 1]."""
        return to_float(fit(self.fitted(index)[1], self.size))

    def preload(self, progress: Callable[[int, int], None] | None = None, workers: int | None = None) -> bool:
        """Decode the whole set now; False, and nothing is done, where it does not fit in memory.

        ``progress`` is called with (pairs done, pairs in all).
        """
        if not self.cached:
            return False
        count = len(self.pairs)
        with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
            for start in range(0, count, CHUNK):
                end = min(start + CHUNK, count)
                for _ in pool.map(self.fitted, range(start, end)):
                    pass
                if progress is not None:
                    progress(end, count)
        return True

    def own_errors(self) -> AbstractContextManager[None]:
        """Turn TensorFlow's wrapping of a fault met while reading back into the ``UserError``."""
        return unwrapped(self.errors)

    def _run(
        self, numbers: tf.data.Dataset, read: Callable, batch: int | None, dtype: tf.DType, replicas: int = 1
    ) -> tf.data.Dataset:
        """Dataset of what ``read`` gives for each number: a pair of uint8 batches."""
        nothing = [np.empty((0, *self.size, c), np.uint8) for c in self.channels]

        def as_float(number: tf.Tensor) -> tuple[tf.Tensor, ...]:
            made = tf.numpy_function(lambda n: calls(read, int(n), nothing), [number], [tf.uint8] * 2)
            for images, channels in zip(made, self.channels, strict=True):
                images.set_shape((batch, *self.size, channels))
            return as_floats(made, dtype)

        workers = min(os.cpu_count() or 1, 16)
        dataset = numbers.map(as_float, num_parallel_calls=workers, deterministic=True).prefetch(2 * replicas)
        dataset.source = self
        return dataset

    def fitted(self, index: int) -> Sequence[np.ndarray]:
        """Pair ``index``, or the next readable one, at load size: uint8 (height, width, channels) each.

        Raises:
            UserError: as ``examples``.
        """
        for i in range(index, index + len(self.pairs)):
            place = i % len(self.pairs)
            if place in self._bad:
                continue
            if self.cached and self._filled[place]:
                return [images[place] for images in self._kept]
            try:
                loaded = self.pairs.load(place, *self.channels)
            except UserError as error:
                passed_over = self.on_bad == "skip" and isinstance(error, UnreadableImage)
                # What is remembered of many faults is without the traceback, which holds the image.
                fault = error.bare() if passed_over else error
                with self._lock:
                    self.errors.append(fault)
                if not passed_over:
                    raise
                self._bad[place] = fault
                continue
            fitted = [fit(image, self.load_size) for image in loaded]
            if self.cached:
                # Two threads may fill the same place; they write the same bytes.
                for images, image in zip(self._kept, fitted, strict=True):
                    images[place] = image
                self._filled[place] = True
            return fitted
        error = UserError(f"{self.pairs.root}: no pair has two usable images; the first: {self.error}")
        self.errors.append(error)
        raise error

    def _permutation_of(self, epoch: int) -> np.ndarray:
        keys = draw(self.seed, SHUFFLE, np.full(len(self.pairs), epoch), np.arange(len(self.pairs)))
        return np.argsort(keys, kind="stable")


def endless_elements(start_step: int, batch_size: int, shard: Shard) -> tf.data.Dataset:
    """Numbers of a pipeline's elements, int64, from the first of ``start_step`` on."""
    steps = np.iinfo(np.int64).max // batch_size
    elements = tf.data.Dataset.range(start_step * shard.replicas, steps * shard.replicas)
    return elements.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))


def as_floats(images: Iterable[tf.Tensor], dtype: tf.DType) -> tuple[tf.Tensor, ...]:
    """Map uint8 [0, 255] to ``dtype`` [-1, 1], computed in float32; any shapes."""
    return tuple(tf.cast(tf.cast(image, tf.float32) / 127.5 - 1.0, dtype) for image in images)


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
    goes on bit for bit from ``start_step``. Arguments as ``PairSource``; the dataset has it as
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


def available_memory() -> int:
    """Bytes that this process may still take, as far as the system says; 2 GiB where it does not."""
    found = []
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                found.append(int(line.split()[1]) * 1024)
    except (OSError, ValueError):
        pass
    try:  # a container's own limit
        group = Path("/sys/fs/cgroup")
        used = int((group / "memory.current").read_text())
        found.append(max(int((group / "memory.max").read_text()) - used, 0))
    except (OSError, ValueError):  # no such group, or "max"
        pass
    if not found:
        try:
            found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2)
        except (AttributeError, OSError, ValueError):
            found.append(2 << 30)
    return min(found)
