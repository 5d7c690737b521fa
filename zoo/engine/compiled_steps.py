"""One compiled call that trains a model some steps on, under any strategy."""

from collections.abc import Iterator

from zoo.backend import keras, tf
from zoo.engine.gan import GAN


class Execution:
    """Runs training steps: (iterator of batches, number of steps) → their losses.

    Args:
        model: compiled, made under the strategy's scope.
        strategy: what ``model`` was made under.
        jit: compile the step with XLA.

    Attributes:
        losses: names of what ``train_step`` returns, in the order of the columns; after a call.
    """

    def __init__(self, model: GAN, strategy: tf.distribute.Strategy, jit: bool = False) -> None:
        self.losses: list[str] = []
        step = tf.function(model.train_step, jit_compile=True) if jit else model.train_step

        def one_step(batches: Iterator) -> tf.Tensor:
            losses = strategy.run(step, args=(next(batches),))
            self.losses = list(losses)
            # Shares of a mean over the global batch: their sum is that mean.
            return tf.stack(
                [
                    tf.cast(strategy.reduce(tf.distribute.ReduceOp.SUM, term, axis=None), tf.float64)
                    for term in losses.values()
                ]
            )

        @tf.function
        def single(batches: Iterator) -> tf.Tensor:
            return one_step(batches)[tf.newaxis]

        @tf.function
        def several(batches: Iterator, count: tf.Tensor) -> tf.Tensor:
            rows = tf.TensorArray(tf.float64, size=count)
            for number in tf.range(count):
                rows = rows.write(number, one_step(batches))
            return rows.stack()

        self._single, self._several = single, several

    def __call__(self, batches: Iterator, count: int = 1) -> tf.Tensor:
        """Train ``count`` steps; their losses are returned as float64 (count, len(losses))."""
        if count == 1:
            return self._single(batches)
        return self._several(batches, tf.constant(count))


def make_deterministic(seed: int) -> None:
    """Promise the same bits in every run on the same machine, for some speed.

    Must be called before TensorFlow computes anything.
    """
    keras.utils.set_random_seed(seed % 2**32)
    tf.config.experimental.enable_op_determinism()
