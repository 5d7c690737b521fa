"""MUNIT: multimodal unsupervised image-to-image translation (Huang et al. 2018, arXiv:1804.04732)."""

from typing import Any

from zoo.backend import keras, tf
from zoo.engine.gan import GAN, Losses
from zoo.engine.optimizers import FusedAdam
from zoo.engine.random import RandomLayer
from zoo.engine.schedules import make_schedule
from zoo.engine.signature import Noise, Picture, Signature
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

SIGNATURES = ("AtoB", "BtoA", "AtoB-like", "BtoA-like")
GENERATORS = (
    "content_encoder_a", "style_encoder_a", "decoder_a", "content_encoder_b", "style_encoder_b", "decoder_b",
)  # fmt: skip
NETWORKS = (*GENERATORS, "discriminator_a", "discriminator_b")

Codes = tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]


class MUNIT(GAN):
    """Codes of content, which two domains share, and of style, which each has of its own.

    With E_A(a) = (c_a, s_a'), styles s_a, s_b from N(0, 1), and x_ab = G_B(c_a, s_b):

    ``L_D = Σ over scales MSE(D_B(x_ab), 0) + MSE(D_B(b), 1)``, and so for A
    ``L_G = weight_adversarial · Σ over scales MSE(D_B(x_ab), 1) + weight_image · |a - G_A(c_a, s_a')|
    + weight_style · |s_b - E_B^s(x_ab)| + weight_content · |c_a - E_B^c(x_ab)|
    + weight_cycle · |a - G_A(E_B^c(x_ab), s_a')|``, and so the other way round.

    The reference's perceptual term (``vgg_w``, 0 in all but one of its configurations) is not
    here: it needs a network trained on other pictures.

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
        self.generator_optimizer = self._adam(list(self.generators().values()))
        self.discriminator_optimizer = self._adam([self.discriminator_a, self.discriminator_b])
        self.style_draws.build(())
        self.augment_a.build(self.discriminator_a.input_shape)
        self.augment_b.build(self.discriminator_b.input_shape)
        super().compile(optimizer=self.generator_optimizer, **kwargs)

    def _adam(self, networks: list[keras.Model]) -> keras.optimizers.Optimizer:
        config = self.config
        learning_rate = make_schedule(config.learning_rate, config.schedule)
        adam = FusedAdam(learning_rate, config.beta_1, config.beta_2, config.adam_epsilon, l2=config.l2)
        variables = [variable for network in networks for variable in network.trainable_variables]
        return self.prepare_optimizer(adam, variables)

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
        found = {
            "g_image_a": l1(a, self.decoder_a([content_a, own_style_a], training=True)),
            "g_image_b": l1(b, self.decoder_b([content_b, own_style_b], training=True)),
            "g_style_a": l1(style_a, style_a_again),
            "g_style_b": l1(style_b, style_b_again),
            "g_content_a": l1(content_a, content_a_again),
            "g_content_b": l1(content_b, content_b_again),
            "g_adversarial_a": _distance(self.judge_a(fake_a), real=True),
            "g_adversarial_b": _distance(self.judge_b(fake_b), real=True),
        }
        if self.config.weight_cycle:
            found["cycle_a"] = l1(a, self.decoder_a([content_a_again, own_style_a], training=True))
            found["cycle_b"] = l1(b, self.decoder_b([content_b_again, own_style_b], training=True))
        losses = {name: self.global_mean(values) for name, values in found.items()}
        # "g_image_a" has the weight "weight_image".
        loss = sum(
            getattr(self.config, f"weight_{name.split('_')[-2]}") * term for name, term in losses.items()
        )
        return loss, losses

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


def munit_signature(config: MUNITConfig, name: str = SIGNATURES[0]) -> Signature:
    """The networks of ``config`` as they are used after training.

    "AtoB" gives a picture of A a style of B that is drawn, "AtoB-like" that of a picture of B.

    Raises:
        UserError: for a name that is not one of ``SIGNATURES``.
    """
    if name not in SIGNATURES:
        raise UserError(f"signature {name!r} of MUNIT is unknown; choose from {', '.join(SIGNATURES)}")
    source, target, like = name[0].lower(), name[3].lower(), name.endswith("-like")
    names = [f"content_encoder_{source}", f"decoder_{target}", *([f"style_encoder_{target}"] if like else [])]
    networks = {each: munit_network(config, each, in_use=True) for each in names}
    encode, decode, *encode_style = networks.values()

    def translate(image: tf.Tensor, style: tf.Tensor) -> tf.Tensor:
        return decode([encode(image, training=False), style], training=False)

    def translate_like(image: tf.Tensor, style_image: tf.Tensor) -> tf.Tensor:
        return translate(image, encode_style[0](style_image, training=False))

    channels = {"a": config.channels_a, "b": config.channels_b}
    picture = Picture("image", channels[source], "the picture to translate", source.upper())
    meaning = f"the picture of {source.upper()} as one of {target.upper()}"
    if like:
        call, meaning = translate_like, f"{meaning}, in the style of another"
        style = Picture("style_image", channels[target], "a picture that has the style", target.upper())
    else:
        call, meaning = translate, f"{meaning}, in the given style"
        style = Noise("style", config.style_size, "the style")
    return Signature(
        name, meaning, networks, (picture, style), call, config.size, 2**config.downsamplings,
        smallest=smallest_side(config.downsamplings, layers=1, scales=1),
    )  # fmt: skip


def munit_network(
    config: MUNITConfig, name: str, precision: str = "float32", in_use: bool = False
) -> keras.Model:
    """One of the ``NETWORKS`` of ``config``: for training, or as it is used after training.

    Raises:
        UserError: if the networks of ``config`` do not allow its size.
    """
    check_size(config)
    kind, domain = name[:-2], name[-1]
    options = {
        "channels": config.channels_a if domain == "a" else config.channels_b,
        "seed": len(NETWORKS) * config.seed + NETWORKS.index(name),
        "dtype": precision,
    }
    if kind == "discriminator":
        return multiscale_discriminator(
            width=config.discriminator_width,
            layers=config.discriminator_layers,
            scales=config.scales,
            **options,
        )
    options["width"] = config.width
    if kind == "style_encoder":
        return style_encoder(style_size=config.style_size, **options)
    options |= {
        "downsamplings": config.downsamplings,
        "blocks": config.blocks,
        "save_memory": config.save_memory and not in_use,
    }
    if kind == "content_encoder":
        return content_encoder(**options)
    return decoder(style_size=config.style_size, mlp_width=config.mlp_width, **options)


def check_size(config: MUNITConfig) -> None:
    """Raise ``UserError`` if the networks of ``config`` do not allow its size, or a number is below 1."""
    for name in ("style_size", "downsamplings", "blocks", "discriminator_layers", "scales"):
        if getattr(config, name) < 1:
            raise UserError(f"{name} {getattr(config, name)}: MUNIT needs 1 or more; give more")
    multiple = 2**config.downsamplings
    smallest = smallest_side(config.downsamplings, config.discriminator_layers, config.scales)
    if any(side < smallest or side % multiple for side in config.size):
        raise UserError(
            f"size {config.size[0]}x{config.size[1]} (height x width) is not allowed by MUNIT with "
            f"downsamplings {config.downsamplings}, discriminator_layers {config.discriminator_layers}, "
            f"scales {config.scales}: use multiples of {multiple}, {smallest} or more"
        )
