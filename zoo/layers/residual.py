"""Residual blocks, and the padding that the ResNet generators have in theirs."""

import inspect
from typing import Any

from zoo.backend import keras, tf
from zoo.recompute import recomputed


@keras.saving.register_keras_serializable("zoo")
class ReflectionPadding2D(keras.layers.Layer):
    """Reflects ``padding`` pixels about each border, as ``torch.nn.ReflectionPad2d``.

    Shape: (N, H, W, C) → (N, H + 2 padding, W + 2 padding, C); sides greater than ``padding``.
    """

    def __init__(self, padding: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        around = [self.padding, self.padding]
        return tf.pad(inputs, [[0, 0], around, around, [0, 0]], mode="REFLECT")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "padding": self.padding}


@keras.saving.register_keras_serializable("zoo")
class Residual(keras.layers.Layer):
    """A stack of layers beside an identity: ``x + layers(x)``, without an activation after the sum.

    Args:
        layers: the stack, which keeps the shape; names differ.
        save_memory: in training, drop what is inside the stack and compute it again for the
            gradient. Weights come out the same.

    Shape: any → the same.
    """

    def __init__(self, layers: list[keras.layers.Layer], save_memory: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layers = layers
        self.save_memory = save_memory

    def build(self, input_shape: tf.TensorShape) -> None:
        shape = tf.TensorShape(input_shape)
        for layer in self.layers:  # now, because recomputation must not make variables
            with tf.name_scope(layer.name):
                layer.build(shape)
            shape = layer.compute_output_shape(shape)
        super().build(input_shape)

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        if training is None:
            training = keras.backend.learning_phase()

        def stack(x: tf.Tensor) -> tf.Tensor:
            for layer in self.layers:
                # Passed on by hand: in the second computation Keras no longer knows it.
                knows = "training" in inspect.signature(layer.call).parameters
                x = layer(x, training=training) if knows else layer(x)
            return x

        return inputs + (recomputed(stack, inputs) if self.save_memory and training else stack(inputs))

    def get_config(self) -> dict[str, Any]:
        layers = [keras.saving.serialize_keras_object(layer) for layer in self.layers]
        return {**super().get_config(), "layers": layers, "save_memory": self.save_memory}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Residual":
        layers = [keras.saving.deserialize_keras_object(layer) for layer in config["layers"]]
        return cls(**{**config, "layers": layers})
