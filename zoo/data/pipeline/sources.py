"""Feeds training: the k-th example of a run is a pure function of k.

For k = 0, 1, 2, … with N items, the epoch is k // N, the item is the one at place k mod N of
that epoch's permutation, and its crop and flip are drawn from (seed, k). Nothing else enters:
not the batch size, the number of threads or replicas, nor whether images are kept in memory.
A run that stopped after s steps resumes by starting at step s; there is no state to save.
Where examples are made from two collections, each is an ``ImageStream`` with its own numbers.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import numpy as np

from zoo.backend import tf
from zoo.data.pipeline.calls import calls, unwrapped
from zoo.data.pipeline.memory import cache_budget
from zoo.data.pipeline.shards import Shard
from zoo.data.pipeline.streams import FITS, ImageStream
from zoo.data.sets.file_set import BadImage, FileSet, check
from zoo.data.sets.image_set import ImageSet
from zoo.errors import UserError

CHUNK = 256  # items decoded between two reports of progress


def jitter_size(size: tuple[int, int]) -> tuple[int, int]:
    """Size to which images are fitted before the random crop: 286 for 256 (pix2pix, section 6.2)."""
    return round(size[0] * 286 / 256), round(size[1] * 286 / 256)


class ExampleSource:
    """Decodes, crops and flips the items of one set or of two, by the number k of the example.

    Args:
        sets: for each stream its items, place → images, their channels, and labels or None;
            see ``ImageStream``.
        size: (height, width) of the examples.
        seed: any integer; another one gives another order and other crops.
        jitter: fit to ``load_size`` and crop to ``size`` at random; otherwise fit to ``size``.
        flip: mirror half of the examples.
        cache_bytes: memory for decoded images; by default 512 MiB, or a quarter of what is available
            if that is less. What does not fit is decoded each time, and memory stays flat.
        load_size: (height, width) before the crop; by default ``jitter_size(size)``.
        on_bad: at an image that cannot be read, ``"error"`` stops; ``"skip"`` puts the next
            readable item in its place.
        fit: ``"pad"`` adds white margins to images of another aspect; ``"crop"`` cuts out their middle.

    Attributes:
        streams: one for each set.
        cached: whether decoded images are kept.
        cache_needed: bytes that keeping them takes.
        errors: what went wrong while reading, first to last.

    Raises:
        UserError: a set is empty, or ``load_size`` is smaller than ``size``.
    """

    def __init__(
        self,
        sets: Sequence[tuple[FileSet, Callable, Sequence[int], np.ndarray | None]],
        size: tuple[int, int],
        seed: int,
        jitter: bool,
        flip: bool,
        cache_bytes: int | None,
        load_size: tuple[int, int] | None,
        on_bad: str,
        fit: str = "pad",
    ) -> None:
        for items, *_ in sets:
            if not len(items):
                raise UserError(
                    f"{items.root}: no {items.things} are left to read: hold out fewer, or add {items.things}"
                )
        if on_bad not in ("error", "skip"):
            raise UserError(f"`on_bad` {on_bad}: no such choice; choose from error, skip")
        if fit not in FITS:
            raise UserError(f"`fit` {fit}: no such choice; choose from {', '.join(FITS)}")
        self.size, self.seed, self.flip, self.on_bad, self.fit = tuple(size), seed, flip, on_bad, fit
        self.load_size = tuple(load_size or jitter_size(size)) if jitter else self.size
        if self.load_size[0] < self.size[0] or self.load_size[1] < self.size[1]:
            raise UserError(f"load size {self.load_size} is smaller than the size {self.size}: enlarge it")
        self.errors: list[UserError] = []
        area = self.load_size[0] * self.load_size[1]
        self.cache_needed = sum(len(items) * area * sum(channels) for items, _, channels, _ in sets)
        self.cached = self.cache_needed <= (cache_budget() if cache_bytes is None else cache_bytes)
        self.streams = tuple(
            ImageStream(
                *parts, self.size, self.load_size, seed, number, flip, fit, on_bad, self.cached, self.errors
            )
            for number, parts in enumerate(sets)
        )

    def __len__(self) -> int:
        """Examples of an epoch: the items of the larger set."""
        return max(map(len, self.streams))

    @property
    def things(self) -> str:
        """What is read, in the plural: pairs or images."""
        return self.streams[0].items.things

    @property
    def error(self) -> UserError | None:
        """The first fault met while reading, or None."""
        return self.errors[0] if self.errors else None

    @property
    def bad(self) -> list[BadImage]:
        """Images that were found unreadable and passed over, in the order of the sets."""
        return [bad for stream in self.streams for bad in stream.bad]

    def examples(self, k: np.ndarray) -> tuple[np.ndarray, ...]:
        """The examples numbered ``k``: images uint8 (n, height, width, channels), labels int32 (n, A).

        Raises:
            UserError: an image cannot be read; also kept in ``errors``.
        """
        return tuple(array for stream in self.streams for array in stream.examples(k))

    def training(
        self,
        batch_size: int,
        start_step: int = 0,
        dtype: tf.DType = tf.float32,
        shard: Shard = Shard(),  # noqa: B008 - frozen
    ) -> tf.data.Dataset:
        """Endless batches to train on, shuffled and augmented afresh each epoch, of static shape.

        The batch of step s holds the examples s·batch_size to (s+1)·batch_size - 1, so that a run
        continues bit for bit from ``start_step``.

        Args:
            batch_size: examples a step, over all replicas of all pipelines.
            start_step: the first step.
            dtype: of the images, which are in [-1, 1].
            shard: the part of each batch to yield: for each step as many elements as the pipeline
                has replicas. Only the images of that part are read.

        Raises:
            ValueError: ``batch_size`` cannot be cut as ``shard`` asks.
        """
        share = shard.share(batch_size)

        def read(element: int) -> tuple[np.ndarray, ...]:
            return self.examples(shard.first(element, batch_size) + np.arange(share))

        elements = endless_elements(start_step, batch_size, shard)
        return self._run(elements, read, [share] * len(self.streams), dtype, shard.replicas)

    def evaluation(self, batch_size: int, dtype: tf.DType = tf.float32) -> tf.data.Dataset:
        """All items once, in order, fitted to ``size``, not augmented; the last batch may be smaller.

        Of two sets the smaller one's arrays are empty, (0, …), once it has ended.
        """

        def read(start: int) -> tuple[np.ndarray, ...]:
            arrays = (stream.in_order(start, start + batch_size) for stream in self.streams)
            return tuple(array for batch in arrays for array in batch)

        starts = tf.data.Dataset.range(0, len(self), batch_size)
        whole = len(self) % batch_size == 0
        static = [batch_size if whole and len(stream) == len(self) else None for stream in self.streams]
        return self._run(starts, read, static, dtype)

    def preload(self, progress: Callable[[int, int], None] | None = None, workers: int | None = None) -> bool:
        """Decode everything now; False, and nothing is done, where it does not fit in memory.

        ``progress`` is called with (items done, items in all).
        """
        if not self.cached:
            return False
        done, count = 0, sum(map(len, self.streams))
        with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
            for stream in self.streams:
                for start in range(0, len(stream), CHUNK):
                    for _ in pool.map(stream.read, range(start, min(start + CHUNK, len(stream)))):
                        done += 1
                    if progress is not None:
                        progress(done, count)
        return True

    def check(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Decode every file once and keep nothing; ``progress`` is called with (files done, files in all).

        Raises:
            UnreadableImage: the first one that cannot be used.
        """
        for stream in self.streams:
            check(stream.items, decode=True, progress=progress)

    def own_errors(self) -> AbstractContextManager[None]:
        """Turn TensorFlow's wrapping of a fault met while reading back into the ``UserError``."""
        return unwrapped(self.errors)

    def _run(
        self,
        numbers: tf.data.Dataset,
        read: Callable[[int], tuple[np.ndarray, ...]],
        batches: Sequence[int | None],
        dtype: tf.DType,
        replicas: int = 1,
    ) -> tf.data.Dataset:
        """Dataset of what ``read`` gives for each number, ``batches`` examples of each stream."""
        parts = [
            ((batch, *shape), kind)
            for batch, stream in zip(batches, self.streams, strict=True)
            for shape, kind in stream.parts
        ]
        nothing = [np.empty((0, *shape[1:]), kind) for shape, kind in parts]

        def as_float(number: tf.Tensor) -> tuple[tf.Tensor, ...]:
            kinds = [tf.as_dtype(kind) for _, kind in parts]
            arrays = tf.numpy_function(lambda n: calls(read, int(n), nothing), [number], kinds)
            for array, (shape, _) in zip(arrays, parts, strict=True):
                array.set_shape(shape)
            return as_floats(arrays, dtype)

        workers = min(os.cpu_count() or 1, 16)
        dataset = numbers.map(as_float, num_parallel_calls=workers, deterministic=True).prefetch(2 * replicas)
        dataset.source = self
        return dataset


