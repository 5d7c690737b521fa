"""Adam in one fused kernel a variable."""

from typing import Any

from zoo.backend import keras, tf


@keras.saving.register_keras_serializable("zoo")
class FusedAdam(keras.optimizers.Adam):
    """Keras' Adam, with the update of each variable in one kernel instead of a dozen.

    The same rule (Kingma & Ba 2015, the ε̂ form at the end of section 2) and the same slots; two
    to three times as fast on a CPU without XLA. The learning rate is kept in float64, whether a
    number or a schedule, and rounded once, to the variable's dtype.

    Args:
        args, kwargs: as ``keras.optimizers.Adam``.
        l2: coupled weight decay, as ``weight_decay`` of ``torch.optim.Adam``: ``l2`` times the
            variable is added to its gradient, before the moments see that. (Keras'
            ``weight_decay`` is the decoupled one, which shrinks the variable beside the update.)
    """

    def __init__(self, *args: Any, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "jit_compile": False})
        self.l2 = l2

    def _build_learning_rate(
        self, learning_rate: float | keras.optimizers.schedules.LearningRateSchedule
    ) -> tf.Variable | keras.optimizers.schedules.LearningRateSchedule:
        """Keras' own keeps a number in float32 (a schedule's values in the dtype they come in)."""
        if isinstance(learning_rate, keras.optimizers.schedules.LearningRateSchedule):
            return super()._build_learning_rate(learning_rate)
        with tf.init_scope():
            return tf.Variable(learning_rate, name="learning_rate", dtype=tf.float64, trainable=False)

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable) -> None:
        """Apply one step; called by ``apply_gradients`` for each variable, (gradient, variable)."""
        dtype = variable.dtype
        if self.l2:
            # Not a sum: TensorFlow would add the decay between the parts that a gradient is the sum of,
            # and where it does depends on the graph around, so that a loop of steps rounds differently.
            gradient -= tf.constant(-self.l2, dtype) * variable
        slot = self._index_dict[self._var_key(variable)]
        beta_1, beta_2 = tf.constant(self.beta_1, dtype), tf.constant(self.beta_2, dtype)
        step = tf.cast(self.iterations + 1, dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[slot].handle,
            v=self._velocities[slot].handle,
            beta1_power=tf.pow(beta_1, step),
            beta2_power=tf.pow(beta_2, step),
            lr=tf.cast(self.learning_rate, dtype),
            beta1=beta_1,
            beta2=beta_2,
            epsilon=tf.constant(self.epsilon, dtype),
            grad=gradient,
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "l2": self.l2}
