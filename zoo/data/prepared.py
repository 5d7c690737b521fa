"""Pairs written once as raw bytes, so that TensorFlow alone can feed them to training.

Python functions cannot travel to the workers of a tf.data service; a folder of prepared pairs and
a graph can. The k-th example is what ``PairSource`` makes of the same k, bit for bit.

A folder holds ``index.json`` and one file a pair, ``0012/00012345.raw``: the source's bytes, then
the target's, uint8 in rows, at load size. A pair that could not be read holds what takes its place.
"""

import errno
import hashlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zoo.backend import tf
from zoo.data.input_client import FAILED, from_services
from zoo.data.pair_set import BadImage, PairSet
from zoo.data.pairs import CHUNK, FLIP, LEFT, SHUFFLE, TOP, PairSource, as_floats, endless_elements
from zoo.data.shards import Shard
from zoo.data.splitmix import below_in_graph, draw_in_graph, order_in_graph
from zoo.errors import UserError
from zoo.files import make_folder, read_json, write_json

INDEX = "index.json"
_FORMAT = 1
_WHOLE = "whole_prepared_pair"  # name of the operation that checks a file's length
_IN_A_FOLDER = 1000  # files; some file systems slow down with a million


@dataclass(frozen=True, eq=False)
class Prepared:
    """A folder of prepared pairs, and how examples are made from it; see ``prepare``.

    Attributes:
        folder: where they lie, an absolute path.
        count: pairs.
        size, load_size: (height, width) of the examples, and before the crop.
        channels: of source and target.
        seed, flip: as ``PairSource``.
        bad: images that could not be read when the folder was written.
        errors: what went wrong while reading from an input service, first to last.
    """

    folder: Path
    count: int
    size: tuple[int, int]
    load_size: tuple[int, int]
    channels: tuple[int, int]
    seed: int
    flip: bool
    bad: tuple[BadImage, ...]
    errors: list[UserError]

    def training(
        self,
        batch_size: int,
        start_step: int = 0,
        dtype: tf.DType = tf.float32,
        shard: Shard = Shard(),  # noqa: B008 - frozen
        service: str | None = None,
    ) -> tf.data.Dataset:
        """The same batches as ``PairSource.training``, bit for bit, computed by TensorFlow alone.

        Args:
            batch_size, start_step, dtype, shard: as there.
            service: "HOST:PORT" of an input service that computes them, or several, with commas
                between: each computes its share of the steps. The batches are the same.

        Raises:
            ValueError: ``batch_size`` cannot be cut as ``shard`` asks.
            UserError: a service cannot be reached. One that fails later ends the iteration with
                an error that ``own_errors`` makes a ``UserError``.
        """
        share = shard.share(batch_size)
        if service is None:
            elements = endless_elements(start_step, batch_size, shard)
            batches = self._examples(elements, batch_size, shard).map(lambda k, *images: images)
        else:

            def every(first: int, stride: int) -> tf.data.Dataset:
                elements = tf.data.Dataset.range(first, tf.int64.max, stride)
                return self._examples(elements, batch_size, shard)

            def numbers(element: tf.Tensor) -> tf.Tensor:
                return shard.first(element, batch_size) + tf.range(share, dtype=tf.int64)

            batches = from_services(service, every, start_step * shard.replicas, numbers, self.errors)
        batches = batches.map(lambda *images: as_floats(images, dtype)).prefetch(2 * shard.replicas)
        return batches.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))

    @contextmanager
    def own_errors(self) -> Iterator[None]:
        """Turn TensorFlow's wrapping of a fault met while reading into a ``UserError``."""
        try:
            yield
        except tf.errors.OpError as error:
            if FAILED in error.message:
                raise self.errors[-1] from None
            if "dispatcher restart" in error.message:
                fault = "the input service was started anew under the training; go on with --resume"
            elif str(self.folder) in error.message or _WHOLE in error.message:
                fault = (
                    f"{self.folder}: a prepared pair is missing or cut short; remove the folder and start "
                    "again, and let an input service see it under this path"
                )
            else:
                raise
            raise UserError(fault) from error

    def _examples(self, elements: tf.data.Dataset, batch_size: int, shard: Shard) -> tf.data.Dataset:
        """Of each element its examples: numbers (n,) int64, sources and targets uint8 (n, H, W, C)."""

        def plan(state: tuple[tf.Tensor, ...], element: tf.Tensor) -> tuple:
            k = shard.first(element, batch_size) + tf.range(shard.share(batch_size), dtype=tf.int64)
            state, index = self._places(state, k)
            top, left = (
                below_in_graph(self.load_size[i] - self.size[i] + 1, draw_in_graph(self.seed, purpose, k))
                for i, purpose in enumerate((TOP, LEFT))
            )
            mirrored = below_in_graph(2 if self.flip else 1, draw_in_graph(self.seed, FLIP, k)) == 1
            return state, (k, index, top, left, mirrored)

        nothing = (tf.constant(-1, tf.int64), tf.zeros([0], tf.int32))  # an epoch and its permutation
        examples = elements.scan(nothing, plan).unbatch()
        examples = examples.map(self._example, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        return examples.batch(shard.share(batch_size), drop_remainder=True).prefetch(2)

    def _places(self, state: tuple[tf.Tensor, ...], k: tf.Tensor) -> tuple[tuple[tf.Tensor, ...], tf.Tensor]:
        """Pairs of the examples ``k``, which rise; ``state`` is the epoch last permuted, and how.

        A permutation costs O(N log N) once an epoch; a batch may span several epochs.
        """
        epochs, places = k // self.count, k % self.count

        def fill(epoch: tf.Tensor, permuted: tf.Tensor, order: tf.Tensor, index: tf.Tensor) -> tuple:
            order = tf.cond(epoch == permuted, lambda: order, lambda: self._permutation(epoch))
            return epoch + 1, epoch, order, tf.where(epochs == epoch, tf.gather(order, places), index)

        _, permuted, order, index = tf.while_loop(
            lambda epoch, *_: epoch <= epochs[-1],
            fill,
            (epochs[0], *state, tf.zeros_like(k, tf.int32)),
            shape_invariants=(epochs[0].shape, state[0].shape, tf.TensorShape([None]), k.shape),
        )
        return (permuted, order), index

    def _permutation(self, epoch: tf.Tensor) -> tf.Tensor:
        pairs = tf.range(self.count, dtype=tf.int64)
        return order_in_graph(draw_in_graph(self.seed, SHUFFLE, epoch[None], pairs))

    def _example(
        self, k: tf.Tensor, index: tf.Tensor, top: tf.Tensor, left: tf.Tensor, mirrored: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        folder = tf.strings.as_string(index // _IN_A_FOLDER, width=4, fill="0")
        name = tf.strings.as_string(index, width=8, fill="0")
        path = tf.strings.join([str(self.folder), "/", folder, "/", name, ".raw"])
        areas = [math.prod(self.load_size) * channels for channels in self.channels]
        content = tf.io.decode_raw(tf.io.read_file(path), tf.uint8)
        content = tf.ensure_shape(content, [sum(areas)], name=_WHOLE)
        images = []
        for pixels, channels in zip(tf.split(content, areas), self.channels, strict=True):
            image = tf.reshape(pixels, (*self.load_size, channels))
            crop = tf.slice(image, tf.stack([top, left, 0]), tf.constant([*self.size, channels], tf.int64))
            crop = tf.cond(mirrored, lambda crop=crop: crop[:, ::-1], lambda crop=crop: crop)
            images.append(tf.ensure_shape(crop, (*self.size, channels)))
        return (k, *images)


def prepare(source: PairSource, folder: Path, progress: Callable[[int, int], None] | None = None) -> Prepared:
    """Write the pairs of ``source`` at load size into ``folder``, unless they lie there already.

    The folder appears whole or not at all. Workers of an input service on other machines must see
    it under the same path.

    Args:
        source: what is to be fed; its order of pairs is the files'.
        folder: to write to: new, empty, or written by an earlier call.
        progress: called with (pairs done, pairs in all).

    Raises:
        UserError: the folder holds something else, cannot be made, or has too little room; an image
            cannot be read.
    """
    folder = folder.resolve()
    wanted = {
        "format": _FORMAT,
        "count": len(source.pairs),
        "load_size": list(source.load_size),
        "channels": list(source.channels),
        "fingerprint": _fingerprint(source.pairs),
    }
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        _write(source, folder, wanted, progress)
    found = _index(folder)
    bad = tuple(BadImage(**image) for image in found.pop("bad"))
    if found != wanted:
        raise UserError(
            f"{folder}: prepared from other pairs, or for another size; remove it, or name another folder"
        )
    if bad and source.on_bad == "error":
        raise UserError(
            f"{bad[0].path} {bad[0].reason}; or leave out such pairs with --on-bad skip, as {folder} does"
        )
    return Prepared(
        folder,
        len(source.pairs),
        source.size,
        source.load_size,
        source.channels,
        source.seed,
        source.flip,
        bad,
        [],
    )


def _fingerprint(pairs: PairSet) -> str:
    """That of the set, and of the order of its pairs, which the set's leaves out."""
    digest = hashlib.sha256(pairs.fingerprint().encode())
    for names in zip(pairs.sources, pairs.targets, strict=True):
        digest.update(json.dumps(names).encode())
    return digest.hexdigest()


def _index(folder: Path) -> dict[str, Any]:
    if not (folder / INDEX).is_file():
        raise UserError(f"{folder}: holds something else than prepared pairs; name a new or empty folder")
    found = read_json(folder / INDEX)
    try:
        for image in found["bad"]:
            BadImage(**image)
    except (KeyError, TypeError):
        raise UserError(f"{folder / INDEX}: not written by this program; name another folder") from None
    return found


def _write(
    source: PairSource, folder: Path, index: dict[str, Any], progress: Callable[[int, int], None] | None
) -> None:
    make_folder(folder.parent)
    count = len(source.pairs)
    needed, free = source.cache_needed, shutil.disk_usage(folder.parent).free
    if needed > free:
        raise UserError(
            f"{folder}: {count:,} prepared pairs take {needed / 1e9:,.1f} GB and {free / 1e9:,.1f} GB are "
            "free; name a folder on a larger disk"
        )
    try:
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:40]}.", suffix=".tmp"))
    except OSError as error:
        raise UserError(f"{folder} cannot be made ({error.strerror}); choose another place") from None

    def write(i: int) -> None:
        content = b"".join(image.tobytes() for image in source.fitted(i))
        (temporary / f"{i // _IN_A_FOLDER:04}" / f"{i:08}.raw").write_bytes(content)

    try:
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for start in range(0, count, CHUNK):
                end = min(start + CHUNK, count)
                for number in {start // _IN_A_FOLDER, (end - 1) // _IN_A_FOLDER}:
                    (temporary / f"{number:04}").mkdir(exist_ok=True)
                for _ in pool.map(write, range(start, end)):
                    pass
                if progress is not None:
                    progress(end, count)
        write_json(temporary / INDEX, {**index, "bad": [asdict(image) for image in source.bad]})
        temporary.chmod(0o755)  # mkdtemp's folder is the owner's alone
        try:
            temporary.replace(folder)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            shutil.rmtree(temporary)  # another worker of the same training was faster
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
