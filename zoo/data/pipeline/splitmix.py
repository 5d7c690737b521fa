"""Random numbers that are a pure function of what they are drawn for, alike in NumPy and in TensorFlow.

The finaliser of SplitMix64 (Steele, Lea, Flood 2014), chained over the numbers. Integer arithmetic
only: the same on every machine and in every version.
"""

import numpy as np

from zoo.backend import tf

_ADDED = 0x9E3779B97F4A7C15
_ROUNDS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))  # shift, factor
_LAST = 31


def draw(seed: int, purpose: int, *numbers: np.ndarray) -> np.ndarray:
    """Random uint64 for each row of ``numbers``, int64 of one shape; ``seed`` is any integer."""
    state = _mix(np.array([seed % 2**64], np.uint64))
    for number in (np.array([purpose]), *numbers):
        state = _mix(state ^ _mix(number.astype(np.uint64)))
    return state


def below(limit: int, drawn: np.ndarray) -> np.ndarray:
    """Map random uint64 to integers 0 … limit - 1, int64."""
    return ((drawn >> np.uint64(32)) * np.uint64(limit) >> np.uint64(32)).astype(np.int64)


def draw_in_graph(seed: int, purpose: int, *numbers: tf.Tensor) -> tf.Tensor:
    """``draw`` in TensorFlow's operations."""
    state = _mix_in_graph(_unsigned(seed % 2**64))
    for number in (tf.constant([purpose]), *numbers):
        state = _mix_in_graph(tf.bitwise.bitwise_xor(state, _mix_in_graph(tf.cast(number, tf.uint64))))
    return state


def below_in_graph(limit: int, drawn: tf.Tensor) -> tf.Tensor:
    """``below`` in TensorFlow's operations."""
    return tf.cast(_shifted(_shifted(drawn, 32) * _unsigned(limit), 32), tf.int64)


def order_in_graph(drawn: tf.Tensor) -> tf.Tensor:
    """Places of random uint64 (n,) from the smallest to the largest: (n,) int32."""
    # TensorFlow sorts signed numbers only: the top bit exchanged, they are in the same order.
    return tf.argsort(tf.bitcast(tf.bitwise.bitwise_xor(drawn, _unsigned(1 << 63)), tf.int64), stable=True)


def _mix(x: np.ndarray) -> np.ndarray:
    """One to one, uint64 to uint64."""
    x = x + np.uint64(_ADDED)
    for shift, factor in _ROUNDS:
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    return x ^ (x >> np.uint64(_LAST))


def _mix_in_graph(x: tf.Tensor) -> tf.Tensor:
    x = x + _unsigned(_ADDED)
    for shift, factor in _ROUNDS:
        x = tf.bitwise.bitwise_xor(x, _shifted(x, shift)) * _unsigned(factor)
    return tf.bitwise.bitwise_xor(x, _shifted(x, _LAST))


def _shifted(x: tf.Tensor, places: int) -> tf.Tensor:
    return tf.bitwise.right_shift(x, _unsigned(places))


def _unsigned(value: int) -> tf.Tensor:
    return tf.constant(value, tf.uint64)
