"""CycleGAN: unpaired image-to-image translation (Zhu et al. 2017, arXiv:1703.10593)."""

from dataclasses import dataclass
from typing import Any

from zoo.backend import keras, tf
from zoo.engine.gan import GAN, Losses
from zoo.engine.image_pool import ImagePool
from zoo.layers import DiffAugment
from zoo.losses import l1, least_squares_adversarial
from zoo.models.cyclegan.configuration import CycleGANConfig
from zoo.networks.patchgan import patchgan_discriminator
from zoo.networks.precision import io_dtype
from zoo.networks.resnet import resnet_generator


class CycleGAN(GAN):
    """Two generators, G: A → B and F: B → A, and a PatchGAN for the images of each domain.

    ``L_G,F = (D_B(G(a)) - 1)² + (D_A(F(b)) - 1)²
    + weight_cycle · (|F(G(a)) - a| + |G(F(b)) - b|)
    + weight_identity · (|F(a) - a| + |G(b) - b|)``
    ``L_D = ½ · [(D_A(a) - 1)² + D_A(pool(F(b)))²] + ½ · [(D_B(b) - 1)² + D_B(pool(G(a)))²]``

    Args:
        config: see ``CycleGANConfig``.
        precision: "float32", "float64", "mixed_bfloat16" or "mixed_float16".

    Call: (a, b), NHWC in [-1, 1] → (F(b), G(a)) in (-1, 1).
    Train on a dataset of (a, b) batches that have nothing to do with each other.
    """

    discriminator_losses = ("d_a_real", "d_a_fake", "d_b_real", "d_b_fake")

    def __init__(
        self, config: CycleGANConfig | None = None, precision: str = "float32", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.config = config = config or CycleGANConfig()
        self.precision = precision
        self.generator_a_to_b = cyclegan_generator(config, "AtoB", precision)
        self.generator_b_to_a = cyclegan_generator(config, "BtoA", precision)
        self.discriminator_a = self._discriminator(config.channels_a, config.seed + 2)
        self.discriminator_b = self._discriminator(config.channels_b, config.seed + 3)
        self.augment_a = DiffAugment(config.diffaugment, (config.channels_a,), config.seed)
        self.augment_b = DiffAugment(config.diffaugment, (config.channels_b,), config.seed + 1)
        self.pool_a = ImagePool(config.pool_size, config.seed + 2, dtype=io_dtype(precision))
        self.pool_b = ImagePool(config.pool_size, config.seed + 3, dtype=io_dtype(precision))

    def _discriminator(self, channels: int, seed: int) -> keras.Model:
        return patchgan_discriminator(
            channels,
            layers=self.config.discriminator_layers,
            width=self.config.discriminator_width,
            norm="instance",
            seed=seed,
            dtype=self.precision,
        )

    def compile(self, **kwargs: Any) -> None:
        """Make both optimisers, Adam as in the configuration, and the pools, and compile."""
        self.generator_optimizer = self.make_adam(self.both_generators)
        self.discriminator_optimizer = self.make_adam(self.both_discriminators)
        config = self.config
        for layer in (self.augment_a, self.pool_a):
            layer.build((None, *config.training_size, config.channels_a))
        for layer in (self.augment_b, self.pool_b):
            layer.build((None, *config.training_size, config.channels_b))
        super().compile(optimizer=self.generator_optimizer, **kwargs)

    @property
    def both_generators(self) -> list[keras.Model]:
        """What the generators' optimiser trains."""
        return [self.generator_a_to_b, self.generator_b_to_a]

    @property
    def both_discriminators(self) -> list[keras.Model]:
        """What the discriminators' optimiser trains."""
        return [self.discriminator_a, self.discriminator_b]

    def call(
        self, images: tuple[tf.Tensor, tf.Tensor], training: bool | None = None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        return self.translate(*images, training=training)

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> Losses:
        """One update of both generators, then one of both discriminators, on the same translations."""
        real_a, real_b = data
        fakes = self.forward(self.translate, self.both_generators, real_a, real_b)
        g_losses = self.minimize(
            self.generator_loss, self.generator_optimizer, self.both_generators, real_a, real_b, fakes
        )
        fake_a, fake_b = fakes.whole()
        d_losses = self.minimize(
            self.discriminator_loss,
            self.discriminator_optimizer,
            self.both_discriminators,
            real_a,
            real_b,
            self.pool_a(fake_a),
            self.pool_b(fake_b),
        )
        return {**g_losses, **d_losses}

    def translate(
        self, a: tf.Tensor, b: tf.Tensor, training: bool | None = True
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """(F(b), G(a)): what is to look as if of A, and of B."""
        return self.generator_b_to_a(b, training=training), self.generator_a_to_b(a, training=training)

    def generator_loss(
        self, real_a: tf.Tensor, real_b: tf.Tensor, fakes: tuple[tf.Tensor, tf.Tensor]
    ) -> tuple[tf.Tensor, Losses]:
        """Adversarial, cycle and identity losses of both generators (eq. 3 and section 5.2)."""
        fake_a, fake_b = fakes
        g_ab = self.global_mean(least_squares_adversarial(self.judge_b(fake_b), real=True))
        g_ba = self.global_mean(least_squares_adversarial(self.judge_a(fake_a), real=True))
        # Each cycle trains both generators: the gradient goes back through the translation.
        cycled_a, cycled_b = self.translate(fake_a, fake_b)
        cycle_a, cycle_b = self.global_mean(l1(cycled_a, real_a)), self.global_mean(l1(cycled_b, real_b))
        losses = {"g_ab_adversarial": g_ab, "g_ba_adversarial": g_ba, "cycle_a": cycle_a, "cycle_b": cycle_b}
        loss = g_ab + g_ba + self.config.weight_cycle * (cycle_a + cycle_b)
        if self.config.weight_identity:
            same_a, same_b = self.translate(real_b, real_a)  # what is of the target domain already
            losses["identity_a"] = self.global_mean(l1(same_a, real_a))
            losses["identity_b"] = self.global_mean(l1(same_b, real_b))
            loss += self.config.weight_identity * (losses["identity_a"] + losses["identity_b"])
        return loss, losses

    def discriminator_loss(
        self, real_a: tf.Tensor, real_b: tf.Tensor, fake_a: tf.Tensor, fake_b: tf.Tensor
    ) -> tuple[tf.Tensor, Losses]:
        """``½ · [(D(real) - 1)² + D(fake)²]`` of both discriminators; the losses are without the half."""
        losses = {
            "d_a_real": self.global_mean(least_squares_adversarial(self.judge_a(real_a), real=True)),
            "d_a_fake": self.global_mean(least_squares_adversarial(self.judge_a(fake_a), real=False)),
            "d_b_real": self.global_mean(least_squares_adversarial(self.judge_b(real_b), real=True)),
            "d_b_fake": self.global_mean(least_squares_adversarial(self.judge_b(fake_b), real=False)),
        }
        return sum(losses.values()) / 2, losses

    def judge_a(self, images: tf.Tensor) -> tf.Tensor:
        """Scores, (N, h, w, 1), of the images being real ones of A: near 1, or near 0."""
        return self.discriminator_a(self.augment_a(images), training=True)

    def judge_b(self, images: tf.Tensor) -> tf.Tensor:
        """As ``judge_a``, of B."""
        return self.discriminator_b(self.augment_b(images), training=True)

    def parts(self) -> dict[str, Any]:
        return {
            **self.generators(),
            "discriminator_a": self.discriminator_a,
            "discriminator_b": self.discriminator_b,
            "generator_optimizer": self.generator_optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
            "pool_a": self.pool_a,
            "pool_b": self.pool_b,
            "augment_a": self.augment_a,
            "augment_b": self.augment_b,
        }

    def generators(self) -> dict[str, keras.Model]:
        return {"generator_a_to_b": self.generator_a_to_b, "generator_b_to_a": self.generator_b_to_a}


@dataclass(frozen=True)
class Direction:
    """One way to translate.

    Attributes:
        source, target: domains, "A" or "B".
        network: name of the generator in ``CycleGAN.parts``.
    """

    source: str
    target: str
    network: str


DIRECTIONS = {
    "AtoB": Direction("A", "B", "generator_a_to_b"),
    "BtoA": Direction("B", "A", "generator_b_to_a"),
}


def cyclegan_generator(
    config: CycleGANConfig,
    direction: str,
    precision: str = "float32",
    in_use: bool = False,
    dropout: bool = False,
) -> keras.Model:
    """The generator of one of ``DIRECTIONS``: for training, or for use after it; with dropout or without."""
    channels = (config.channels_a, config.channels_b)
    forward = DIRECTIONS[direction].source == "A"
    return resnet_generator(
        *(channels if forward else channels[::-1]),
        blocks=config.blocks,
        width=config.generator_width,
        dropout=config.dropout if dropout or not in_use else 0.0,
        fresh_dropout=in_use,
        seed=config.seed if forward else config.seed + 1,
        save_memory=config.save_memory and not in_use,
        dtype=precision,
    )
