"""The normalisations of MUNIT's decoder (Huang et al. 2018, arXiv:1804.04732, appendix B.1).

Both keep statistics in float32 at least, whatever the compute dtype.
"""

from typing import Any

from zoo.backend import keras, tf
from zoo.layers.normalization import EPSILON, Normalization, image_moments, statistics_dtype


@keras.saving.register_keras_serializable("zoo")
class AdaptiveInstanceNormalization(keras.layers.Layer):
    """Instance normalisation whose scale and offset are inputs, each example's its own (AdaIN).

    One network computes the parameters of several such layers at once: for each layer in turn
    C offsets ("mean" in the reference), then C scales ("std"). A scale is taken as it is, not
    as a difference from 1.

    Args:
        place: which of the layers this is, from 0; those before it have as many channels.
        epsilon: added to the biased variance.

    Call: [x (N, H, W, C), parameters (N, at least 2 C (place + 1))] → (N, H, W, C).
    """

    conditional = True

    def __init__(self, place: int = 0, epsilon: float = EPSILON, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.place = place
        self.epsilon = epsilon

    def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
        given, parameters = inputs
        x, parameters = (tf.cast(each, statistics_dtype(self.compute_dtype)) for each in inputs)
        channels = given.shape[-1]
        first = 2 * channels * self.place
        offset, scale = tf.split(parameters[:, None, None, first : first + 2 * channels], 2, axis=-1)
        mean, variance = image_moments(x)
        # Normalised first, as the runtimes of an exported graph have it in one kernel.
        inverse = tf.math.rsqrt(variance + self.epsilon)
        return tf.cast((x * inverse - mean * inverse) * scale + offset, given.dtype)

    def compute_output_shape(self, input_shape: list[tf.TensorShape]) -> tf.TensorShape:
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "place": self.place, "epsilon": self.epsilon}


@keras.saving.register_keras_serializable("zoo")
class LayerNormalization(Normalization):
    """Normalises each example over (H, W, C), then scales and shifts each channel, as MUNIT does.

    ``(x - mean) / (std + ε) · γ + β`` with the *unbiased* standard deviation; Keras' layer has
    the biased one, and adds ε to the variance.

    Args:
        epsilon: added to the standard deviation.
        gamma_initializer: as of ``Normalization``; U(0, 1) in the reference.

    Shape: (N, H, W, C) → the same.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        x = tf.cast(inputs, statistics_dtype(self.compute_dtype))
        # A number where it is known, for an exported graph without arithmetic on shapes.
        known = x.shape[1:].num_elements()
        count = tf.cast(tf.reduce_prod(tf.shape(x)[1:]) if known is None else known, x.dtype)
        mean, variance = image_moments(x, axes=(1, 3))
        # The root's derivative at 0, of a layer all of whose inputs are 0, would be infinite.
        deviation = tf.sqrt(tf.maximum(variance * (count / (count - 1)), 1e-30))
        scale = self.gamma / (deviation + self.epsilon)
        return tf.cast(x * scale + (self.beta - mean * scale), inputs.dtype)
