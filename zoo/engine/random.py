"""Random numbers of a training step that do not depend on how the step is computed.

A step's batch may be spread over replicas or cut into micro-batches, and a network may be
computed a second time for its gradient. Draws are made for the whole batch and then cut, and a
second computation draws what the first drew, so that the weights come out the same.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from zoo.backend import keras, tf
from zoo.engine.replicas import from_all_replicas, own_share, replica_of_replicas


@dataclass
class Part:
    """What is being computed: micro-batch ``index`` of ``count``, for the first time or again.

    Attributes:
        index: of the micro-batch in the replica's batch, from 0.
        count: micro-batches in it.
        keys: of the draws made so far, in order; with ``again``, of those to be made.
        again: whether ``keys`` are to be drawn with again, in order.
        moves_statistics: whether batch normalisation counts this computation.
    """

    index: int = 0
    count: int = 1
    keys: list[tf.Tensor] | None = None
    again: bool = False
    moves_statistics: bool = True
    _next: int = 0

    def key(self, make: Callable[[], tf.Tensor]) -> tf.Tensor:
        """The key of the next draw: a new one, or that of the first computation."""
        if self.again:
            self._next += 1
            return self.keys[self._next - 1]
        key = make()
        if self.keys is not None:
            self.keys.append(key)
        return key


_local = threading.local()  # each replica is traced in its own thread


def current_part() -> Part:
    """The part that is being computed; the whole batch, for the first time, if none is named."""
    return getattr(_local, "part", None) or Part()


@contextmanager
def computing(part: Part) -> Iterator[Part]:
    """While entered, layers compute this part of the replica's batch."""
    outer = getattr(_local, "part", None)
    _local.part = part
    try:
        yield _local.part
    finally:
        _local.part = outer


class RandomLayer(keras.layers.Layer):
    """A layer whose draws depend only on ``seed`` and on how often it has drawn.

    The counter is a weight, so a checkpoint restores the draws, which Keras' own layers do not
    promise.

    Args:
        seed: what makes this layer's draws different from another's in the same model.
    """

    def __init__(self, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed

    def build(self, input_shape: tf.TensorShape) -> None:
        self.draws = self.add_weight(
            name="draws",
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            # Each replica counts for itself, all alike: no communication.
            synchronization=tf.VariableSynchronization.ON_READ,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
            experimental_autocast=False,
        )
        super().build(input_shape)

    def uniform(self, batch: tf.Tensor, shape: list[int] | tf.Tensor) -> tf.Tensor:
        """Draw numbers of [0, 1) for each of ``batch`` examples: (batch, *shape), float32.

        In float32 whatever the layer computes in, so that every precision draws alike. XLA's
        generator draws other numbers than TensorFlow's kernels from the same key.
        """
        return self._draw(tf.random.stateless_uniform, batch, shape)

    def normal(self, batch: tf.Tensor, shape: list[int] | tf.Tensor) -> tf.Tensor:
        """Draw numbers of N(0, 1) for each of ``batch`` examples, as ``uniform``."""
        return self._draw(tf.random.stateless_normal, batch, shape)

    def _draw(self, draw: Callable, batch: tf.Tensor, shape: list[int] | tf.Tensor) -> tf.Tensor:
        here = current_part()
        replicas, replica = replica_of_replicas()
        key = here.key(self._make_key)
        drawn = draw(tf.concat([[batch * here.count * replicas], tf.cast(shape, tf.int32)], axis=0), key)
        start = batch * (here.count * replica + here.index)
        return drawn[start : start + batch]

    def _make_key(self) -> tf.Tensor:
        key = tf.stack([self.draws, tf.cast(self.seed, tf.int64)])
        self.draws.assign_add(1)
        return key

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}


class Shuffle(RandomLayer):
    """Puts the examples of the *global* batch into a random order.

    Shape: (N, …) → the same; rows may come from other replicas.
    """

    def call(self, examples: tf.Tensor) -> tf.Tensor:
        batch = tf.shape(examples)[0]
        order = tf.argsort(from_all_replicas(self.uniform(batch, [])), stable=True)
        return own_share(tf.gather(from_all_replicas(examples), order), batch)
