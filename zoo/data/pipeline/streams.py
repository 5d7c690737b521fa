"""One collection of images, read by the number of the example: its order, crops, flips and memory."""

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np

from zoo.data.images import UnreadableImage, cover, fit
from zoo.data.pipeline.splitmix import below, draw
from zoo.data.sets.file_set import BadImage, FileSet
from zoo.errors import UserError

SHUFFLE, TOP, LEFT, FLIP = range(4)  # what a number is drawn for, in the first stream
PURPOSES = 4
FITS = {"pad": fit, "crop": cover}
"""Ways to bring an image to a size: with margins, or with its middle cut out."""


class ImageStream:
    """Decodes, crops and flips the items of a set, by the number k of the example.

    With N items, example k takes the one at place k mod N of the permutation of epoch k // N; its
    crop and flip are drawn from (seed, number of the stream, k).

    Args:
        items: the set.
        load: place of an item → its images, uint8 (H, W, C), which share crop and flip.
        channels: of each of these images.
        labels: int32 (N, A), which go with the images, or None.
        size: (height, width) of the examples.
        load_size: (height, width) before the crop.
        seed: any integer.
        number: of the stream in its source; another one gives other numbers for the same seed.
        flip: mirror half of the examples.
        fitted_by: "pad" or "crop", a key of ``FITS``.
        on_bad: as in ``ExampleSource``.
        cached: whether to keep decoded images in memory.
        errors: faults are added here.
    """

    def __init__(
        self,
        items: FileSet,
        load: Callable[[int], Iterable[np.ndarray]],
        channels: Sequence[int],
        labels: np.ndarray | None,
        size: tuple[int, int],
        load_size: tuple[int, int],
        seed: int,
        number: int,
        flip: bool,
        fitted_by: str,
        on_bad: str,
        cached: bool,
        errors: list[UserError],
    ) -> None:
        self.items, self.channels, self.labels = items, tuple(channels), labels
        self.size, self.load_size, self.number, self.flip = size, load_size, number, flip
        self._load, self._seed, self._fit, self._on_bad = load, seed, FITS[fitted_by], on_bad
        self._cached, self._errors = cached, errors
        self._bad: dict[int, UnreadableImage] = {}
        self._lock = threading.Lock()
        self._permutation = lru_cache(maxsize=2)(self._permutation_of)
        if cached:  # not touched before it is filled, so memory grows with use
            self._filled = np.zeros(len(items), bool)
            self._kept = [np.empty((len(items), *load_size, c), np.uint8) for c in self.channels]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def bad(self) -> list[BadImage]:
        """Images that were found unreadable and passed over, in the order of the set."""
        return [BadImage(self.items.ids[i], e.path, e.reason) for i, e in sorted(self._bad.items())]

    @property
    def parts(self) -> list[tuple[tuple[int, ...], type]]:
        """Shape and type of each array that an example has: its images, and its labels if there are any."""
        images = [((*self.size, channels), np.uint8) for channels in self.channels]
        return images if self.labels is None else [*images, (self.labels.shape[1:], np.int32)]

    def plan(self, k: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """What makes the examples numbered ``k``: item, top and left of the crop, whether mirrored.

        Args:
            k: int64 (n,), 0 or more.
        """
        k = np.asarray(k, np.int64)
        epochs, places = np.divmod(k, len(self))
        index = np.empty_like(places)
        for epoch in np.unique(epochs):
            here = epochs == epoch
            index[here] = self._permutation(int(epoch))[places[here]]
        top = below(self.load_size[0] - self.size[0] + 1, self._draw(TOP, k))
        left = below(self.load_size[1] - self.size[1] + 1, self._draw(LEFT, k))
        mirrored = below(2, self._draw(FLIP, k)).astype(bool) & self.flip
        return index, top, left, mirrored

    def examples(self, k: np.ndarray) -> tuple[np.ndarray, ...]:
        """The arrays ``parts`` of the examples numbered ``k``, (n, …) each.

        Raises:
            UserError: an image cannot be read; also kept in the errors.
        """
        height, width = self.size
        arrays = tuple(np.empty((len(k), *shape), dtype) for shape, dtype in self.parts)
        for i, (index, top, left, mirrored) in enumerate(zip(*self.plan(k), strict=True)):
            place, loaded = self.read(int(index))
            for images, image in zip(arrays, loaded, strict=False):
                crop = image[top : top + height, left : left + width]
                images[i] = crop[:, ::-1] if mirrored else crop
            if self.labels is not None:
                arrays[-1][i] = self.labels[place]
        return arrays

    def in_order(self, start: int, end: int) -> tuple[np.ndarray, ...]:
        """The arrays ``parts`` of the items from ``start`` on, before ``end``, whole and not mirrored."""
        read = [self.read(i) for i in range(start, min(end, len(self)))]
        arrays = tuple(np.empty((len(read), *shape), dtype) for shape, dtype in self.parts)
        for i, (place, loaded) in enumerate(read):
            for images, image in zip(arrays, loaded, strict=False):
                images[i] = self._fit(image, self.size)
            if self.labels is not None:
                arrays[-1][i] = self.labels[place]
        return arrays

    def read(self, index: int) -> tuple[int, Sequence[np.ndarray]]:
        """Item ``index``, or the next readable one: its place, and its images at load size.

        Raises:
            UserError: as ``examples``.
        """
        for i in range(index, index + len(self)):
            place = i % len(self)
            if place in self._bad:
                continue
            if self._cached and self._filled[place]:
                return place, [images[place] for images in self._kept]
            try:
                loaded = self._load(place)
            except UserError as error:
                passed_over = self._on_bad == "skip" and isinstance(error, UnreadableImage)
                # What is remembered of many faults is without the traceback, which holds the image.
                fault = error.bare() if passed_over else error
                with self._lock:
                    self._errors.append(fault)
                if not passed_over:
                    raise
                self._bad[place] = fault
                continue
            fitted = [self._fit(image, self.load_size) for image in loaded]
            if self._cached:
                # Two threads may fill the same place; they write the same bytes.
                for images, image in zip(self._kept, fitted, strict=True):
                    images[place] = image
                self._filled[place] = True
            return place, fitted
        first = next(iter(self._bad.values()))
        error = UserError(f"{self.items.root}: {self.items.none_usable}; the first: {first}")
        self._errors.append(error)
        raise error

    def _draw(self, purpose: int, *numbers: np.ndarray) -> np.ndarray:
        return draw(self._seed, purpose + PURPOSES * self.number, *numbers)

    def _permutation_of(self, epoch: int) -> np.ndarray:
        keys = self._draw(SHUFFLE, np.full(len(self), epoch), np.arange(len(self)))
        return np.argsort(keys, kind="stable")
