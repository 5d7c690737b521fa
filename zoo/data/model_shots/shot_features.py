"""Model shots as points for k-means: maps of silhouette, edges and head, reduced batch by batch."""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from types import ModuleType

import numpy as np

from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.model_shots.silhouettes import HEAD, SIDE, Figure, read_figure

_SAMPLE = 4096  # shots from which the features' scale and principal components are learned
_COMPONENTS = 48
_BATCH = 1024
_POOL_PAYS = 400  # shots that a process should have to do


class Features:
    """Points for k-means: the shots' maps, scaled by block and reduced to principal components.

    Scale and components come from at most ``_SAMPLE`` shots, evenly spaced; all others are projected
    batch by batch, so the maps of half a million shots are never held at once.

    Args:
        root: folder that the paths are relative to.
        paths: the shots.
        seed: of the principal components.
        progress: called with the number of shots measured and their total.

    Attributes:
        readable: bool (total,): which shots could be read.
        unreadable: path of each of the others → what is wrong with it.
        points: float64 (readable, components).
        measures: float32 (readable, 3), see ``zoo.data.model_shots.silhouettes.Measures``.
    """

    def __init__(
        self, root: Path, paths: Sequence[str], seed: int, progress: Callable[[int, int], None] | None
    ) -> None:
        total = len(paths)
        self.readable = np.zeros(total, bool)
        self.unreadable: dict[str, str] = {}
        self._done, self._total, self._progress = 0, total, progress
        sample = np.array(evenly_spaced(total, _SAMPLE))
        measures = np.zeros((total, 3), np.float32)
        self._pool = _Pool(total)
        with self._pool:
            maps = self._measure(root, paths, sample, measures)
            learned = maps[self.readable[sample]]
            if not len(learned):
                self.points, self.measures = np.zeros((0, 1)), measures[:0]
                return
            self._learn(learned, seed)
            points = np.zeros((total, len(self._axes)), np.float32)
            points[sample] = self._project(maps)
            del maps, learned
            rest = np.setdiff1d(np.arange(total), sample, assume_unique=True)
            for start in range(0, len(rest), _BATCH):
                batch = rest[start : start + _BATCH]
                points[batch] = self._project(self._measure(root, paths, batch, measures))
        self.points, self.measures = points[self.readable].astype(np.float64), measures[self.readable]

    def maps(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mask and edge map, float32 (SIDE, SIDE) in 0 to 1, that a point stands for."""
        flat = (point @ self._axes / self._scale + self._mean).clip(0, 255) / 255
        area = SIDE * SIDE
        return tuple(flat[i * area : (i + 1) * area].reshape(SIDE, SIDE).astype(np.float32) for i in (0, 1))

    def _measure(
        self, root: Path, paths: Sequence[str], which: np.ndarray, measures: np.ndarray
    ) -> np.ndarray:
        """Maps of some shots, uint8 (n, 2·SIDE² + 2·HEAD²); their measures go to the rows of ``measures``."""
        maps = np.zeros((len(which), 2 * SIDE * SIDE + 2 * HEAD * HEAD), np.uint8)
        figures = self._pool.map([root / paths[i] for i in which])
        for row, (i, figure) in enumerate(zip(which, figures, strict=True)):
            if isinstance(figure, str):
                self.unreadable[paths[i]] = figure
            else:
                self.readable[i] = True
                measures[i] = figure.measures
                maps[row] = np.concatenate([figure.mask, figure.edges, figure.head], axis=None)
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._total)
        return maps

    def _learn(self, maps: np.ndarray, seed: int) -> None:
        from sklearn.utils.extmath import randomized_svd
        from threadpoolctl import threadpool_limits

        values = maps.astype(np.float32)
        self._mean = values.mean(0)
        values -= self._mean
        blocks = np.repeat([0, 1, 2], [SIDE * SIDE, SIDE * SIDE, 2 * HEAD * HEAD])
        totals = np.bincount(blocks, weights=values.var(0, dtype=np.float64))
        self._scale = (1 / np.sqrt(np.maximum(totals, 1.0)))[blocks].astype(np.float32)
        values *= self._scale
        with threadpool_limits(1):  # the order of sums, and so the last bits, depend on the threads
            count = min(_COMPONENTS, *values.shape)
            self._axes = randomized_svd(values, count, n_iter=3, random_state=seed)[2].astype(np.float32)

    def _project(self, maps: np.ndarray) -> np.ndarray:
        return ((maps - self._mean) * self._scale) @ self._axes.T


class _Pool:
    """Measures figures in processes if that pays (a process takes a second to start), else right here."""

    def __init__(self, total: int) -> None:
        workers = min(cpu_count() or 1, 16, total // _POOL_PAYS)
        self._processes = None
        if workers > 1:
            # Not forked: the caller may have threads, TensorFlow's for one.
            self._processes = ProcessPoolExecutor(workers, get_context("spawn"))

    def __enter__(self) -> "_Pool":
        return self

    def __exit__(self, *_: object) -> None:
        if self._processes is not None:
            self._processes.shutdown(cancel_futures=True)

    def map(self, paths: list[Path]) -> Iterator[Figure | str]:
        """The figures of the paths, in order."""
        done = 0
        if self._processes is not None:
            try:
                with _without_main():  # all processes are started here
                    figures = self._processes.map(read_figure, paths, chunksize=16)
                for figure in figures:
                    yield figure
                    done += 1
            except BrokenProcessPool:  # a small machine
                self._processes.shutdown()
                self._processes = None
        yield from map(read_figure, paths[done:])


@contextmanager
def _without_main() -> Iterator[None]:
    """Processes that are started meanwhile do not run the caller's main module again.

    It may be a script without a guard, with all that it does, or text from stdin, which is gone.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
