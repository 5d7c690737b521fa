"""Computing a part of a network a second time for its gradient, instead of keeping what is inside.

Memory for time (Chen et al. 2016, arXiv:1604.06174).
"""

from collections.abc import Callable
from typing import Any

from zoo.backend import tf
from zoo.engine.random import Part, computing, current_part


class _Recording(Part):
    """What ``outer`` computes, with the keys of the draws written down."""

    def __init__(self, outer: Part) -> None:
        super().__init__(outer.index, outer.count, keys=[], moves_statistics=outer.moves_statistics)
        self._outer = outer

    def key(self, make: Callable[[], tf.Tensor]) -> tf.Tensor:
        self.keys.append(self._outer.key(make))
        return self.keys[-1]


def recomputed(function: Callable[..., tf.Tensor], *inputs: tf.Tensor) -> tf.Tensor:
    """``function(*inputs)``, of which only ``inputs`` is kept for the gradient.

    The second computation draws what the first drew and moves no statistics. ``function`` may
    read variables, which get their gradients and must not change before; it must not make any.

    As ``tf.recompute_grad``, which cannot tell the first computation from the second. A gradient
    of the gradient is right, but keeps what is inside.
    """

    @tf.custom_gradient
    def first(*inputs: tf.Tensor) -> tuple[tf.Tensor, Any]:
        recording = _Recording(current_part())
        with computing(recording):
            outputs = function(*inputs)

        def gradient(upstream: tf.Tensor, variables: list[tf.Variable] | None = None) -> Any:
            again = Part(recording.index, recording.count, recording.keys, again=True, moves_statistics=False)
            later = [each * _one_after(upstream, each.dtype) for each in inputs]
            with tf.GradientTape() as tape, computing(again):
                tape.watch(later)
                outputs = function(*later)
            gradients = tape.gradient(outputs, [*later, *(variables or [])], upstream)
            to_inputs, to_variables = gradients[: len(later)], gradients[len(later) :]
            return to_inputs if variables is None else (to_inputs, to_variables)

        return outputs, gradient

    return first(*inputs)


def _one_after(upstream: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """1, known only once ``upstream`` is (NaN if that begins with NaN).

    What depends on it can neither be computed early nor be merged with the first computation,
    neither by TensorFlow's optimiser nor by XLA, which respects no control dependencies.
    """
    begin = tf.reduce_max(tf.reshape(upstream, [-1])[:1])  # -inf for an empty batch
    return tf.where(tf.equal(begin, begin), tf.ones([], dtype), tf.constant(float("nan"), dtype))
