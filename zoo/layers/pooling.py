"""Pooling as in PyTorch where Keras' pads on another side."""

from zoo.backend import keras, tf


@keras.saving.register_keras_serializable("zoo")
class HalvingAverage2D(keras.layers.Layer):
    """Mean of 3×3 pixels at every second one; at the border, of those of them that there are.

    As ``torch.nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)``, whose windows lie
    about the pixels 0, 2, 4, … Keras' ``AveragePooling2D(3, 2, "same")`` has them about 1, 3, 5, …
    where a side is even.

    Shape: (N, H, W, C) → (N, ⌈H / 2⌉, ⌈W / 2⌉, C).
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        def ninths(pixels: tf.Tensor) -> tf.Tensor:
            padded = tf.pad(pixels, [[0, 0], [1, 1], [1, 1], [0, 0]])
            return tf.nn.avg_pool2d(padded, 3, 2, "VALID")

        return ninths(inputs) / ninths(tf.ones_like(inputs[:1, :, :, :1]))
