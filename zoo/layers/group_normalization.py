"""Group normalisation with PyTorch's semantics."""

from typing import Any

from zoo.backend import keras, tf
from zoo.layers.normalization import Normalization, image_moments, statistics_dtype


@keras.saving.register_keras_serializable("zoo")
class GroupNormalization(Normalization):
    """Normalises groups of neighbouring channels of each image over (H, W), as ``torch.nn.GroupNorm``.

    Args:
        groups: how many; the channels are a multiple.
        kwargs: as of ``Normalization``.

    Shape: (N, H, W, C) → the same.
    """

    def __init__(self, groups: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.groups = groups

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        x = tf.cast(inputs, statistics_dtype(self.compute_dtype))
        channels = x.shape[-1]
        # Of each channel first, so that nothing as large as the image is reshaped.
        means, variances = (
            tf.reshape(each, (-1, self.groups, channels // self.groups)) for each in image_moments(x)
        )
        mean = tf.reduce_mean(means, axis=2, keepdims=True)
        spread = tf.math.squared_difference(means, tf.stop_gradient(mean))
        scale = tf.math.rsqrt(tf.reduce_mean(variances + spread, axis=2, keepdims=True) + self.epsilon)
        mean, scale = (
            tf.reshape(each + tf.zeros_like(means), (-1, 1, 1, channels)) for each in (mean, scale)
        )
        scale *= self.gamma
        return tf.cast(x * scale + (self.beta - mean * scale), inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "groups": self.groups}
