"""The one layer of keras-contrib (2018 to 2020) that generators have, for use after training."""

from typing import Any

from zoo.backend import keras, tf
from zoo.errors import UserError
from zoo.layers.normalization import image_moments


class InstanceNormalization(keras.layers.Layer):
    """``keras_contrib.layers.InstanceNormalization``, which most Keras CycleGANs of its time have.

    It divides by the standard deviation plus ``epsilon``, where others take the root of the variance plus
    ``epsilon``.

    Args:
        axis: of the channels, the last one; None for one mean and one deviation of a whole image, with
            one scale and one offset.
        epsilon: added to the standard deviation.
        center, scale: whether there is an offset, and a scale.

    Shape: (N, H, W, C) → the same.

    Raises:
        UserError: channels are not the last axis.
    """

    def __init__(
        self,
        axis: int | None = None,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{name: kwargs[name] for name in ("name", "dtype") if name in kwargs})
        if axis not in (None, -1, 3):
            raise UserError(f"{self.name}: normalises axis {axis}: only channels that come last can be read")
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale

    def build(self, input_shape: tf.TensorShape) -> None:
        shape = (1,) if self.axis is None else (input_shape[-1],)
        self.gamma = self.add_weight("gamma", shape, initializer="ones") if self.scale else None
        self.beta = self.add_weight("beta", shape, initializer="zeros") if self.center else None
        super().build(input_shape)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        mean, variance = image_moments(inputs)
        if self.axis is None:
            of_all = tf.reduce_mean(mean, -1, keepdims=True)
            variance = tf.reduce_mean(variance + tf.square(mean - of_all), -1, keepdims=True)
            mean = of_all
        normalised = (inputs - mean) / (tf.sqrt(variance) + self.epsilon)
        if self.scale:
            normalised *= self.gamma
        return normalised + self.beta if self.center else normalised
