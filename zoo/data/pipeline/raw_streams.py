"""What ``ImageStream`` does, by TensorFlow alone, from a folder of raw files."""

import math
from dataclasses import dataclass

from zoo.backend import tf
from zoo.data.pipeline.splitmix import below_in_graph, draw_in_graph, order_in_graph
from zoo.data.pipeline.streams import FLIP, LEFT, PURPOSES, SHUFFLE, TOP

WHOLE = "whole_prepared_item"
"""Name of the operation that checks a file's length."""

_IN_A_FOLDER = 1000  # files; some file systems slow down with a million


def file_name(index: int) -> str:
    """Name of an item's file below the folder of its stream."""
    return f"{index // _IN_A_FOLDER:04}/{index:08}.raw"


@dataclass(frozen=True)
class PreparedStream:
    """The items of a ``ImageStream`` as raw files: the bytes of the images, in rows, then of the labels.

    Attributes:
        folder: that they lie in, an absolute path.
        count: items.
        channels: of each image of an item.
        attributes: labels of an item, int32 with the lowest byte first; None where there are none.
        size, load_size, seed, number, flip: as in ``ImageStream``.
    """

    folder: str
    count: int
    channels: tuple[int, ...]
    attributes: int | None
    size: tuple[int, int]
    load_size: tuple[int, int]
    seed: int
    number: int
    flip: bool

    def begin(self) -> tuple[tf.Tensor, tf.Tensor]:
        """State before the first ``plan``: no epoch, and its permutation."""
        return tf.constant(-1, tf.int64), tf.zeros([0], tf.int32)

    def plan(self, state: tuple[tf.Tensor, ...], k: tf.Tensor) -> tuple[tuple, tuple]:
        """The state after it, and what makes the examples ``k``, as ``ImageStream.plan``; ``k`` rises."""
        state, index = self._places(state, k)
        top, left = (
            below_in_graph(self.load_size[i] - self.size[i] + 1, self._draw(purpose, k))
            for i, purpose in enumerate((TOP, LEFT))
        )
        mirrored = below_in_graph(2 if self.flip else 1, self._draw(FLIP, k)) == 1
        return state, (index, top, left, mirrored)

    def example(
        self, index: tf.Tensor, top: tf.Tensor, left: tf.Tensor, mirrored: tf.Tensor
    ) -> list[tf.Tensor]:
        """The arrays of one example: images uint8 (H, W, C), and labels int32 (A,) if there are any."""
        folder = tf.strings.as_string(index // _IN_A_FOLDER, width=4, fill="0")
        name = tf.strings.as_string(index, width=8, fill="0")
        path = tf.strings.join([self.folder, "/", folder, "/", name, ".raw"])
        lengths = [math.prod(self.load_size) * channels for channels in self.channels]
        if self.attributes is not None:
            lengths.append(4 * self.attributes)
        content = tf.io.decode_raw(tf.io.read_file(path), tf.uint8)
        parts = tf.split(tf.ensure_shape(content, [sum(lengths)], name=WHOLE), lengths)
        example = []
        for pixels, channels in zip(parts, self.channels, strict=False):
            image = tf.reshape(pixels, (*self.load_size, channels))
            crop = tf.slice(image, tf.stack([top, left, 0]), tf.constant([*self.size, channels], tf.int64))
            crop = tf.cond(mirrored, lambda crop=crop: crop[:, ::-1], lambda crop=crop: crop)
            example.append(tf.ensure_shape(crop, (*self.size, channels)))
        if self.attributes is not None:
            example.append(tf.bitcast(tf.reshape(parts[-1], (self.attributes, 4)), tf.int32))
        return example

    def _places(self, state: tuple[tf.Tensor, ...], k: tf.Tensor) -> tuple[tuple[tf.Tensor, ...], tf.Tensor]:
        """Items of the examples ``k``, which rise; ``state`` is the epoch last permuted, and how.

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
        items = tf.range(self.count, dtype=tf.int64)
        return order_in_graph(self._draw(SHUFFLE, epoch[None], items))

    def _draw(self, purpose: int, *numbers: tf.Tensor) -> tf.Tensor:
        return draw_in_graph(self.seed, purpose + PURPOSES * self.number, *numbers)
