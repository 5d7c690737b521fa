"""Dropout whose draws are a function of a seed and a counter."""

from typing import Any

from zoo.backend import keras, tf


@keras.saving.register_keras_serializable("zoo")
class Dropout(keras.layers.Layer):
    """Inverted dropout; its draws depend only on ``seed`` and on how often it has drawn.

    The counter is a weight, so a checkpoint restores the draws, which Keras' own layer does
    not promise.

    Args:
        rate: share of the inputs set to zero in training.
        seed: what makes this layer's draws different from another's in the same network.

    Shape: any → the same.
    """

    def __init__(self, rate: float = 0.5, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed

    def build(self, input_shape: tf.TensorShape) -> None:
        self.draws = self.add_weight(
            name="draws",
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
            experimental_autocast=False,
        )
        super().build(input_shape)

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        if training is None:
            training = keras.backend.learning_phase()
        if not training or self.rate == 0:
            return inputs
        replicas = tf.distribute.get_replica_context()
        count, index = (
            (replicas.num_replicas_in_sync, replicas.replica_id_in_sync_group) if replicas else (1, 0)
        )
        batch = tf.shape(inputs)[0]
        # Drawn for the global batch and then cut, so that an example's draw does not depend on
        # the number of replicas; in float32, so that every precision draws alike.
        shape = tf.concat([[batch * count], tf.shape(inputs)[1:]], axis=0)
        drawn = tf.random.stateless_uniform(shape, tf.stack([self.draws, tf.cast(self.seed, tf.int64)]))
        keep = drawn[batch * index : batch * (index + 1)] >= self.rate
        self.draws.assign_add(1)
        return tf.where(keep, inputs / tf.cast(1 - self.rate, inputs.dtype), tf.zeros_like(inputs))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
