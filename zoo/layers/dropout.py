"""Dropout: in training, draws that follow from a seed and a counter; after it, free draws."""

from typing import Any

from zoo.backend import keras, tf
from zoo.engine.random import RandomLayer


@keras.saving.register_keras_serializable("zoo")
class Dropout(RandomLayer):
    """Inverted dropout, drawn as ``RandomLayer`` says.

    Args:
        rate: share of the inputs set to zero in training.
        seed: what makes this layer's draws different from another's in the same network.

    Shape: any → the same.
    """

    def __init__(self, rate: float = 0.5, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(seed, **kwargs)
        self.rate = rate

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        if training is None:
            training = keras.backend.learning_phase()
        if not training or self.rate == 0:
            return inputs
        shape = tf.shape(inputs)
        keep = self.uniform(shape[0], shape[1:]) >= self.rate
        return tf.where(keep, inputs / tf.cast(1 - self.rate, inputs.dtype), tf.zeros_like(inputs))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate}


@keras.saving.register_keras_serializable("zoo")
class FreshDropout(keras.layers.Layer):
    """Inverted dropout at every call, for use after training: drawn afresh by every process.

    Args:
        rate: share of the inputs set to zero.

    Shape: any → the same.
    """

    def __init__(self, rate: float = 0.5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        # The operator itself has no seed, whatever a program sets, and no state that a file would keep.
        drawn = tf.raw_ops.RandomUniform(shape=tf.shape(inputs), dtype=inputs.dtype)
        return tf.where(drawn >= self.rate, inputs / (1 - self.rate), tf.zeros_like(inputs))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate}
