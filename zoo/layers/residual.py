"""Residual blocks, and the padding that the ResNet generators have in theirs."""

import inspect
from collections.abc import Sequence
from typing import Any

from zoo.backend import keras, tf
from zoo.engine.recompute import recomputed


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
        layers: the stack, which keeps the shape; names differ. Those with an attribute
            ``conditional`` that is true take [x, condition].
        save_memory: in training, drop what is inside the stack and compute it again for the
            gradient. Weights come out the same.

    Call: x of any shape, or [x, condition] → as x.
    """

    def __init__(self, layers: list[keras.layers.Layer], save_memory: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layers = layers
        self.save_memory = save_memory

    def build(self, input_shape: tf.TensorShape | list[tf.TensorShape]) -> None:
        several = isinstance(input_shape[0], tuple | list | tf.TensorShape)
        shape, *condition = map(tf.TensorShape, input_shape if several else [input_shape])
        for layer in self.layers:  # now, because recomputation must not make variables
            taken = _taken(layer, shape, condition)
            with tf.name_scope(layer.name):
                layer.build(taken)
            shape = layer.compute_output_shape(taken)
        super().build(input_shape)

    def call(self, inputs: tf.Tensor | list[tf.Tensor], training: bool | None = None) -> tf.Tensor:
        if training is None:
            training = keras.backend.learning_phase()

        def stack(x: tf.Tensor, *condition: tf.Tensor) -> tf.Tensor:
            for layer in self.layers:
                taken = _taken(layer, x, condition)
                # Passed on by hand: in the second computation Keras no longer knows it.
                knows = "training" in inspect.signature(layer.call).parameters
                x = layer(taken, training=training) if knows else layer(taken)
            return x

        x, *condition = inputs if isinstance(inputs, list | tuple) else [inputs]
        again = self.save_memory and training
        return x + (recomputed(stack, x, *condition) if again else stack(x, *condition))

    def get_config(self) -> dict[str, Any]:
        layers = [keras.saving.serialize_keras_object(layer) for layer in self.layers]
        return {**super().get_config(), "layers": layers, "save_memory": self.save_memory}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Residual":
        layers = [keras.saving.deserialize_keras_object(layer) for layer in config["layers"]]
        return cls(**{**config, "layers": layers})


def _taken(layer: keras.layers.Layer, x: Any, condition: Sequence[Any]) -> Any:
    """What a layer of the stack takes: x (or its shape), with the condition (its) if it wants that."""
    return [x, *condition] if getattr(layer, "conditional", False) else x
