"""Layers of TensorFlow Addons, which ended in 2024, for use after training: same configurations and weights.

The library cannot be imported beside TensorFlow 2.16 and later. Classes and attributes are named as
there, because a Keras file finds a layer's weights by these names.
"""

from typing import Any

import numpy as np

from zoo.backend import keras, tf
from zoo.errors import UserError
from zoo.layers.normalization import image_moments

_OF_TRAINING = tuple(
    f"{weight}_{what}"
    for weight in ("gamma", "beta")
    for what in ("initializer", "regularizer", "constraint")
)


class GroupNormalization(keras.layers.Layer):
    """``tfa.layers.GroupNormalization``, and Keras' own, whose configuration and weights are the same.

    Args:
        groups: of channels that share mean and variance; -1 for one a channel.
        axis: of the channels, the last one.
        epsilon: added to the variance.
        center, scale: whether there is an offset, and a scale.

    Shape: (N, …, C) → the same.

    Raises:
        UserError: channels are not the last axis.
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{name: value for name, value in kwargs.items() if name not in _OF_TRAINING})
        if axis not in (-1, 3):
            raise UserError(f"{self.name}: normalises axis {axis}: only channels that come last can be read")
        self.groups = groups
        self.epsilon = epsilon
        self.center = center
        self.scale = scale

    def build(self, input_shape: tf.TensorShape) -> None:
        channels = input_shape[-1]
        self.groups = channels if self.groups == -1 else self.groups
        self.gamma = self.add_weight("gamma", (channels,)) if self.scale else None
        self.beta = self.add_weight("beta", (channels,)) if self.center else None
        super().build(input_shape)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        # By channels first: a shape (N, H, W, groups, C / groups) would tie the graph to one size.
        rank = inputs.shape.rank
        mean, variance = (
            image_moments(inputs) if rank == 4 else tf.nn.moments(inputs, range(1, rank - 1), keepdims=True)
        )
        if self.groups < inputs.shape[-1]:
            of_groups = self._mean_of_groups(mean)
            variance = self._mean_of_groups(variance + tf.square(mean - of_groups))
            mean = of_groups
        return tf.nn.batch_normalization(inputs, mean, variance, self.beta, self.gamma, self.epsilon)

    def _mean_of_groups(self, values: tf.Tensor) -> tf.Tensor:
        """(N, …, C) of channels → the same, each the mean of its group."""
        member = np.kron(np.eye(self.groups), np.ones((values.shape[-1] // self.groups, 1)))
        mean, spread = (tf.constant(each, values.dtype) for each in (member / member.sum(axis=0), member.T))
        if values.shape.rank != 4:
            return values @ mean @ spread
        # As convolutions, which have no layout in ONNX: a product of matrices has.
        for kernel in (mean, spread):
            values = tf.nn.conv2d(values, kernel[None, None], 1, "VALID")
        return values


class InstanceNormalization(GroupNormalization):
    """``tfa.layers.InstanceNormalization``: a group a channel, whatever the file says of groups."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "groups": -1})


class SpectralNormalization(keras.layers.Wrapper):
    """``tfa.layers.SpectralNormalization``: training has left the wrapped layer's kernel normalised."""

    def __init__(self, layer: keras.layers.Layer, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)

    def build(self, input_shape: tf.TensorShape) -> None:
        super().build(input_shape)
        self.w = self.layer.kernel if hasattr(self.layer, "kernel") else self.layer.embeddings
        self.u = self.add_weight("sn_u", (1, self.w.shape[-1]), trainable=False)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return self.layer(inputs)


class WeightNormalization(keras.layers.Wrapper):
    """``tfa.layers.WeightNormalization`` after its first batch: kernels of the norm ``g``."""

    def __init__(self, layer: keras.layers.Layer, data_init: bool = True, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.data_init = data_init

    def build(self, input_shape: tf.TensorShape) -> None:
        super().build(input_shape)
        self.g = self.add_weight("g", (self.layer.kernel.shape[-1],))
        self.v = self.layer.kernel
        self._initialized = self.add_weight("initialized", dtype="bool", initializer="zeros", trainable=False)
        if self.data_init:  # there a copy of the layer, which lies in the file
            self._naked_clone_layer = type(self.layer).from_config(self.layer.get_config())
            self._naked_clone_layer.trainable = False
            self._naked_clone_layer.build(input_shape)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        # As there: the kernel is no longer among the weights that a file has of the layer.
        self.layer.kernel = self.g * tf.nn.l2_normalize(self.v, axis=range(self.v.shape.rank - 1))
        return self.layer(inputs)


STAND_INS = {
    "Addons>GroupNormalization": GroupNormalization,
    "Addons>InstanceNormalization": InstanceNormalization,
    "Addons>SpectralNormalization": SpectralNormalization,
    "Addons>WeightNormalization": WeightNormalization,
}
"""By the names under which files have them."""

ACTIVATIONS = {
    "Addons>gelu": lambda x: tf.nn.gelu(x, approximate=True),
    "Addons>lisht": lambda x: x * tf.tanh(x),
    "Addons>mish": lambda x: x * tf.tanh(tf.nn.softplus(x)),
    "Addons>tanhshrink": lambda x: x - tf.tanh(x),
}
"""Functions, by the same names."""
