"""What every GAN of the zoo has in common beside its own ``train_step``."""

from typing import Any

from zoo.backend import keras, tf


class GAN(keras.Model):
    """A Keras model made of several networks, each pair of which may have its own optimiser.

    A subclass builds its networks in ``__init__``, makes its optimisers in ``compile``, and
    writes ``train_step``. Losses are averaged over the global batch with ``global_mean`` and
    applied with ``update``, which is all that ``tf.distribute`` and float16 need.
    ``train_step`` returns scalars that add up over replicas.
    """

    def compile(self, **kwargs: Any) -> None:
        super().compile(**kwargs)
        # train_step returns each replica's share of a mean over the global batch.
        self.distribute_reduction_method = "sum"

    def global_mean(self, per_example: tf.Tensor) -> tf.Tensor:
        """This replica's share, (N,) → (), of the mean over the global batch of all replicas."""
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        return tf.reduce_mean(per_example) / tf.cast(replicas, per_example.dtype)

    def update(
        self,
        optimizer: keras.optimizers.Optimizer,
        tape: tf.GradientTape,
        loss: tf.Tensor,
        variables: list[tf.Variable],
    ) -> None:
        """Apply one step of ``optimizer`` on ``loss``, scaled and unscaled again for float16."""
        if isinstance(optimizer, keras.mixed_precision.LossScaleOptimizer):
            with tape:
                scaled = optimizer.get_scaled_loss(loss)
            gradients = optimizer.get_unscaled_gradients(tape.gradient(scaled, variables))
        else:
            gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))

    def prepare_optimizer(
        self, optimizer: keras.optimizers.Optimizer, variables: list[tf.Variable]
    ) -> keras.optimizers.Optimizer:
        """Wrap ``optimizer`` for float16 if the networks compute in it, and make its slots now.

        Keras makes the slots on first use; a checkpoint restored before that would lose them.
        """
        if self.precision == "mixed_float16":
            optimizer = keras.mixed_precision.LossScaleOptimizer(optimizer)
        (getattr(optimizer, "inner_optimizer", optimizer)).build(variables)
        return optimizer

    def checkpoint_items(self) -> dict[str, Any]:
        """Everything of the model that a checkpoint must hold, by name."""
        raise NotImplementedError
