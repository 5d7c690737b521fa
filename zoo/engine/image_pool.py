"""The history of generated images that a discriminator is shown (Shrivastava et al. 2017, sec. 2.3)."""

from typing import Any

from zoo.backend import keras, tf
from zoo.engine.random import RandomLayer
from zoo.engine.replicas import from_all_replicas, own_share
from zoo.errors import UserError


@keras.saving.register_keras_serializable("zoo")
class ImagePool(RandomLayer):
    """Hands out some of the images that it was given earlier in place of those of now.

    As the pool of the CycleGAN reference, image by image over the *global* batch, in order: while
    it fills, an image is kept and handed out. Once it is full, one of two is handed out and not
    kept; for the other, an image drawn from the pool is handed out, whose slot it takes.
    Images and count are weights, so a checkpoint restores them. Every replica holds the whole pool.

    Args:
        capacity: images held; 0 hands out what comes in.
        seed: as of ``RandomLayer``.
        kwargs: ``dtype`` is that of the images, in which they are kept.

    Built for images of one size. Call it once a step, on the replica's whole batch.

    Shape: (N, H, W, C) → the same; rows may come from other replicas.

    Raises:
        UserError: if images of another size come in than it was built for.
    """

    def __init__(self, capacity: int = 50, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(seed, **kwargs)
        self.capacity = capacity

    def build(self, input_shape: tf.TensorShape) -> None:
        def own(name: str, shape: tuple[int, ...], dtype: str) -> tf.Variable:
            return self.add_weight(
                name=name,
                shape=shape,
                dtype=dtype,
                initializer="zeros",
                trainable=False,
                # Each replica makes the same changes to its own: no communication.
                synchronization=tf.VariableSynchronization.ON_READ,
                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
                experimental_autocast=False,
            )

        if self.capacity:
            self.images = own("images", (self.capacity, *input_shape[1:]), self.compute_dtype)
            self.count = own("count", (), "int64")
        super().build(input_shape)

    def call(self, images: tf.Tensor) -> tf.Tensor:
        if not self.capacity:
            return images
        if not images.shape[1:].is_compatible_with(self.images.shape[1:]):
            (height, width), (built_height, built_width) = images.shape[1:3], self.images.shape[1:3]
            raise UserError(
                f"images of {height}x{width} (height x width) came to an image pool for "
                f"{built_height}x{built_width}: give the model's size or crop, or no pool"
            )
        own_rows = tf.shape(images)[0]
        draws = from_all_replicas(self.uniform(own_rows, [2]))
        images = from_all_replicas(images)
        handed_out, held = self._sources(draws)
        choice = tf.concat([self.images, images], axis=0)
        self.images.assign(tf.gather(choice, held))
        self.count.assign(tf.minimum(self.count + tf.shape(images, tf.int64)[0], self.capacity))
        return own_share(tf.gather(choice, handed_out), own_rows)

    def _sources(self, draws: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Where each image handed out, (N,), and held afterwards, (capacity,), comes from.

        Slots of the pool are numbered first, then the images that come in. What happens to an
        image depends on the ones before only through its slot, so none waits for another.

        Args:
            draws: (N, 2) of [0, 1): whether to swap, and with which slot.
        """
        order = tf.range(tf.shape(draws)[0])
        arrivals, slots = self.capacity + order, tf.range(self.capacity)
        next_free = tf.cast(self.count, tf.int32) + order
        fills = next_free < self.capacity
        swaps = ~fills & (draws[:, 0] >= 0.5)
        drawn = tf.cast(draws[:, 1] * self.capacity, tf.int32)
        slot = tf.where(fills, next_free, tf.where(swaps, drawn, -1))
        # A slot holds what came to it last, and that has the greater number.
        taken_before = (slot[:, None] == slot) & (order[:, None] > order)
        swapped = tf.reduce_max(tf.where(taken_before, arrivals, slot[:, None]), axis=1)
        held = tf.reduce_max(tf.where(slots[:, None] == slot, arrivals, slots[:, None]), axis=1)
        return tf.where(swaps, swapped, arrivals), held

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "capacity": self.capacity}
