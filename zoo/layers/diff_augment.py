"""Augmentation of what a discriminator sees, so that it cannot memorise a small data set."""

from typing import Any

from zoo.backend import keras, tf
from zoo.engine.gan_configuration import AUGMENTATIONS
from zoo.engine.random import RandomLayer
from zoo.errors import UserError

POLICY = AUGMENTATIONS


@keras.saving.register_keras_serializable("zoo")
class DiffAugment(RandomLayer):
    """Differentiable augmentation (Zhao et al. 2020, arXiv:2006.10738, with its code's numbers).

    A discriminator that sees real and generated images through the same kind of random change
    cannot recognise them from memory, and the generator learns through the change, not the change.

    - "color": brightness + U(-0.5, 0.5); saturation × U(0, 2) about each pixel's mean over its
      channels; contrast × U(0.5, 1.5) about the image's mean. A grey image has no saturation.
    - "translation": by whole pixels, up to an eighth of each side; zeros come in.
    - "cutout": a rectangle of half of each side, anywhere, part of it perhaps outside, is zero.

    It augments whenever it is called, whatever ``training`` is elsewhere: a GAN calls it in its
    training step. Each example has its own draws; images of one example, such as source
    and target of a pair, share them. Colours may leave [-1, 1], as in the reference.

    Args:
        policy: names out of ``POLICY``, applied in this order.
        channels: of each of the images that lie on top of each other, such as (3, 3) for pairs.
        seed: as of ``RandomLayer``.

    Shape: (N, H, W, sum of ``channels``), float16, bfloat16, float32 or float64 → the same.

    Raises:
        UserError: for an unknown name in the policy, or images of other channels.
    """

    def __init__(
        self,
        policy: tuple[str, ...] = POLICY,
        channels: tuple[int, ...] = (3,),
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, autocast=False, **kwargs)  # the images' dtype is kept
        self.policy = tuple(policy)
        self.channels = tuple(channels)
        for name in self.policy:
            if name not in POLICY:
                raise UserError(f"policy {name!r} of DiffAugment is unknown; choose from {', '.join(POLICY)}")

    def build(self, input_shape: tf.TensorShape) -> None:
        if input_shape[-1] != sum(self.channels):
            raise UserError(
                f"DiffAugment got images of {input_shape[-1]} channels where channels={self.channels} "
                f"promises {sum(self.channels)}: name the channels of each image"
            )
        super().build(input_shape)

    def call(self, images: tf.Tensor) -> tf.Tensor:
        if not self.policy:
            return images
        # All are drawn, used or not: a policy's draws do not depend on what else is in it.
        draws = self.uniform(tf.shape(images)[0], [7])
        for name in self.policy:
            if name == "color":
                images = self._color(images, *tf.split(draws[:, :3], 3, axis=1))
            elif name == "translation":
                images = _translate(images, _shift(images, draws[:, 3:5]))
            else:
                images = _cut_out(images, draws[:, 5:])
        return images

    def _color(self, images: tf.Tensor, *draws: tf.Tensor) -> tf.Tensor:
        """Brightness, saturation, contrast in one: each is affine in the pixel and its two means."""
        exact = images.dtype if images.dtype.size > 2 else tf.float32
        brightness, saturation, contrast = (tf.cast(d, exact)[:, :, None, None] for d in draws)
        brightness, saturation, contrast = brightness - 0.5, 2 * saturation, contrast + 0.5
        changed = []
        for image in tf.split(tf.cast(images, exact), self.channels, axis=-1):
            pixel_mean = tf.reduce_mean(image, axis=-1, keepdims=True)
            image_mean = tf.reduce_mean(pixel_mean, axis=[1, 2], keepdims=True)
            if image.shape[-1] == 1:
                # TensorFlow's optimiser makes this of the general form, but not in every graph: a rounding.
                saturated = image * contrast
            else:
                saturated = image * (contrast * saturation) + pixel_mean * (contrast * (1 - saturation))
            changed.append(saturated + (image_mean * (1 - contrast) + brightness))
        return tf.cast(tf.concat(changed, axis=-1), images.dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "policy": self.policy, "channels": self.channels}


def _sides(images: tf.Tensor) -> tf.Tensor:
    return tf.shape(images)[1:3]


def _whole(draws: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """Numbers of [0, 1) as integers in 0 … count - 1."""
    return tf.cast(draws * tf.cast(count, draws.dtype), tf.int32)


def _shift(images: tf.Tensor, draws: tf.Tensor) -> tf.Tensor:
    """(N, 2) of rows and columns, each in [-side / 8, side / 8]."""
    most = (_sides(images) + 4) // 8  # rounded
    return _whole(draws, 2 * most + 1) - most


def _translate(images: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
    """Pixel (i, j) becomes what pixel (i, j) + ``shift`` was; 0 where there was none."""

    @tf.custom_gradient
    def translate(images: tf.Tensor) -> tuple[tf.Tensor, Any]:
        # The derivative of a gather is a scatter, which is slow; that of a translation is the way back.
        return _gather(images, shift), lambda upstream: _translate(upstream, -shift)

    return translate(images)


def _gather(images: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
    shape = tf.shape(images)
    count, height, width = shape[0], shape[1], shape[2]
    rows = tf.range(height) + shift[:, :1]
    columns = tf.range(width) + shift[:, 1:]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None]
    rows, columns = tf.clip_by_value(rows, 0, height - 1), tf.clip_by_value(columns, 0, width - 1)
    pixels = (tf.range(count)[:, None, None] * height + rows[:, :, None]) * width + columns[:, None]
    moved = tf.gather(tf.reshape(images, [-1, images.shape[-1]]), pixels)
    return tf.where(inside[..., None], moved, tf.zeros([], images.dtype))


def _cut_out(images: tf.Tensor, draws: tf.Tensor) -> tf.Tensor:
    sides = _sides(images)
    hole = (sides + 1) // 2
    # The reference's middle may lie on every pixel, and for even holes on the far border.
    first = _whole(draws, sides + 1 - hole % 2) - hole // 2
    rows, columns = (
        (index >= first[:, side, None]) & (index < first[:, side, None] + hole[side])
        for side, index in enumerate((tf.range(sides[0]), tf.range(sides[1])))
    )
    return tf.where((rows[:, :, None] & columns[:, None])[..., None], tf.zeros([], images.dtype), images)
