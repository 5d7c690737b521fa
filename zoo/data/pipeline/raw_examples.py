"""Examples written once as raw bytes, so that TensorFlow alone can feed them to training.

Python functions cannot travel to the workers of a tf.data service; a folder of prepared items and
a graph can. The k-th example is what the ``ExampleSource`` makes of the same k, bit for bit.

A folder holds ``index.json`` and one file an item, ``0012/00012345.raw``: the bytes of its images,
uint8 in rows, at load size, then of its labels, int32. An item that could not be read holds what
takes its place. Two domains have a folder each in it, ``a`` and ``b``.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from zoo.backend import tf
from zoo.data.pipeline.input_client import FAILED, from_services
from zoo.data.pipeline.raw_streams import WHOLE, PreparedStream, file_name
from zoo.data.pipeline.shards import Shard
from zoo.data.pipeline.sources import CHUNK, ExampleSource, as_floats, endless_elements
from zoo.data.pipeline.streams import ImageStream
from zoo.data.sets.file_set import BadImage
from zoo.errors import UserError
from zoo.io.files import make_folder, read_json, write_json

INDEX = "index.json"
_FORMAT = 1
_STREAMS = "ab"  # names of their folders, where there are several


@dataclass(frozen=True, eq=False)
class Prepared:
    """A folder of prepared items, and how examples are made from it; see ``prepare``.

    Attributes:
        folder: where they lie, an absolute path.
        things: what they are, in the plural.
        streams: as the source has them.
        seed: the source's.
        bad: images that could not be read when the folder was written.
        errors: what went wrong while reading from an input service, first to last.
    """

    folder: Path
    things: str
    streams: tuple[PreparedStream, ...]
    seed: int
    bad: tuple[BadImage, ...]
    errors: list[UserError]

    @property
    def count(self) -> int:
        """Examples of an epoch."""
        return max(stream.count for stream in self.streams)

    def training(
        self,
        batch_size: int,
        start_step: int = 0,
        dtype: tf.DType = tf.float32,
        shard: Shard = Shard(),  # noqa: B008 - frozen
        service: str | None = None,
    ) -> tf.data.Dataset:
        """The same batches as ``ExampleSource.training``, bit for bit, computed by TensorFlow alone.

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
            batches = self._examples(elements, batch_size, shard).map(lambda k, *arrays: arrays)
        else:

            def every(first: int, stride: int) -> tf.data.Dataset:
                elements = tf.data.Dataset.range(first, tf.int64.max, stride)
                return self._examples(elements, batch_size, shard)

            def numbers(element: tf.Tensor) -> tf.Tensor:
                return shard.first(element, batch_size) + tf.range(share, dtype=tf.int64)

            batches = from_services(service, every, start_step * shard.replicas, numbers, self.errors)
        batches = batches.map(lambda *arrays: as_floats(arrays, dtype)).prefetch(2 * shard.replicas)
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
                fault = "the input service was restarted during the training; resume with `resume`"
            elif str(self.folder) in error.message or WHOLE in error.message:
                fault = (
                    f"{self.folder}: a prepared {self.things.removesuffix('s')} is missing or cut short; "
                    "remove the folder and start again, and let an input service see it under this path"
                )
            else:
                raise
            raise UserError(fault) from error

    def _examples(self, elements: tf.data.Dataset, batch_size: int, shard: Shard) -> tf.data.Dataset:
        """Of each element its examples: numbers (n,) int64, then what they hold, (n, …) each."""

        def plan(states: tuple[tuple, ...], element: tf.Tensor) -> tuple:
            k = shard.first(element, batch_size) + tf.range(shard.share(batch_size), dtype=tf.int64)
            planned = [stream.plan(state, k) for stream, state in zip(self.streams, states, strict=True)]
            states, plans = zip(*planned, strict=True)
            return states, (k, plans)

        def example(k: tf.Tensor, plans: tuple[tuple, ...]) -> tuple[tf.Tensor, ...]:
            examples = (stream.example(*parts) for stream, parts in zip(self.streams, plans, strict=True))
            return (k, *(array for arrays in examples for array in arrays))

        states = tuple(stream.begin() for stream in self.streams)
        examples = elements.scan(states, plan).unbatch()
        examples = examples.map(example, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        return examples.batch(shard.share(batch_size), drop_remainder=True).prefetch(2)


def prepare(
    source: ExampleSource, folder: Path, progress: Callable[[int, int], None] | None = None
) -> Prepared:
    """Write the items of ``source`` at load size into ``folder``, unless they lie there already.

    The folder appears whole or not at all. Workers of an input service on other machines must see
    it under the same path.

    Args:
        source: what is to be fed; its order of items is the files'.
        folder: to write to: new, empty, or written by an earlier call.
        progress: called with (items done, items in all).

    Raises:
        UserError: the folder holds something else, cannot be created, or has too little room; an image
            cannot be read.
    """
    folder = folder.resolve()
    expected = _expected_index(source)
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        _write(source, folder, expected, progress)
    index = _index(folder, source.things)
    bad = tuple(BadImage(**image) for image in index.pop("bad"))
    if index != expected:
        raise UserError(
            f"{folder}: prepared from other {source.things}, or for another size; remove it, or name another "
            "folder"
        )
    if bad and source.on_bad == "error":
        raise UserError(
            f"{bad[0].path} {bad[0].reason}; or leave out such {source.things} with `on_bad` skip, as "
            f"{folder} does"
        )
    streams = tuple(
        PreparedStream(
            str(place), len(stream), stream.channels, _attributes(stream), source.size, source.load_size,
            source.seed, stream.number, source.flip,
        )
        for stream, place in zip(source.streams, _places(source, folder), strict=True)
    )  # fmt: skip
    return Prepared(folder, source.things, streams, source.seed, bad, [])


def _expected_index(source: ExampleSource) -> dict[str, Any]:
    """What ``index.json`` must say, but for bad images."""
    streams = []
    for stream in source.streams:
        streams.append(
            {"count": len(stream), "channels": list(stream.channels), "fingerprint": _fingerprint(stream)}
        )
        if stream.labels is not None:
            streams[-1]["labels"] = _attributes(stream)
    shared = {"format": _FORMAT, "load_size": list(source.load_size)}
    if source.fit != "pad":  # which alone there was when the format was made
        shared["fit"] = source.fit
    # "tracks" is what streams were called when the format was made.
    return {**shared, **streams[0]} if len(streams) == 1 else {**shared, "tracks": streams}


def _attributes(stream: ImageStream) -> int | None:
    return None if stream.labels is None else stream.labels.shape[1]


def _places(source: ExampleSource, folder: Path) -> list[Path]:
    """Folder of each stream."""
    several = len(source.streams) > 1
    return [folder / _STREAMS[stream.number] if several else folder for stream in source.streams]


def _fingerprint(stream: ImageStream) -> str:
    """That of the set, and of the order of its items, which the set's leaves out."""
    digest = hashlib.sha256(stream.items.fingerprint().encode())
    for names in stream.items.files():
        digest.update(json.dumps(names).encode())
    if stream.labels is not None:
        digest.update(stream.labels.astype("<i4").tobytes())
    return digest.hexdigest()


def _index(folder: Path, things: str) -> dict[str, Any]:
    if not (folder / INDEX).is_file():
        raise UserError(f"{folder}: holds something else than prepared {things}; name a new or empty folder")
    return read_json(folder / INDEX, "prepared", "name another folder")


def _write(
    source: ExampleSource,
    folder: Path,
    index: dict[str, Any],
    progress: Callable[[int, int], None] | None,
) -> None:
    make_folder(folder.parent)
    needed = source.cache_needed + sum(
        stream.labels.nbytes for stream in source.streams if stream.labels is not None
    )
    free = shutil.disk_usage(folder.parent).free
    count = sum(map(len, source.streams))
    if needed > free:
        raise UserError(
            f"{folder}: {count:,} prepared {source.things} take {needed / 1e9:,.1f} GB and "
            f"{free / 1e9:,.1f} GB are free; name a folder on a larger disk"
        )
    try:
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:40]}.", suffix=".tmp"))
    except OSError as error:
        raise UserError(f"{folder} cannot be created ({error.strerror}); choose another place") from None

    def write(stream: ImageStream, place: Path, i: int) -> None:
        (place / file_name(i)).write_bytes(_content(stream, i))

    try:
        done = 0
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for stream, place in zip(source.streams, _places(source, temporary), strict=True):
                for start in range(0, len(stream), CHUNK):
                    items = range(start, min(start + CHUNK, len(stream)))
                    for parent in {(place / file_name(i)).parent for i in (items[0], items[-1])}:
                        parent.mkdir(parents=True, exist_ok=True)
                    for _ in pool.map(partial(write, stream, place), items):
                        done += 1
                    if progress is not None:
                        progress(done, count)
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


def _content(stream: ImageStream, i: int) -> bytes:
    """Bytes of an item, or of the one in its place."""
    place, images = stream.read(i)
    content = b"".join(image.tobytes() for image in images)
    return content if stream.labels is None else content + stream.labels[place].astype("<i4").tobytes()
