"""What a replica sees of the others'."""

from zoo.backend import keras, tf


def replica_of_replicas() -> tuple[int, int | tf.Tensor]:
    """How many replicas there are, and which of them computes here; 1 and 0 outside a strategy."""
    context = tf.distribute.get_replica_context()
    return (context.num_replicas_in_sync, context.replica_id_in_sync_group) if context else (1, 0)


def from_all_replicas(values: tf.Tensor) -> tf.Tensor:
    """The rows of all replicas, in the replicas' order: (n, …) → (replicas · n, …)."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return values
    return context.all_gather(values, axis=0)


def own_share(values: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """This replica's ``rows`` rows of those that ``from_all_replicas`` gathered."""
    _, replica = replica_of_replicas()
    return values[replica * rows : (replica + 1) * rows]


class BatchStatisticsLayer(keras.layers.Layer):
    """A layer that normalises with the batch's statistics in training.

    Attributes:
        synchronized: whether they are taken over the batches of all replicas.
    """

    synchronized = False
