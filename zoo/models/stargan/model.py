"""StarGAN: one generator for several attributes (Choi et al. 2018, arXiv:1711.09020)."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from zoo.attributes import UNKNOWN, Attribute
from zoo.backend import keras, tf
from zoo.engine.gan import GAN, Losses
from zoo.engine.random import RandomLayer, Shuffle
from zoo.engine.schedules import CONSTANT, Schedule
from zoo.errors import UserError
from zoo.layers import DiffAugment
from zoo.losses import gradient_penalty, l1, wasserstein_adversarial
from zoo.models.stargan.label_columns import classification_loss, count_columns, label_columns
from zoo.models.stargan.networks import (
    SIZE_MULTIPLE,
    exact_scores,
    stargan_discriminator,
    stargan_generator,
)
from zoo.networks.initializers import SeedSequence

CELEBA = tuple(
    Attribute(name, ("no", "yes")) for name in ("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young")
)
"""The attributes of faces that the reference changes."""


@dataclass(frozen=True)
class StarGANConfig:
    """What defines a StarGAN; the defaults are the reference's.

    Attributes:
        size: (height, width) of the images; multiples of 2**repeat_num.
        channels: of the images.
        attributes: what it can change; see ``zoo.models.stargan.label_columns`` for how they become numbers.
        blocks: residual blocks of the generator.
        generator_width: channels of the generator's first convolution.
        discriminator_width: channels of the discriminator's first convolution.
        repeat_num: the discriminator's convolutions of stride 2.
        n_critic: updates of the discriminator a training step, each on a batch of its own.
        keep_rate: probability with which an attribute of a target is replaced by 'keep', for each
            example and attribute on its own. This project's addition: the reference (0) always
            names every attribute, so that all of them must be known to change one. A generator
            that was trained with some 'keep' changes what it is told and leaves the rest.
        weight_classification: of the classification losses in both losses (λ_cls).
        weight_reconstruction: of the way there and back (λ_rec).
        weight_identity: of 'keep' for every attribute, which is to change nothing (λ_id). This project's
            addition too, 0 for none: it teaches early what the way there and back teaches late,
            and asks for a ``keep_rate`` above 0.
        weight_gradient_penalty: of the gradient penalty (λ_gp).
        learning_rate: of both Adams.
        schedule: how it changes, counted in training steps. The released models were trained at
            a practically constant rate; the paper's falls linearly to 0 in its second half.
        beta_1: of both Adams.
        beta_2: of both Adams.
        adam_epsilon: of both Adams; PyTorch's default, Keras' is 1e-7.
        diffaugment: policy of ``DiffAugment`` on what the discriminator sees, the points of the
            gradient penalty among it; the paper has none. "color" is not for attributes that are colours.
        save_memory: compute the inside of residual blocks twice instead of keeping it.
        seed: of initial weights and random layers.

    Raises:
        UserError: for a size that the networks do not allow, for attributes that cannot be told
            apart, and for numbers out of their range.
    """

    size: tuple[int, int] = (128, 128)
    channels: int = 3
    attributes: tuple[Attribute, ...] = CELEBA
    blocks: int = 6
    generator_width: int = 64
    discriminator_width: int = 64
    repeat_num: int = 6
    n_critic: int = 5
    keep_rate: float = 0.0
    weight_classification: float = 1.0
    weight_reconstruction: float = 10.0
    weight_identity: float = 0.0
    weight_gradient_penalty: float = 10.0
    learning_rate: float = 1e-4
    schedule: Schedule = CONSTANT
    beta_1: float = 0.5
    beta_2: float = 0.999
    adam_epsilon: float = 1e-8
    diffaugment: tuple[str, ...] = ()
    save_memory: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        _check(self)


class StarGAN(GAN):
    """A generator that is told the attributes, and a Wasserstein critic that names them.

    ``L_D = -E[D(x)] + E[D(G(x, c'))] + λ_cls · L_cls(x, c) + λ_gp · E[(‖∇D(x̂)‖₂ - 1)²]``
    ``L_G = -E[D(G(x, c'))] + λ_cls · L_cls(G(x, c'), c') + λ_rec · |x - G(G(x, c'), c)|``

    The target c' of an example is the c of another one of the global batch, chosen at random.
    Where either has no value for an attribute, the target is 'keep': that attribute is to stay.

    Args:
        config: see ``StarGANConfig``.
        precision: "float32", "float64", "mixed_bfloat16" or "mixed_float16". The gradient penalty
            is never computed in 16 bits.

    Call: (images (N, H, W, channels) in [-1, 1], labels int32 (N, attributes)) → images like them, in
    (-1, 1). A label is the value's place in ``Attribute.values``, or ``UNKNOWN`` to keep what is there.
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
        if self.config.keep_rate:
            draws = self.keep.uniform(tf.shape(labels)[0], [len(self.config.attributes)])
            kept |= draws < self.config.keep_rate
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


def _check(config: StarGANConfig) -> None:
    names = [attribute.name for attribute in config.attributes]
    if not names:
        raise UserError("attributes: none are named; name at least one to change")
    for name in names:
        if names.count(name) > 1 or name == "image":
            raise UserError(f"attribute {name!r}: the name is taken; give each attribute another")
    for attribute in config.attributes:
        if len(attribute.values) < 2 or len(set(attribute.values)) < len(attribute.values):
            raise UserError(
                f"attributes {attribute.name}: has {', '.join(attribute.values) or 'no value'}, and needs "
                "two or more different values; choose another attribute"
            )
    for name, least in {"n_critic": 1, "repeat_num": 1}.items():
        if getattr(config, name) < least:
            raise UserError(f"{name} {getattr(config, name)}: less than {least}; give {least} or more")
    if not 0 <= config.keep_rate < 1:
        raise UserError(f"keep-rate {config.keep_rate}: no probability below 1; give one from 0 to below 1")
    if config.weight_identity and not config.keep_rate:
        raise UserError(
            f"weight-identity {config.weight_identity}: with keep-rate 0 nothing is ever kept; give one, "
            "or weight-identity 0"
        )
    multiple = max(SIZE_MULTIPLE, 2**config.repeat_num)
    if any(side <= 0 or side % multiple for side in config.size):
        raise UserError(
            f"size {config.size[0]}x{config.size[1]} (height x width) is no multiple of "
            f"{multiple}, as StarGAN's discriminator needs it; give another size or a "
            "smaller repeat_num"
        )
