"""StarGAN: one generator for several attributes (Choi et al. 2018, arXiv:1711.09020)."""

from functools import partial
from typing import Any

from zoo.attributes import UNKNOWN
from zoo.backend import keras, tf
from zoo.engine.gan import GAN, Losses
from zoo.engine.random import RandomLayer, Shuffle
from zoo.layers import DiffAugment
from zoo.losses import gradient_penalty, l1, wasserstein_adversarial
from zoo.models.stargan.configuration import StarGANConfig
from zoo.models.stargan.label_columns import classification_loss, count_columns, label_columns
from zoo.models.stargan.networks import (
    exact_scores,
    stargan_discriminator,
    stargan_generator,
)
from zoo.networks.initializers import SeedSequence


class StarGAN(GAN):
    """A generator that is given the attributes, and a Wasserstein critic that classifies them.

    ``L_D = -E[D(x)] + E[D(G(x, c'))] + λ_cls · L_cls(x, c) + λ_gp · E[(‖∇D(x̂)‖₂ - 1)²]``
    ``L_G = -E[D(G(x, c'))] + λ_cls · L_cls(G(x, c'), c') + λ_rec · |x - G(G(x, c'), c)|``

    The target c' of an example is the c of another one of the global batch, chosen at random.
    Where either has no value for an attribute, the target is 'keep': that attribute is to stay.

    Args:
        config: see ``StarGANConfig``.
        precision: "float32", "float64", "mixed_bfloat16" or "mixed_float16". The gradient penalty
            is never computed in 16 bits.

    Call: (images (N, H, W, channels) in [-1, 1], labels int32 (N, attributes)) → images like them, in
    (-1, 1). A label is the value's index in ``Attribute.values``, or ``UNKNOWN`` to keep what is there.
    Train on a dataset of such pairs, ``n_critic`` batches a step, with the labels that the images have.
    """

    def __init__(
        self, config: StarGANConfig | None = None, precision: str = "float32", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.config = config = config or StarGANConfig()
        self.precision = precision
        self.batches_per_step = config.n_critic
        self.discriminator = stargan_discriminator(
            config.size, config.channels, count_columns(config.attributes), depth=config.repeat_num,
            width=config.discriminator_width, seed=config.seed + 1, dtype=precision,
        )  # fmt: skip
        self.generator = generator_of(config, precision)
        seeds = SeedSequence(config.seed)
        self.shuffle = Shuffle(seeds(), name="shuffle")
        self.keep = RandomLayer(seeds(), name="keep")
        self.interpolation = RandomLayer(seeds(), name="interpolation")
        self.augment = DiffAugment(config.diffaugment, (config.channels,), seeds())

    def compile(self, **kwargs: Any) -> None:
        """Make both optimisers, Adam as in the configuration, and compile."""
        self.generator_optimizer = self.make_adam([self.generator])
        # It counts its own updates.
        schedule = self.config.schedule.stretched(self.config.n_critic)
        self.discriminator_optimizer = self.make_adam([self.discriminator], schedule)
        for layer in (self.shuffle, self.keep, self.interpolation):
            layer.build(())
        self.augment.build(self.discriminator.input_shape)
        super().compile(optimizer=self.generator_optimizer, **kwargs)

    def call(self, inputs: tuple[tf.Tensor, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        images, labels = inputs
        return self.generator([images, self.columns(images, labels)], training=training)

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> Losses:
        """``n_critic`` updates of D, each on its own batch, then one of G on the last batch.

        The reference counts updates of D: its 200,000 iterations are 40,000 steps of ``n_critic`` 5.
        The losses of D are means over its updates.
        """
        d_losses = []
        for images, labels in self.batches(data):
            target = self.targets(labels)
            generated = self.forward(self.generate, [self.generator], images, target)
            alpha = tf.cast(self.interpolation.uniform(tf.shape(images)[0], [1, 1, 1]), images.dtype)
            d_inputs = (images, labels, generated, alpha)
            d_losses.append(
                self.minimize(
                    self.discriminator_loss, self.discriminator_optimizer, [self.discriminator], *d_inputs
                )
            )
        g_inputs = (images, labels, target, generated)
        g_losses = self.minimize(self.generator_loss, self.generator_optimizer, [self.generator], *g_inputs)
        updates = len(d_losses)
        return {name: sum(losses[name] for losses in d_losses) / updates for name in d_losses[0]} | g_losses

    def targets(self, labels: tf.Tensor) -> tf.Tensor:
        """The labels to translate to: those of the batch in a random order, ``UNKNOWN`` for 'keep'.

        An attribute that the example itself has no value for is kept too: nothing could ask for
        it on the way back.
        """
        kept = labels == UNKNOWN
        if self.config.unchanged_rate:
            draws = self.keep.uniform(tf.shape(labels)[0], [len(self.config.attributes)])
            kept |= draws < self.config.unchanged_rate
        return tf.where(kept, UNKNOWN, self.shuffle(labels))

    def discriminator_loss(
        self, images: tf.Tensor, labels: tf.Tensor, generated: tf.Tensor, alpha: tf.Tensor
    ) -> tuple[tf.Tensor, Losses]:
        """``-D(x) + D(G(x, c')) + λ_cls · L_cls(x, c) + λ_gp · (‖∇D(x̂)‖₂ - 1)²``."""
        real, fake = self.augment(images), self.augment(generated)
        real_scores, logits = self.discriminator(real, training=True)
        fake_scores, _ = self.discriminator(fake, training=True)
        critic = partial(exact_scores, self.discriminator)
        d_real = self.global_mean(wasserstein_adversarial(real_scores, real=True))
        d_fake = self.global_mean(wasserstein_adversarial(fake_scores, real=False))
        d_classification = self.global_mean(classification_loss(self.config.attributes, logits, labels))
        penalty = self.global_mean(gradient_penalty(critic, real, fake, alpha))
        weights = self.config
        loss = (
            d_real
            + d_fake
            + weights.weight_classification * d_classification
            + weights.weight_gradient_penalty * penalty
        )
        return loss, {
            "d_real": d_real,
            "d_fake": d_fake,
            "d_classification": d_classification,
            "gradient_penalty": penalty,
        }

    def generator_loss(
        self, images: tf.Tensor, labels: tf.Tensor, target: tf.Tensor, generated: tf.Tensor
    ) -> tuple[tf.Tensor, Losses]:
        """``-D(G(x, c')) + λ_cls · L_cls(G(x, c'), c') + λ_rec · |x - G(G(x, c'), c)|``.

        Where the target is 'keep', the classifier is asked for the value that the image had. With a
        ``weight_identity``, ``+ λ_id · |x - G(x, keep)|``.
        """
        scores, logits = self.discriminator(self.augment(generated), training=True)
        values = tf.where(target == UNKNOWN, labels, target)
        g_fake = self.global_mean(wasserstein_adversarial(scores, real=True))
        g_reconstruction = self.global_mean(l1(images, self.generate(generated, labels)))
        g_classification = self.global_mean(classification_loss(self.config.attributes, logits, values))
        weights = self.config
        loss = (
            g_fake
            + weights.weight_reconstruction * g_reconstruction
            + weights.weight_classification * g_classification
        )
        losses = {
            "g_fake": g_fake,
            "g_reconstruction": g_reconstruction,
            "g_classification": g_classification,
        }
        if weights.weight_identity:
            same = self.generate(images, tf.fill(tf.shape(labels), UNKNOWN))
            losses["g_identity"] = self.global_mean(l1(images, same))
            loss += weights.weight_identity * losses["g_identity"]
        return loss, losses

    def generate(self, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """The generator in training."""
        return self.generator([images, self.columns(images, labels)], training=True)

    def columns(self, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Labels as the generator takes them, in the images' dtype."""
        return label_columns(self.config.attributes, labels, images.dtype)

    def parts(self) -> dict[str, Any]:
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "generator_optimizer": self.generator_optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
            "shuffle": self.shuffle,
            "keep": self.keep,
            "interpolation": self.interpolation,
            "augment": self.augment,
        }


def generator_of(config: StarGANConfig, precision: str = "float32", in_use: bool = False) -> keras.Model:
    """The generator of ``config``: for training, or for use after it."""
    return stargan_generator(
        config.channels, count_columns(config.attributes), config.blocks, config.generator_width, config.seed,
        None, config.save_memory and not in_use, precision,
    )  # fmt: skip
