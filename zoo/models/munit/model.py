"""MUNIT: multimodal unsupervised image-to-image translation (Huang et al. 2018, arXiv:1804.04732)."""

from dataclasses import dataclass
from typing import Any

from zoo.backend import keras, tf
from zoo.engine.gan import GAN, Losses
from zoo.engine.random import RandomLayer
from zoo.errors import UserError
from zoo.layers import DiffAugment
from zoo.losses import l1, least_squares_adversarial
from zoo.models.munit.configuration import MUNITConfig
from zoo.models.munit.networks import (
    content_encoder,
    decoder,
    multiscale_discriminator,
    smallest_side,
    style_encoder,
)


@dataclass(frozen=True)
class Role:
    """What one of the networks does.

    Attributes:
        kind: "content_encoder", "style_encoder", "decoder" or "discriminator".
        domain: of the images that it takes or makes, "a" or "b".
    """

    kind: str
    domain: str


GENERATORS = {
    "content_encoder_a": Role("content_encoder", "a"),
    "style_encoder_a": Role("style_encoder", "a"),
    "decoder_a": Role("decoder", "a"),
    "content_encoder_b": Role("content_encoder", "b"),
    "style_encoder_b": Role("style_encoder", "b"),
    "decoder_b": Role("decoder", "b"),
}
NETWORKS = {
    **GENERATORS,
    "discriminator_a": Role("discriminator", "a"),
    "discriminator_b": Role("discriminator", "b"),
}

Codes = tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]


