"""Nearest neighbours, with the zoo's own gradient."""

from collections.abc import Callable

from zoo.backend import keras, tf


@keras.saving.register_keras_serializable("zoo")
class NearestUpsampling2D(keras.layers.Layer):
    """Makes each pixel four, as ``torch.nn.Upsample(scale_factor=2)``.

    What Keras' ``UpSampling2D(2)`` computes, but the derivative of that has no deterministic
    kernel on a GPU, and it is exported as an ONNX node with an attribute that ONNX has dropped.

    Shape: (N, H, W, C) → (N, 2 H, 2 W, C).
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return _repeated(inputs)


@tf.custom_gradient
def _repeated(images: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
    sides = images.shape[1:3]
    # Numbers where they are known, for an exported graph without arithmetic on shapes.
    size = [2 * side for side in sides] if sides.is_fully_defined() else 2 * tf.shape(images)[1:3]
    repeated = tf.raw_ops.ResizeNearestNeighbor(images=images, size=size)
    # The sum of the four.
    return repeated, lambda upstream: 4 * tf.nn.avg_pool2d(upstream, 2, 2, "VALID")