class ImageSource(ExampleSource):
    """Single images with their labels; batches are (images, labels int32 (batch, A)).

    Args:
        images: the set, with its A attributes; 0 of them where none were asked for.
        channels: 1 or 3.
        size, seed, jitter, flip, cache_bytes, load_size, on_bad, fit: as in ``ExampleSource``.
    """

    def __init__(
        self,
        images: ImageSet,
        size: tuple[int, int],
        seed: int = 0,
        jitter: bool = True,
        flip: bool = True,
        channels: int = 3,
        cache_bytes: int | None = None,
        load_size: tuple[int, int] | None = None,
        on_bad: str = "error",
        fit: str = "pad",
    ) -> None:
        self.images, self.channels = images, channels
        stream = (images, _loading(images, channels), (channels,), images.labels)
        super().__init__([stream], size, seed, jitter, flip, cache_bytes, load_size, on_bad, fit)


class DomainSource(ExampleSource):
    """Images of two domains, unpaired; batches are (images of a, images of b).

    Each has its own order, crops and flips, which do not depend on the other's. An epoch is that
    of the larger domain, in which images of the smaller one occur several times.

    Args:
        a, b: the sets; their labels are not used.
        channels: of a and of b, each 1 or 3.
        size, seed, jitter, flip, cache_bytes, load_size, on_bad, fit: as in ``ExampleSource``.
    """

    def __init__(
        self,
        a: ImageSet,
        b: ImageSet,
        size: tuple[int, int],
        seed: int = 0,
        jitter: bool = True,
        flip: bool = True,
        channels: tuple[int, int] = (3, 3),
        cache_bytes: int | None = None,
        load_size: tuple[int, int] | None = None,
        on_bad: str = "error",
        fit: str = "pad",
    ) -> None:
        self.a, self.b, self.channels = a, b, tuple(channels)
        both = [(images, _loading(images, c), (c,), None) for images, c in zip((a, b), channels, strict=True)]
        super().__init__(both, size, seed, jitter, flip, cache_bytes, load_size, on_bad, fit)


def _loading(images: ImageSet, channels: int) -> Callable[[int], tuple[np.ndarray]]:
    return lambda i: (images.load(i, channels),)


def endless_elements(start_step: int, batch_size: int, shard: Shard) -> tf.data.Dataset:
    """Numbers of a pipeline's elements, int64, from the first of ``start_step`` on."""
    steps = np.iinfo(np.int64).max // batch_size
    elements = tf.data.Dataset.range(start_step * shard.replicas, steps * shard.replicas)
    return elements.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))


def as_floats(arrays: Iterable[tf.Tensor], dtype: tf.DType) -> tuple[tf.Tensor, ...]:
    """Map images, uint8 [0, 255], to ``dtype`` [-1, 1], computed in float32; labels stay as they are."""
    return tuple(
        tf.cast(tf.cast(array, tf.float32) / 127.5 - 1.0, dtype) if array.dtype == tf.uint8 else array
        for array in arrays
    )