class MUNIT(GAN):
    """Codes of content, which two domains share, and of style, which is specific to each.

    With E_A(a) = (c_a, s_a'), styles s_a, s_b from N(0, 1), and x_ab = G_B(c_a, s_b):

    ``L_D = Σ over scales MSE(D_B(x_ab), 0) + MSE(D_B(b), 1)``, and so for A
    ``L_G = weight_adversarial · Σ over scales MSE(D_B(x_ab), 1) + weight_image · |a - G_A(c_a, s_a')|
    + weight_style · |s_b - E_B^s(x_ab)| + weight_content · |c_a - E_B^c(x_ab)|
    + weight_cycle · |a - G_A(E_B^c(x_ab), s_a')|``, and so the other way round.

    The reference's perceptual term (``vgg_w``, 0 in all but one of its configurations) is not
    here: it needs a network trained on other images.

    Args:
        config: see ``MUNITConfig``.
        precision: "float32", "float64", "mixed_bfloat16" or "mixed_float16".

    Call: (image of A (N, H, W, channels_a) in [-1, 1], style of B (N, style_size)) →
    (N, H, W, channels_b) in (-1, 1).
    Train on a dataset of (image of A, image of B) batches, unpaired, NHWC in [-1, 1].

    Raises:
        UserError: if the networks do not allow the size, or it is out of no network.
    """

    discriminator_losses = ("d_a_real", "d_a_fake", "d_b_real", "d_b_fake")

    def __init__(self, config: MUNITConfig | None = None, precision: str = "float32", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config = config or MUNITConfig()
        self.precision = precision
        for name in NETWORKS:
            setattr(self, name, munit_network(config, name, precision))
        self.style_draws = RandomLayer(3 * config.seed, name="style_draws")
        self.augment_a = DiffAugment(config.diffaugment, (config.channels_a,), 3 * config.seed + 1)
        self.augment_b = DiffAugment(config.diffaugment, (config.channels_b,), 3 * config.seed + 2)

    def compile(self, **kwargs: Any) -> None:
        """Make both optimisers, Adam as in the configuration, and compile."""
        self.generator_optimizer = self.make_adam(list(self.generators().values()), l2=self.config.l2)
        self.discriminator_optimizer = self.make_adam(
            [self.discriminator_a, self.discriminator_b], l2=self.config.l2
        )
        self.style_draws.build(())
        self.augment_a.build(self.discriminator_a.input_shape)
        self.augment_b.build(self.discriminator_b.input_shape)
        super().compile(optimizer=self.generator_optimizer, **kwargs)

    def call(self, inputs: tuple[tf.Tensor, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        image, style = inputs
        content = self.content_encoder_a(image, training=training)
        return self.decoder_b([content, style], training=training)

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> Losses:
        """One update of both D, then one of all encoders and decoders; new styles for each."""
        a, b = data
        generators = list(self.generators().values())
        discriminators = [self.discriminator_a, self.discriminator_b]
        codes = self.forward(self.encode, generators, a, b)
        inputs = (a, b, codes, *self.draw_styles(a))
        d_losses = self.minimize(
            self.discriminator_loss, self.discriminator_optimizer, discriminators, *inputs
        )
        inputs = (a, b, codes, *self.draw_styles(a))
        g_losses = self.minimize(self.generator_loss, self.generator_optimizer, generators, *inputs)
        return {**d_losses, **g_losses}

    def draw_styles(self, images: tf.Tensor) -> list[tf.Tensor]:
        """Styles of A and of B, (N, style_size) from N(0, 1) each, for a batch of N ``images``."""
        shape = [self.config.style_size]
        return [
            tf.cast(self.style_draws.normal(tf.shape(images)[0], shape), images.dtype) for _domain in "ab"
        ]

    def encode(self, a: tf.Tensor, b: tf.Tensor) -> Codes:
        """Content and style of ``a``, content and style of ``b``."""
        return (
            self.content_encoder_a(a, training=True),
            self.style_encoder_a(a, training=True),
            self.content_encoder_b(b, training=True),
            self.style_encoder_b(b, training=True),
        )

    def discriminator_loss(
        self, a: tf.Tensor, b: tf.Tensor, codes: Codes, style_a: tf.Tensor, style_b: tf.Tensor
    ) -> tuple[tf.Tensor, Losses]:
        """``Σ over domains and scales MSE(D(real), 1) + MSE(D(fake), 0)``, without a half."""
        content_a, _, content_b, _ = codes
        fake_a = tf.stop_gradient(self.decoder_a([content_b, style_a], training=True))
        fake_b = tf.stop_gradient(self.decoder_b([content_a, style_b], training=True))
        losses = {
            "d_a_real": self.global_mean(_distance(self.judge_a(a), real=True)),
            "d_a_fake": self.global_mean(_distance(self.judge_a(fake_a), real=False)),
            "d_b_real": self.global_mean(_distance(self.judge_b(b), real=True)),
            "d_b_fake": self.global_mean(_distance(self.judge_b(fake_b), real=False)),
        }
        return sum(losses.values()), losses

    def generator_loss(
        self, a: tf.Tensor, b: tf.Tensor, codes: Codes, style_a: tf.Tensor, style_b: tf.Tensor
    ) -> tuple[tf.Tensor, Losses]:
        """The weighted sum of the losses of ``L_G``; contents are trained as targets too."""
        content_a, own_style_a, content_b, own_style_b = codes
        fake_a = self.decoder_a([content_b, style_a], training=True)
        fake_b = self.decoder_b([content_a, style_b], training=True)
        content_b_again, style_a_again, content_a_again, style_b_again = self.encode(fake_a, fake_b)
        config = self.config
        # Weights, and losses of each example.
        weighted = {
            "g_image_a": (
                config.weight_image,
                l1(a, self.decoder_a([content_a, own_style_a], training=True)),
            ),
            "g_image_b": (
                config.weight_image,
                l1(b, self.decoder_b([content_b, own_style_b], training=True)),
            ),
            "g_style_a": (config.weight_style, l1(style_a, style_a_again)),
            "g_style_b": (config.weight_style, l1(style_b, style_b_again)),
            "g_content_a": (config.weight_content, l1(content_a, content_a_again)),
            "g_content_b": (config.weight_content, l1(content_b, content_b_again)),
            "g_adversarial_a": (config.weight_adversarial, _distance(self.judge_a(fake_a), real=True)),
            "g_adversarial_b": (config.weight_adversarial, _distance(self.judge_b(fake_b), real=True)),
        }
        if config.weight_cycle:
            cycled_a = self.decoder_a([content_a_again, own_style_a], training=True)
            cycled_b = self.decoder_b([content_b_again, own_style_b], training=True)
            weighted["cycle_a"] = (config.weight_cycle, l1(a, cycled_a))
            weighted["cycle_b"] = (config.weight_cycle, l1(b, cycled_b))
        losses = {name: self.global_mean(values) for name, (_, values) in weighted.items()}
        return sum(weight * losses[name] for name, (weight, _) in weighted.items()), losses

    def judge_a(self, images: tf.Tensor) -> list[tf.Tensor]:
        """Scores (N, h, w, 1) of each scale: 1 for images of A, 0 for generated ones."""
        # Flattened because Keras makes one tensor of a list of one.
        return tf.nest.flatten(self.discriminator_a(self.augment_a(images), training=True))

    def judge_b(self, images: tf.Tensor) -> list[tf.Tensor]:
        """As ``judge_a``, of B."""
        return tf.nest.flatten(self.discriminator_b(self.augment_b(images), training=True))

    def generators(self) -> dict[str, keras.Model]:
        return {name: getattr(self, name) for name in GENERATORS}

    def parts(self) -> dict[str, Any]:
        others = ("generator_optimizer", "discriminator_optimizer", "style_draws", "augment_a", "augment_b")
        return {name: getattr(self, name) for name in (*NETWORKS, *others)}


def _distance(scores: list[tf.Tensor], real: bool) -> tf.Tensor:
    """Sum over scales of the mean squared distances of scores from 1 (``real``) or 0: (N,)."""
    return sum(least_squares_adversarial(each, real) for each in scores)


def munit_network(
    config: MUNITConfig, name: str, precision: str = "float32", in_use: bool = False
) -> keras.Model:
    """One of the ``NETWORKS`` of ``config``: for training, or as it is used after training.

    Raises:
        UserError: if the networks of ``config`` do not allow its size.
    """
    check_size(config)
    role = NETWORKS[name]
    options = {
        "channels": config.channels_a if role.domain == "a" else config.channels_b,
        "seed": len(NETWORKS) * config.seed + list(NETWORKS).index(name),
        "dtype": precision,
    }
    if role.kind == "discriminator":
        return multiscale_discriminator(
            width=config.discriminator_width,
            layers=config.discriminator_layers,
            scales=config.scales,
            **options,
        )
    options["width"] = config.width
    if role.kind == "style_encoder":
        return style_encoder(style_size=config.style_size, **options)
    options |= {
        "downsamplings": config.downsamplings,
        "blocks": config.blocks,
        "save_memory": config.save_memory and not in_use,
    }
    if role.kind == "content_encoder":
        return content_encoder(**options)
    return decoder(style_size=config.style_size, mlp_width=config.mlp_width, **options)


def check_size(config: MUNITConfig) -> None:
    """Raise ``UserError`` if the networks of ``config`` do not allow its size."""
    multiple = 2**config.downsamplings
    smallest = smallest_side(config.downsamplings, config.discriminator_layers, config.scales)
    if any(side < smallest or side % multiple for side in config.size):
        raise UserError(
            f"`size` {config.size[0]}x{config.size[1]} (height x width) is not allowed by MUNIT with "
            f"`downsamplings` {config.downsamplings}, `discriminator_layers` {config.discriminator_layers}, "
            f"`scales` {config.scales}: use multiples of {multiple}, {smallest} or more"
        )
