"""Feeds pairs to training: the k-th example of a run is a pure function of k.

For k = 0, 1, 2, … with N pairs, the epoch is k // N, the pair is the one at place k mod N of
that epoch's permutation, and its crop and flip are drawn from (seed, k). Nothing else enters:
not the batch size, the number of threads or replicas, nor whether images are kept in memory.
A run that stopped after s steps goes on by starting at step s; there is no state to save.
"""

import atexit
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np

from zoo.backend import tf
from zoo.data.images import UnreadableImage, fit, to_float
from zoo.data.pair_set import BadImage, PairSet
from zoo.errors import UserError

_SHUFFLE, _TOP, _LEFT, _FLIP = range(4)  # what a number is drawn for
_CHUNK = 256  # pairs preloaded between two reports of progress


def jitter_size(size: tuple[int, int]) -> tuple[int, int]:
    """Size to which images are fitted before the random crop: 286 for 256 (pix2pix, section 6.2)."""
    return round(size[0] * 286 / 256), round(size[1] * 286 / 256)


class _Calls:
    """Counts TensorFlow's calls into Python, so that the program can end between them.

    A thread of a dataset that asks for the interpreter after it has begun to shut down waits for
    ever, and the dataset waits for its thread: the finished program would hang. Datasets read
    ahead a few batches only, so once calls return at once, they soon stop coming.
    """

    def __init__(self) -> None:
        self.running = self.made = 0
        self.closing = False
        self.lock = threading.Lock()

    def __call__(self, read: Callable, number: int, otherwise: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        with self.lock:
            self.running += 1
            self.made += 1
        try:
            return otherwise if self.closing else read(number)
        finally:
            with self.lock:
                self.running -= 1

    def close(self, quiet: float = 0.05, patience: float = 10.0) -> None:
        """Wait until no call has run for ``quiet`` seconds, at most ``patience`` seconds."""
        self.closing = True
        end = time.monotonic() + patience
        seen = None if self.made else 0
        while (self.running or seen != self.made) and time.monotonic() < end:
            seen = self.made
            time.sleep(quiet)


_calls = _Calls()
atexit.register(_calls.close)


class PairSource:
    """Decodes, crops and flips the pairs of a set, by the number k of the example.

    Args:
        pairs: the set.
        size: (height, width) of the examples.
        seed: any integer; another one gives another order and other crops.
        jitter: fit to ``load_size`` and crop to ``size`` at random; otherwise fit to ``size``.
        flip: mirror half of the examples. Crop and flip are the same for both images of a pair.
        source_channels, target_channels: 1 or 3.
        cache_bytes: memory for decoded images; by default a quarter of what is available. A set
            that does not fit is decoded anew each time, and memory stays flat.
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
        budget = available_memory() // 4 if cache_bytes is None else cache_bytes
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
        top = _below(self.load_size[0] - self.size[0] + 1, _draw(self.seed, _TOP, k))
        left = _below(self.load_size[1] - self.size[1] + 1, _draw(self.seed, _LEFT, k))
        mirrored = _below(2, _draw(self.seed, _FLIP, k)).astype(bool) & self.flip
        return index, top, left, mirrored

    def examples(self, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sources and targets of the examples numbered ``k``: uint8 (n, height, width, channels).

        Raises:
            UserError: an image cannot be read; also kept in ``errors``.
        """
        height, width = self.size
        made = tuple(np.empty((len(k), height, width, c), np.uint8) for c in self.channels)
        for i, (index, top, left, mirrored) in enumerate(zip(*self.plan(k), strict=True)):
            for images, image in zip(made, self._fitted(int(index)), strict=True):
                crop = image[top : top + height, left : left + width]
                images[i] = crop[:, ::-1] if mirrored else crop
        return made

    def training(self, batch_size: int, start_step: int = 0, dtype: tf.DType = tf.float32) -> tf.data.Dataset:
        """Endless batches of (source, target) from step ``start_step`` on; see ``training_pairs``."""

        def read(step: int) -> tuple[np.ndarray, np.ndarray]:
            return self.examples(step * batch_size + np.arange(batch_size))

        steps = tf.data.Dataset.range(start_step, np.iinfo(np.int64).max // batch_size)
        steps = steps.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
        return self._run(steps, read, batch_size, dtype)

    def evaluation(self, batch_size: int, dtype: tf.DType = tf.float32) -> tf.data.Dataset:
        """All pairs once, in order, fitted to ``size``; see ``evaluation_pairs``."""
        count = len(self.pairs)

        def read(start: int) -> tuple[np.ndarray, np.ndarray]:
            loaded = [self._fitted(i) for i in range(start, min(start + batch_size, count))]
            return tuple(np.stack([fit(pair[side], self.size) for pair in loaded]) for side in (0, 1))

        static = batch_size if count % batch_size == 0 else None
        return self._run(tf.data.Dataset.range(0, count, batch_size), read, static, dtype)

    def target(self, index: int) -> np.ndarray:
        """Target of pair ``index`` fitted to ``size``: (height, width, C) float32 in [-1, 1]."""
        return to_float(fit(self._fitted(index)[1], self.size))

    def preload(self, progress: Callable[[int, int], None] | None = None, workers: int | None = None) -> bool:
        """Decode the whole set now; False, and nothing is done, where it does not fit in memory.

        ``progress`` is called with (pairs done, pairs in all).
        """
        if not self.cached:
            return False
        count = len(self.pairs)
        with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
            for start in range(0, count, _CHUNK):
                end = min(start + _CHUNK, count)
                for _ in pool.map(self._fitted, range(start, end)):
                    pass
                if progress is not None:
                    progress(end, count)
        return True

    @contextmanager
    def own_errors(self) -> Iterator[None]:
        """Turn TensorFlow's wrapping of a fault met while reading back into the ``UserError``."""
        try:
            yield
        except tf.errors.OpError as wrapped:
            # Batches are read ahead, in parallel: the fault is the one that the wrapping quotes.
            for error in self.errors:
                if type(error).__name__ in wrapped.message and str(error) in wrapped.message:
                    raise error from None
            raise

    def _run(
        self, numbers: tf.data.Dataset, read: Callable, batch: int | None, dtype: tf.DType
    ) -> tf.data.Dataset:
        """Dataset of what ``read`` gives for each number: a pair of uint8 batches."""
        nothing = [np.empty((0, *self.size, c), np.uint8) for c in self.channels]

        def as_float(number: tf.Tensor) -> tuple[tf.Tensor, ...]:
            made = tf.numpy_function(lambda n: _calls(read, int(n), nothing), [number], [tf.uint8] * 2)
            for images, channels in zip(made, self.channels, strict=True):
                images.set_shape((batch, *self.size, channels))
            return tuple(tf.cast(tf.cast(images, tf.float32) / 127.5 - 1.0, dtype) for images in made)

        workers = min(os.cpu_count() or 1, 16)
        dataset = numbers.map(as_float, num_parallel_calls=workers, deterministic=True).prefetch(2)
        dataset.source = self
        return dataset

    def _fitted(self, index: int) -> Sequence[np.ndarray]:
        """Pair ``index`` at load size, or the next readable one; remembers faults."""
        for i in range(index, index + len(self.pairs)):
            place = i % len(self.pairs)
            if place in self._bad:
                continue
            if self.cached and self._filled[place]:
                return [images[place] for images in self._kept]
            try:
                loaded = self.pairs.load(place, *self.channels)
            except UserError as error:
                with self._lock:
                    self.errors.append(error)
                if self.on_bad == "error" or not isinstance(error, UnreadableImage):
                    raise
                self._bad[place] = error
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
        keys = _draw(self.seed, _SHUFFLE, np.full(len(self.pairs), epoch), np.arange(len(self.pairs)))
        return np.argsort(keys, kind="stable")


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


def _mix(x: np.ndarray) -> np.ndarray:
    """Finaliser of SplitMix64 (Steele, Lea, Flood 2014): uint64 to uint64, one to one."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _draw(seed: int, purpose: int, *numbers: np.ndarray) -> np.ndarray:
    """Random uint64 for each row of ``numbers``: the same on every machine and in every version."""
    state = _mix(np.array([seed % 2**64], np.uint64))
    for number in (np.array([purpose]), *numbers):
        state = _mix(state ^ _mix(number.astype(np.uint64)))
    return state


def _below(limit: int, drawn: np.ndarray) -> np.ndarray:
    """Map random uint64 to integers 0 … limit - 1."""
    return ((drawn >> np.uint64(32)) * np.uint64(limit) >> np.uint64(32)).astype(np.int64)
