"""Keras' batch normalisation as pix2pix uses it: with each image's own statistics."""

from typing import Any

from zoo.backend import keras, tf
from zoo.layers.normalization import image_moments


class BatchNormalization(keras.layers.BatchNormalization):
    """Of images (N, H, W, C), by each one's own mean and variance, as in training at batch 1.

    Other tensors are normalised with the moving averages.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None, mask: Any = None) -> tf.Tensor:
        if inputs.shape.rank != 4:
            return super().call(inputs, training=False)
        mean, variance = image_moments(inputs)
        return tf.nn.batch_normalization(inputs, mean, variance, self.beta, self.gamma, self.epsilon)
