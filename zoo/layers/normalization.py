"""Batch and instance normalisation with the references' (PyTorch's) semantics.

Both keep statistics in float32 at least, whatever the compute dtype.
"""

from typing import Any

from zoo.backend import keras, tf
from zoo.engine.random import current_part
from zoo.engine.replicas import BatchStatisticsLayer

EPSILON = 1e-5  # PyTorch's default; Keras' is 1e-3


def statistics_dtype(compute_dtype: str) -> str:
    """Dtype in which means and variances are taken by a layer that computes in another."""
    return "float64" if compute_dtype == "float64" else "float32"


def image_moments(x: tf.Tensor, axes: tuple[int, ...] = (1,)) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and biased variance over W and ``axes``: (N, H, W, C) → (N, 1, 1, C) twice, or (N, 1, 1, 1).

    The mean of the rows' means. TensorFlow adds up one number after the other, so that a single sum
    over an image is ten times as far off in float32, and no faster.
    """

    def mean(values: tf.Tensor) -> tf.Tensor:
        return tf.reduce_mean(tf.reduce_mean(values, axis=2, keepdims=True), axis=axes, keepdims=True)

    middle = mean(x)
    # As in ``tf.nn.moments``: the variance's derivative by the mean is 0.
    return middle, mean(tf.math.squared_difference(x, tf.stop_gradient(middle)))


class Normalization(keras.layers.Layer):
    """What normalisations have in common: ε, and a scale and an offset for each channel.

    Args:
        epsilon: added to the variance.
        gamma_initializer: initialiser of the scale.

    Attributes:
        affine: whether there are scale and offset, ``gamma`` and ``beta``.
    """

    affine = True

    def __init__(self, epsilon: float = EPSILON, gamma_initializer: Any = "ones", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.epsilon = epsilon
        self.gamma_initializer = keras.initializers.get(gamma_initializer)

    def build(self, input_shape: tf.TensorShape) -> None:
        if self.affine:
            options = {
                "shape": (input_shape[-1],),
                "dtype": statistics_dtype(self.compute_dtype),
                "experimental_autocast": False,
            }
            self.gamma = self.add_weight(name="gamma", initializer=self.gamma_initializer, **options)
            self.beta = self.add_weight(name="beta", initializer="zeros", **options)
        super().build(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "epsilon": self.epsilon,
            "gamma_initializer": keras.initializers.serialize(self.gamma_initializer),
        }


@keras.saving.register_keras_serializable("zoo")
class BatchNormalization(Normalization, BatchStatisticsLayer):
    """Batch normalisation over (N, H, W) as ``torch.nn.BatchNorm2d``.

    In training it normalises with the batch's biased variance and moves the running
    variance with the *unbiased* one, in every dtype. (Keras' layer does so only in its fused
    kernel, not in float64.)

    Args:
        momentum: share of the old running statistics that is kept; PyTorch's 0.1 is 0.9 here.
        kwargs: as of ``Normalization``.

    Shape: (N, H, W, C) → the same.
    """

    def __init__(self, momentum: float = 0.9, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.momentum = momentum

    def build(self, input_shape: tf.TensorShape) -> None:
        super().build(input_shape)

        def statistic(name: str, initializer: str) -> tf.Variable:
            return self.add_weight(
                name=name,
                shape=(input_shape[-1],),
                dtype=statistics_dtype(self.compute_dtype),
                initializer=initializer,
                trainable=False,
                # Replicas see different examples; their running statistics are averaged.
                synchronization=tf.VariableSynchronization.ON_READ,
                aggregation=tf.VariableAggregation.MEAN,
                experimental_autocast=False,
            )

        self.moving_mean = statistic("moving_mean", "zeros")
        self.moving_variance = statistic("moving_variance", "ones")

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        if training is None:
            training = keras.backend.learning_phase()
        if not training:
            return self._apply(inputs, self.moving_mean, self.moving_variance)
        context = tf.distribute.get_replica_context()
        if self.synchronized and context is not None and context.num_replicas_in_sync > 1:
            return self._normalize_global_batch(inputs, context)
        if self.compute_dtype == "float64":  # there is no fused kernel
            return self._normalize_batch(inputs)
        outputs, mean, unbiased_variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=tf.constant([], tf.float32),
            variance=tf.constant([], tf.float32),
            epsilon=self.epsilon,
            is_training=True,
        )
        self._move(mean, unbiased_variance)
        return outputs

    def _normalize_batch(self, inputs: tf.Tensor) -> tf.Tensor:
        mean, variance = tf.nn.moments(inputs, axes=[0, 1, 2])
        count = tf.cast(tf.size(inputs) // tf.shape(inputs)[-1], variance.dtype)
        self._move(mean, variance * count / tf.maximum(count - 1, 1))
        return self._apply(inputs, mean, variance)

    def _normalize_global_batch(self, inputs: tf.Tensor, context: tf.distribute.ReplicaContext) -> tf.Tensor:
        def mean_over_replicas(values: tf.Tensor) -> tf.Tensor:
            return context.all_reduce(tf.distribute.ReduceOp.MEAN, tf.reduce_mean(values, axis=[0, 1, 2]))

        x = tf.cast(inputs, statistics_dtype(self.compute_dtype))
        # The mean first: E[x²] - E[x]² would lose digits. Replicas' batches are of one size.
        mean = mean_over_replicas(x)
        variance = mean_over_replicas(tf.math.squared_difference(x, mean))
        count = tf.cast(tf.size(x) // tf.shape(x)[-1] * context.num_replicas_in_sync, x.dtype)
        self._move(mean, variance * count / tf.maximum(count - 1, 1))
        return self._apply(inputs, mean, variance)

    def _apply(self, inputs: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor) -> tf.Tensor:
        scale = self.gamma * tf.math.rsqrt(variance + self.epsilon)
        return inputs * tf.cast(scale, inputs.dtype) + tf.cast(self.beta - mean * scale, inputs.dtype)

    def _move(self, mean: tf.Tensor, unbiased_variance: tf.Tensor) -> None:
        if not current_part().moves_statistics:
            return
        keep = tf.constant(self.momentum, mean.dtype)
        self.moving_mean.assign(self.moving_mean * keep + mean * (1 - keep))
        self.moving_variance.assign(self.moving_variance * keep + unbiased_variance * (1 - keep))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "momentum": self.momentum}


@keras.saving.register_keras_serializable("zoo")
class InstanceNormalization(Normalization):
    """Normalises each channel of each image over its own (H, W).

    As ``torch.nn.InstanceNorm2d`` without running statistics. With ``affine`` and a batch
    normalisation's scale and offset it is that batch normalisation at batch 1: what the
    pix2pix reference does when it is used.

    Args:
        affine: whether a scale and an offset are learned.
        kwargs: as of ``Normalization``.

    Shape: (N, H, W, C) → the same.
    """

    def __init__(self, affine: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.affine = affine

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        x = tf.cast(inputs, statistics_dtype(self.compute_dtype))
        mean, variance = image_moments(x)
        scale = tf.math.rsqrt(variance + self.epsilon)
        if self.affine:
            scale *= self.gamma
        offset = -mean * scale
        if self.affine:
            offset += self.beta
        return tf.cast(x * scale + offset, inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "affine": self.affine}
