"""CycleGAN: unpaired image-to-image translation (Zhu et al. 2017, arXiv:1703.10593)."""

from dataclasses import dataclass
from typing import Any

from zoo.backend import keras, tf
from zoo.engine.gan import GAN, Losses
from zoo.engine.image_pool import ImagePool
from zoo.engine.schedules import CONSTANT, Schedule
from zoo.errors import UserError
from zoo.layers import DiffAugment
from zoo.losses import l1, least_squares_adversarial
from zoo.networks.patchgan import patchgan_discriminator
from zoo.networks.precision import io_dtype
from zoo.networks.resnet import SIZE_MULTIPLE, SMALLEST, resnet_generator


@dataclass(frozen=True)
class CycleGANConfig:
    """What defines a CycleGAN; the defaults are the reference's.

    Attributes:
        size: (height, width) of the images; multiples of 4.
        crop: (height, width) of the random crops to train on; None trains on whole images.
        channels_a: channels of the images of domain A.
        channels_b: channels of the images of domain B.
        blocks: residual blocks of a generator: 9; the paper has 6 for images of 128×128.
        generator_width: channels of a generator's first convolution.
        discriminator_width: channels of a PatchGAN's first convolution.
        discriminator_layers: its convolutions of stride 2; 3 is the 70×70 PatchGAN.
        dropout: rate in the residual blocks.
        pool_size: generated images of each domain that its discriminator may be shown again;
            0 shows it those of now.
        weight_cycle: of both cycle losses (λ = 10 in the paper).
        weight_identity: of both identity losses, as a share of ``weight_cycle``; 0 for none, as
            in most of the paper.
        learning_rate: of both Adams.
        schedule: how it changes; the reference lets it fall from half the epochs on.
        beta_1: of both Adams.
        beta_2: of both Adams.
        adam_epsilon: of both Adams; PyTorch's default, Keras' is 1e-7.
        diffaugment: policy of ``DiffAugment`` on what the discriminators see; the paper has none.
        save_memory: compute the inside of residual blocks twice instead of keeping it.
        seed: of initial weights and random layers.

    Raises:
        UserError: for sizes that the networks do not allow, or values that contradict each other.
    """

    size: tuple[int, int] = (256, 256)
    crop: tuple[int, int] | None = None
    channels_a: int = 3
    channels_b: int = 3
    blocks: int = 9
    generator_width: int = 64
    discriminator_width: int = 64
    discriminator_layers: int = 3
    dropout: float = 0.0
    pool_size: int = 50
    weight_cycle: float = 10.0
    weight_identity: float = 0.5
    learning_rate: float = 2e-4
    schedule: Schedule = CONSTANT
    beta_1: float = 0.5
    beta_2: float = 0.999
    adam_epsilon: float = 1e-8
    diffaugment: tuple[str, ...] = ()
    save_memory: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        # Two more convolutions of kernel 4 need 3 pixels of what the strides leave.
        least = max(SMALLEST, 3 * 2**self.discriminator_layers)
        for name, sides in {"size": self.size, "crop": self.crop or self.size}.items():
            if any(side % SIZE_MULTIPLE or side < least for side in sides):
                raise UserError(
                    f"{name} {sides[0]}x{sides[1]} (height x width): generators and discriminators need "
                    f"multiples of {SIZE_MULTIPLE}, {least} or more; give such sides"
                )
        if any(part > whole for part, whole in zip(self.training_size, self.size, strict=True)):
            raise UserError(
                f"crop {self.crop[0]}x{self.crop[1]}: larger than the images, size "
                f"{self.size[0]}x{self.size[1]}; make it smaller"
            )
        if self.blocks < 1:
            raise UserError(f"blocks {self.blocks}: a generator has 1 residual block or more; give more")
        if self.pool_size < 0:
            raise UserError(f"pool-size {self.pool_size}: give 0 for no pool, or how many images it holds")
        if self.weight_identity and self.channels_a != self.channels_b:
            raise UserError(
                f"weight-identity {self.weight_identity}: images of {self.channels_a} and of "
                f"{self.channels_b} channels cannot be left as they are; give 0"
            )

    @property
    def training_size(self) -> tuple[int, int]:
        """(height, width) of what is trained on."""
        return self.crop or self.size


class CycleGAN(GAN):
    """Two generators, G: A → B and F: B → A, each judged by a PatchGAN that sees its results.

    ``L_G,F = (D_B(G(a)) - 1)² + (D_A(F(b)) - 1)²
    + weight_cycle · [|F(G(a)) - a| + |G(F(b)) - b|
    + weight_identity · (|F(a) - a| + |G(b) - b|)]``
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
            weight = self.config.weight_cycle * self.config.weight_identity
            loss += weight * (losses["identity_a"] + losses["identity_b"])
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
