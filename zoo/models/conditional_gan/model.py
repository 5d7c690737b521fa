"""Conditional GAN: images of given attributes from noise (Mirza & Osindero 2014, arXiv:1411.1784)."""

from typing import Any

from zoo.backend import tf
from zoo.engine.gan import Losses
from zoo.errors import UserError
from zoo.models.conditional_gan.configuration import ConditionalGANConfig
from zoo.models.dcgan.model import DCGAN


class ConditionalGAN(DCGAN):
    """A DCGAN whose networks are conditioned on the values y of the images' attributes.

    The generator has them beside the noise, one number a value, 1 for the one that is meant and 0
    for the others; the discriminator as constant channels on the image.

    ``L_D = BCE(D(x, y), 1) + BCE(D(G(z, y), y), 0)``
    ``L_G = BCE(D(G(z, y), y), 1)``, or ``log(1 - D(G(z, y), y))``

    Args:
        config: see ``ConditionalGANConfig``; attributes must be given.
        precision: "float32", "float64", "mixed_bfloat16" or "mixed_float16".

    Call: [(N, noise) of N(0, 1), (N, values of all attributes)] → (N, H, W, channels) in (-1, 1).
    Train on a dataset of (images, labels): NHWC in [-1, 1], and integers (N, attributes), the indices
    of the values. Every example has a value of each attribute: an ``UNKNOWN`` one ends training with
    ``tf.errors.InvalidArgumentError``, except under XLA, which leaves checks out.

    Raises:
        UserError: as a DCGAN; or without attributes, or with two of one name.
    """

    def __init__(
        self, config: ConditionalGANConfig | None = None, precision: str = "float32", **kwargs: Any
    ) -> None:
        config = config or ConditionalGANConfig()
        names = [attribute.name for attribute in config.attributes]
        if not names:
            raise UserError("`attributes`: none given; a conditional GAN needs one or more to draw by")
        if len({"noise", *names}) <= len(names):  # the names of the inputs of ``conditional_gan_signature``
            raise UserError(
                f"`attributes` {', '.join(names)}: names must differ, also from noise; rename one"
            )
        super().__init__(config, precision, **kwargs)

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> Losses:
        """As a DCGAN's, the generated images drawn for the labels of the real ones."""
        images, labels = data
        return self.play(images, self.one_hot(labels, images.dtype))

    def one_hot(self, labels: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
        """Integers (N, attributes) → (N, values of all attributes), the attributes in their order."""
        counts = [len(attribute.values) for attribute in self.config.attributes]
        tf.debugging.assert_equal(
            (labels >= 0) & (labels < counts),
            True,
            "labels that are not indices of values: leave out the examples with an unknown (-1) value",
        )
        columns = tf.unstack(labels, axis=1, num=len(counts))
        return tf.concat(
            [tf.one_hot(*each, dtype=dtype) for each in zip(columns, counts, strict=True)], axis=1
        )
