"""DCGAN: images from noise (Goodfellow et al. 2014; Radford et al. 2016, arXiv:1511.06434)."""

from typing import Any

from zoo.backend import tf
from zoo.engine.gan import GAN, Losses
from zoo.engine.random import RandomLayer
from zoo.layers import DiffAugment
from zoo.losses import per_example_mean, saturating_adversarial, vanilla_adversarial
from zoo.models.dcgan.configuration import DCGANConfig
from zoo.models.dcgan.networks import dcgan_discriminator, dcgan_generator


class DCGAN(GAN):
    """A generator that turns noise z into images, and a discriminator of real and generated ones.

    ``L_D = BCE(D(x), 1) + BCE(D(G(z)), 0)``
    ``L_G = BCE(D(G(z)), 1)``, or ``log(1 - D(G(z)))``

    Args:
        config: see ``DCGANConfig``.
        precision: "float32", "float64", "mixed_bfloat16" or "mixed_float16".

    Call: (N, noise) of N(0, 1) → (N, H, W, channels) in (-1, 1).
    Train on a dataset of batches of images, NHWC in [-1, 1], or of (images, labels), of which it
    does without the labels.

    Raises:
        UserError: if the size is not allowed.
    """

    discriminator_losses = ("d_real", "d_fake")

    def __init__(self, config: DCGANConfig | None = None, precision: str = "float32", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config = config or DCGANConfig()
        self.precision = precision
        self.generator = dcgan_generator(
            config.noise, config.channels, config.size, config.generator_width, config.conditions,
            seed=config.seed, dtype=precision,
        )  # fmt: skip
        self.discriminator = dcgan_discriminator(
            config.channels, config.size, config.discriminator_width, config.conditions,
            seed=config.seed + 1, dtype=precision,
        )  # fmt: skip
        self.noise = RandomLayer(config.seed)
        self.augment = DiffAugment(config.diffaugment, (config.channels,), config.seed + 1)

    def compile(self, **kwargs: Any) -> None:
        """Make both optimisers, Adam as in the configuration, and compile."""
        self.generator_optimizer = self.make_adam([self.generator])
        self.discriminator_optimizer = self.make_adam([self.discriminator])
        self.noise.build(())
        self.augment.build((None, *self.config.size, self.config.channels))
        super().compile(optimizer=self.generator_optimizer, **kwargs)

    def call(self, noise: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        return self.generator(noise, training=training)

    def train_step(self, data: tf.Tensor | tuple[tf.Tensor, ...]) -> Losses:
        """One update of D, then one of G against the updated D, on the same images of one noise."""
        return self.play(data[0] if isinstance(data, tuple) else data)

    def play(self, images: tf.Tensor, *conditions: tf.Tensor) -> Losses:
        """Both updates on a batch, given the numbers (N, ``conditions``) that condition it, if any."""
        noise = tf.cast(self.noise.normal(tf.shape(images)[0], [self.config.noise]), images.dtype)
        generated = self.forward(self.generate, [self.generator], noise, *conditions)
        d_losses = self.minimize(
            self.discriminator_loss,
            self.discriminator_optimizer,
            [self.discriminator],
            images,
            generated,
            *conditions,
        )
        g_losses = self.minimize(
            self.generator_loss, self.generator_optimizer, [self.generator], generated, *conditions
        )
        return {**d_losses, **g_losses}

    def discriminator_loss(
        self, images: tf.Tensor, generated: tf.Tensor, *conditions: tf.Tensor
    ) -> tuple[tf.Tensor, Losses]:
        """``BCE(D(x), 1) + BCE(D(G(z)), 0)``, without the ½ that other GANs have."""
        # One after the other: batch normalisation takes the statistics of each kind separately.
        real_logits = self.judge(images, *conditions)
        fake_logits = self.judge(generated, *conditions)
        d_real = self.global_mean(vanilla_adversarial(real_logits, real=True))
        d_fake = self.global_mean(vanilla_adversarial(fake_logits, real=False))
        return d_real + d_fake, {
            "d_real": d_real,
            "d_fake": d_fake,
            "d_real_probability": self.global_mean(per_example_mean(tf.sigmoid(real_logits))),
            "d_fake_probability": self.global_mean(per_example_mean(tf.sigmoid(fake_logits))),
        }

    def generator_loss(self, generated: tf.Tensor, *conditions: tf.Tensor) -> tuple[tf.Tensor, Losses]:
        """``BCE(D(G(z)), 1)``, or ``log(1 - D(G(z)))`` with the loss "minimax"."""
        logits = self.judge(generated, *conditions)
        minimax = self.config.loss == "minimax"
        losses = saturating_adversarial(logits) if minimax else vanilla_adversarial(logits, real=True)
        g_adversarial = self.global_mean(losses)
        return g_adversarial, {"g_adversarial": g_adversarial}

    def generate(self, noise: tf.Tensor, *conditions: tf.Tensor) -> tf.Tensor:
        """The generator in training."""
        return self.generator([noise, *conditions], training=True)

    def judge(self, images: tf.Tensor, *conditions: tf.Tensor) -> tf.Tensor:
        """Logits, (N, 1), of the images being real."""
        return self.discriminator([self.augment(images), *conditions], training=True)

    def parts(self) -> dict[str, Any]:
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "generator_optimizer": self.generator_optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
            "noise": self.noise,
            "augment": self.augment,
        }
