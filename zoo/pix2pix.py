"""pix2pix: paired image-to-image translation (Isola et al. 2017, arXiv:1611.07004)."""

from dataclasses import dataclass
from typing import Any

from zoo.backend import keras, tf
from zoo.gan import GAN
from zoo.losses import l1, vanilla_adversarial
from zoo.networks.patchgan import patchgan_discriminator
from zoo.networks.unet import unet_depth, unet_generator
from zoo.optimizers import FusedAdam, LinearDecay


@dataclass(frozen=True)
class Pix2PixConfig:
    """What defines a pix2pix; the defaults are the paper's.

    Attributes:
        size: (height, width) of the images; multiples of 32. 256 gives the paper's U-Net-256.
        input_channels: channels of the source image.
        output_channels: channels of the target image.
        generator_width: channels of the U-Net's first convolution.
        discriminator_width: channels of the PatchGAN's first convolution.
        discriminator_layers: its convolutions of stride 2; 3 is the 70×70 PatchGAN.
        norm: "batch" or "instance".
        dropout: rate in the U-Net's innermost decoder layers.
        weight_adversarial: of the adversarial term in the generator's loss.
        weight_l1: of the L1 term (λ = 100 in the paper).
        learning_rate: of both Adams.
        decay_from: step from which it falls linearly; None keeps it constant, as the paper.
        decay_to: step at which it would reach 0.
        beta_1: of both Adams.
        beta_2: of both Adams.
        adam_epsilon: of both Adams; PyTorch's default, Keras' is 1e-7.
        seed: of initial weights and dropout.
    """

    size: tuple[int, int] = (256, 256)
    input_channels: int = 3
    output_channels: int = 3
    generator_width: int = 64
    discriminator_width: int = 64
    discriminator_layers: int = 3
    norm: str = "batch"
    dropout: float = 0.5
    weight_adversarial: float = 1.0
    weight_l1: float = 100.0
    learning_rate: float = 2e-4
    decay_from: int | None = None
    decay_to: int | None = None
    beta_1: float = 0.5
    beta_2: float = 0.999
    adam_epsilon: float = 1e-8
    seed: int = 0


class Pix2Pix(GAN):
    """A U-Net that translates x to y, judged by a PatchGAN that sees both.

    ``L_D = ½ · [BCE(D(x, y), 1) + BCE(D(x, G(x)), 0)]``
    ``L_G = weight_adversarial · BCE(D(x, G(x)), 1) + weight_l1 · |y - G(x)|``

    Args:
        config: see ``Pix2PixConfig``.
        precision: "float32", "float64", "mixed_bfloat16" or "mixed_float16".

    Call: (N, H, W, input_channels) in [-1, 1] → (N, H, W, output_channels) in (-1, 1).
    Train on a dataset of (source, target) batches, NHWC in [-1, 1].

    Raises:
        UserError: if the size is not allowed by the U-Net.
    """

    def __init__(
        self, config: Pix2PixConfig | None = None, precision: str = "float32", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.config = config = config or Pix2PixConfig()
        self.precision = precision
        self.generator = pix2pix_generator(config, precision)
        self.discriminator = patchgan_discriminator(
            config.input_channels + config.output_channels,
            layers=config.discriminator_layers,
            width=config.discriminator_width,
            norm=config.norm,
            seed=config.seed + 1,
            dtype=precision,
        )

    def compile(self, **kwargs: Any) -> None:
        """Make both optimisers, Adam as in the configuration, and compile."""
        self.generator_optimizer = self._adam(self.generator)
        self.discriminator_optimizer = self._adam(self.discriminator)
        super().compile(optimizer=self.generator_optimizer, **kwargs)

    def _adam(self, network: keras.Model) -> keras.optimizers.Optimizer:
        config = self.config
        learning_rate = config.learning_rate
        if config.decay_from is not None:
            learning_rate = LinearDecay(learning_rate, config.decay_from, config.decay_to)
        adam = FusedAdam(learning_rate, config.beta_1, config.beta_2, config.adam_epsilon)
        return self.prepare_optimizer(adam, network.trainable_variables)

    def call(self, source: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        return self.generator(source, training=training)

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One update of D, then one of G against the updated D, on the same batch."""
        source, target = data
        with tf.GradientTape() as generator_tape:
            generated = self.generator(source, training=True)

        with tf.GradientTape() as discriminator_tape:
            fake_logits = self.judge(source, tf.stop_gradient(generated))
            real_logits = self.judge(source, target)
            d_fake = self.global_mean(vanilla_adversarial(fake_logits, real=False))
            d_real = self.global_mean(vanilla_adversarial(real_logits, real=True))
            d_loss = (d_fake + d_real) / 2
        self.update(
            self.discriminator_optimizer, discriminator_tape, d_loss, self.discriminator.trainable_variables
        )

        with generator_tape:
            g_adversarial = self.global_mean(vanilla_adversarial(self.judge(source, generated), real=True))
            g_l1 = self.global_mean(l1(target, generated))
            g_loss = self.config.weight_adversarial * g_adversarial + self.config.weight_l1 * g_l1
        self.update(self.generator_optimizer, generator_tape, g_loss, self.generator.trainable_variables)

        return {
            "d_real": d_real,
            "d_fake": d_fake,
            "g_adversarial": g_adversarial,
            "g_l1": g_l1,
            "d_real_probability": self.global_mean(tf.reduce_mean(tf.sigmoid(real_logits), axis=[1, 2, 3])),
            "d_fake_probability": self.global_mean(tf.reduce_mean(tf.sigmoid(fake_logits), axis=[1, 2, 3])),
        }

    def judge(self, source: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
        """Logits, (N, h, w, 1), of the pairs being real: the discriminator on both images together."""
        return self.discriminator(tf.concat([source, target], axis=-1), training=True)

    def checkpoint_items(self) -> dict[str, Any]:
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "generator_optimizer": self.generator_optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
        }


def pix2pix_generator(
    config: Pix2PixConfig, precision: str = "float32", statistics: str | None = None
) -> keras.Model:
    """The U-Net of ``config``: for training, or with ``statistics`` as it is used after training.

    In use it has no dropout and its images one size, and it normalises with "image", each
    image's own statistics, as the reference at batch 1; or "moving", training's averages.
    """
    in_use = statistics is not None
    return unet_generator(
        config.input_channels,
        config.output_channels,
        depth=unet_depth(config.size),
        width=config.generator_width,
        norm="image" if statistics == "image" and config.norm == "batch" else config.norm,
        dropout=0.0 if in_use else config.dropout,
        seed=config.seed,
        size=config.size if in_use else None,
        dtype=precision,
    )
