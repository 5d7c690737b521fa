"""What every GAN of the zoo has in common beside its own ``train_step``."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from zoo.backend import keras, tf
from zoo.engine.optimizers import FusedAdam
from zoo.engine.random import Part, computing, current_part
from zoo.engine.replicas import BatchStatisticsLayer
from zoo.engine.schedule import Schedule
from zoo.engine.schedules import make_schedule

Losses = dict[str, tf.Tensor]


class Forward:
    """What networks compute from a batch, for several losses: computed once and kept.

    Where a batch is cut into micro-batches, only the results are kept: the loss that trains
    the networks computes them again, piece by piece, so that memory holds one piece.
    """

    def __init__(
        self, function: Callable, networks: Sequence[keras.Model], inputs: Sequence[Any], pieces: int
    ) -> None:
        self.function, self.networks, self.inputs = function, networks, inputs
        self.keys: list[tf.Tensor] = []
        self.tape = tf.GradientTape()
        self.results: list[Any] = []
        if pieces == 1:
            with self.tape:
                self.results.append(function(*inputs))
            return
        for index in range(pieces):
            part = Part(index, pieces, self.keys, again=index > 0)
            with computing(part), tf.control_dependencies(tf.nest.flatten(self.results[-1:])):
                self.results.append(function(*(_piece(each, index, pieces) for each in inputs)))

    def whole(self) -> Any:
        """The results for the whole batch of this replica; no gradient flows through them."""
        return tf.nest.map_structure(lambda *parts: tf.stop_gradient(tf.concat(parts, axis=0)), *self.results)

    def again(self, index: int, pieces: int) -> Any:
        """The result for one piece, computed again with the same draws."""
        part = Part(index, pieces, self.keys, again=True, moves_statistics=False)
        with computing(part):
            return self.function(*(_piece(each, index, pieces) for each in self.inputs))


class GAN(keras.Model):
    """A Keras model of several networks, trained by several optimisers.

    A subclass builds its networks in ``__init__``, makes its optimisers in ``compile``, names
    both in ``parts``, and writes ``train_step`` in terms of ``minimize``, ``forward`` and
    ``global_mean``. That is all that ``tf.distribute``, float16, accumulation and the moving
    average of the weights need. ``train_step`` returns scalars that add up over replicas.

    Attributes:
        precision: "float32", "float64", "mixed_bfloat16" or "mixed_float16".
        accumulate: micro-batches that a replica's batch is cut into.
        averages: networks with the moving average of a generator's weights, by the
            generator's name; empty without ``ema``.
        discriminator_losses: names of the losses that are 0 where a discriminator is never wrong.
        batches_per_step: batches that one training step takes, for a model whose updates each have
            their own. ``train_step`` is given their examples interleaved: see ``batches``.
    """

    discriminator_losses: tuple[str, ...] = ()
    batches_per_step: int = 1

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "discriminator_terms" in vars(cls):  # a model written for the previous version
            message = f"{cls.__name__}: discriminator_terms is now called discriminator_losses"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            cls.discriminator_losses = cls.discriminator_terms

    def compile(
        self, accumulate: int = 1, ema: float | None = None, sync_batch_norm: bool = False, **kwargs: Any
    ) -> None:
        """Compile, under the strategy's scope.

        Args:
            accumulate: micro-batches that a replica's batch is cut into, to hold the activations
                of one; the update is that of the whole batch. Each has its own part of the graph.
            ema: share of the moving average of the generators' weights that is kept each step;
                None for no average.
            sync_batch_norm: take batch statistics over all replicas.
            kwargs: as ``keras.Model.compile``.
        """
        super().compile(**kwargs)
        # train_step returns each replica's share of a mean over the global batch.
        self.distribute_reduction_method = "sum"
        self.accumulate = accumulate
        self.ema = ema
        self.averages = {}
        for name, network in self.generators().items() if ema is not None else ():
            average = type(network).from_config(network.get_config())
            average.set_weights(network.get_weights())
            self.averages[name] = average
        for layer in self.submodules:
            if isinstance(layer, BatchStatisticsLayer):
                layer.synchronized = sync_batch_norm

    def parts(self) -> dict[str, Any]:
        """Networks, optimisers, and whatever else changes in training, by name."""
        raise NotImplementedError

    def generators(self) -> dict[str, keras.Model]:
        """The networks that are used after training, by their names in ``parts``."""
        return {"generator": self.generator}

    def checkpoint_items(self) -> dict[str, Any]:
        """Everything of the model that a checkpoint must hold, by name."""
        return {**self.parts(), **{f"{name}_ema": average for name, average in self.averages.items()}}

    def batches(self, data: Any) -> list[Any]:
        """The ``batches_per_step`` batches of a step, from what ``train_step`` was given.

        Batch i has the examples whose numbers leave the rest i: the same ones, whichever replica
        holds which part of the whole.
        """
        count = self.batches_per_step
        return [tf.nest.map_structure(lambda part, i=i: part[i::count], data) for i in range(count)]

    def global_mean(self, per_example: tf.Tensor) -> tf.Tensor:
        """The share, (N,) → (), of these examples in the mean over the global batch.

        The global batch is that of all replicas and micro-batches; the shares add up to the mean.
        """
        pieces = tf.distribute.get_strategy().num_replicas_in_sync * current_part().count
        return tf.reduce_mean(per_example) / tf.cast(pieces, per_example.dtype)

    def forward(self, function: Callable, networks: Sequence[keras.Model], *inputs: Any) -> Forward:
        """What ``function`` computes from a batch with ``networks``, to be passed to ``minimize``."""
        return Forward(function, networks, inputs, self.accumulate)

    def minimize(
        self,
        loss: Callable[..., tuple[tf.Tensor, Losses]],
        optimizer: keras.optimizers.Optimizer,
        networks: Sequence[keras.Model],
        *inputs: Any,
    ) -> Losses:
        """Apply one step of ``optimizer`` on ``loss`` to the trainable weights of ``networks``.

        Args:
            loss: (*inputs) → the loss as a share of the global mean, and losses to be logged.
            optimizer: scales and unscales the loss itself if it is for float16.
            networks: what is trained.
            inputs: batches, or results of ``forward``, through which ``networks`` are trained
                too if they computed them.

        Returns:
            The losses, for the whole batch of this replica.
        """
        variables = [variable for network in networks for variable in network.trainable_variables]
        scaled = isinstance(optimizer, keras.mixed_precision.LossScaleOptimizer)
        pieces, keys, gradients, losses = self.accumulate, [], None, {}
        for index in range(pieces):
            # One piece after the other, so that memory holds one.
            with (
                computing(Part(index, pieces, keys, again=index > 0)),
                tf.control_dependencies(gradients or []),
            ):
                tape, values = _resolve(inputs, networks, index, pieces)
                with tape:
                    objective, piece_losses = loss(*values)
                    objective = optimizer.get_scaled_loss(objective) if scaled else objective
                new = tape.gradient(objective, variables)
            if index == 0:
                gradients, losses = new, piece_losses
            else:
                gradients = [total + more for total, more in zip(gradients, new, strict=True)]
                losses = {name: total + piece_losses[name] for name, total in losses.items()}
        if scaled:
            gradients = optimizer.get_unscaled_gradients(gradients)
        summed = _sum_over_replicas(gradients, variables)
        optimizer.apply_gradients(zip(summed, variables, strict=True), skip_gradients_aggregation=True)
        for name, average in self.averages.items():
            network = self.generators()[name]
            if any(network is trained for trained in networks):
                self._move_average(average, network, optimizer.iterations)
        return losses

    def _move_average(self, average: keras.Model, network: keras.Model, steps: tf.Variable) -> None:
        """Move ``average`` towards ``network``; faster at first, so that the random start is soon forgotten.

        As ``tf.train.ExponentialMovingAverage`` with ``num_updates``.
        """

        def move(strategy: tf.distribute.Strategy) -> None:
            for mean, weight in zip(average.weights, network.weights, strict=True):
                if weight.trainable:
                    strategy.extended.update(mean, step, args=(weight,), group=False)

        def step(mean: tf.Variable, weight: tf.Variable) -> None:
            count = tf.cast(steps, tf.float64)
            keep = tf.cast(
                tf.minimum(tf.constant(self.ema, tf.float64), (1 + count) / (10 + count)), mean.dtype
            )
            mean.assign_sub((1 - keep) * (mean - weight))

        tf.distribute.get_replica_context().merge_call(move)

    def make_adam(
        self, networks: Sequence[keras.Model], schedule: Schedule | None = None, **options: Any
    ) -> keras.optimizers.Optimizer:
        """Adam as the model's configuration has it, to train ``networks``.

        Args:
            networks: whose trainable weights it gets slots for.
            schedule: of the learning rate, in updates of this optimiser; the configuration's by default.
            options: more of ``FusedAdam``.
        """
        config = self.config
        learning_rate = make_schedule(config.learning_rate, schedule or config.schedule)
        adam = FusedAdam(learning_rate, config.beta_1, config.beta_2, config.adam_epsilon, **options)
        variables = [variable for network in networks for variable in network.trainable_variables]
        return self.prepare_optimizer(adam, variables)

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


def _sum_over_replicas(gradients: list[tf.Tensor], variables: list[tf.Variable]) -> list[tf.Tensor]:
    """Each gradient's sum over the replicas.

    Left to the optimiser, all gradients would pass through one ``IdentityN``. TensorFlow takes that
    for what makes an update wait for the reads of its weight, drops the other reasons to wait, and
    then takes it out: a read whose gradient does not need it is of the old weight or of the new.
    """
    return tf.distribute.get_replica_context().merge_call(
        lambda strategy, pairs: strategy.extended.batch_reduce_to(tf.distribute.ReduceOp.SUM, pairs),
        args=(list(zip(gradients, variables, strict=True)),),
    )


def _piece(batch: Any, index: int, pieces: int) -> Any:
    """Micro-batch ``index`` of a (nested) batch."""
    if pieces == 1:
        return batch
    return tf.nest.map_structure(lambda tensor: tf.split(tensor, pieces)[index], batch)


def _resolve(
    inputs: Sequence[Any], networks: Sequence[keras.Model], index: int, pieces: int
) -> tuple[tf.GradientTape, list[Any]]:
    """A tape, and the inputs of one piece; what ``networks`` computed is on the tape."""
    trained = [each for each in inputs if isinstance(each, Forward) and each.networks == networks]
    tape = trained[0].tape if pieces == 1 and trained else tf.GradientTape()
    values = []
    for each in inputs:
        if not isinstance(each, Forward):
            values.append(_piece(each, index, pieces))
        elif each not in trained:
            values.append(tf.nest.map_structure(tf.stop_gradient, each.results[index]))
        elif pieces == 1:
            values.append(each.results[0])
        else:
            with tape:
                values.append(each.again(index, pieces))
    return tape, values
