"""Labels laid over an image."""

from typing import Any

from zoo.backend import keras, tf


@keras.saving.register_keras_serializable("zoo")
class LabelMaps(keras.layers.Layer):
    """Appends each number of a vector to the image as a channel that has it everywhere.

    Call: [image (N, H, W, C), vector (N, K)] → (N, H, W, C + K).
    """

    def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
        image, vector = inputs
        shape = tf.concat([tf.shape(image)[:-1], tf.shape(vector)[-1:]], axis=0)
        return tf.concat([image, tf.broadcast_to(vector[:, tf.newaxis, tf.newaxis], shape)], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> tf.TensorShape:
        image, vector = (tf.TensorShape(shape) for shape in input_shape)
        return image[:-1].concatenate(image[-1] + vector[-1])
