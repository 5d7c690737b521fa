"""pix2pix: paired image-to-image translation (Isola et al. 2017, arXiv:1611.07004)."""

from typing import Any

from zoo.backend import keras, tf
from zoo.engine.gan import GAN, Losses
from zoo.errors import UserError
from zoo.layers import DiffAugment
from zoo.losses import l1, per_example_mean, vanilla_adversarial
from zoo.models.pix2pix.configuration import Pix2PixConfig
from zoo.networks.patchgan import patchgan_discriminator
from zoo.networks.resnet import resnet_generator
from zoo.networks.sizes import SIZE_MULTIPLE
from zoo.networks.unet import unet_depth, unet_generator


class Pix2Pix(GAN):
    """A U-Net that translates x to y, and a PatchGAN that is given both.

    ``L_D = ½ · [BCE(D(x, y), 1) + BCE(D(x, G(x)), 0)]``
    ``L_G = weight_adversarial · BCE(D(x, G(x)), 1) + weight_l1 · |y - G(x)|``

    Args:
        config: see ``Pix2PixConfig``.
        precision: "float32", "float64", "mixed_bfloat16" or "mixed_float16".

    Call: (N, H, W, input_channels) in [-1, 1] → (N, H, W, output_channels) in (-1, 1).
    Train on a dataset of (source, target) batches, NHWC in [-1, 1].

    Raises:
        UserError: if the size is not allowed by the generator or the discriminator.
    """

    discriminator_losses = ("d_real", "d_fake")

    def __init__(
        self, config: Pix2PixConfig | None = None, precision: str = "float32", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.config = config = config or Pix2PixConfig()
        check_sides(config)
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
        self.augment = DiffAugment(
            config.diffaugment, (config.input_channels, config.output_channels), config.seed
        )

    def compile(self, **kwargs: Any) -> None:
        """Make both optimisers, Adam as in the configuration, and compile."""
        self.generator_optimizer = self.make_adam([self.generator])
        self.discriminator_optimizer = self.make_adam([self.discriminator])
        self.augment.build(self.discriminator.input_shape)
        super().compile(optimizer=self.generator_optimizer, **kwargs)

    def call(self, source: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        return self.generator(source, training=training)

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> Losses:
        """One update of D, then one of G against the updated D, on the same batch."""
        source, target = data
        generated = self.forward(self.generate, [self.generator], source)
        d_losses = self.minimize(
            self.discriminator_loss,
            self.discriminator_optimizer,
            [self.discriminator],
            source,
            target,
            generated,
        )
        g_losses = self.minimize(
            self.generator_loss, self.generator_optimizer, [self.generator], source, target, generated
        )
        return {**d_losses, **g_losses}

    def discriminator_loss(
        self, source: tf.Tensor, target: tf.Tensor, generated: tf.Tensor
    ) -> tuple[tf.Tensor, Losses]:
        """``½ · [BCE(D(x, G(x)), 0) + BCE(D(x, y), 1)]``."""
        fake_logits = self.judge(source, generated)
        real_logits = self.judge(source, target)
        d_fake = self.global_mean(vanilla_adversarial(fake_logits, real=False))
        d_real = self.global_mean(vanilla_adversarial(real_logits, real=True))
        return (d_fake + d_real) / 2, {
            "d_real": d_real,
            "d_fake": d_fake,
            "d_real_probability": self.global_mean(per_example_mean(tf.sigmoid(real_logits))),
            "d_fake_probability": self.global_mean(per_example_mean(tf.sigmoid(fake_logits))),
        }

    def generator_loss(
        self, source: tf.Tensor, target: tf.Tensor, generated: tf.Tensor
    ) -> tuple[tf.Tensor, Losses]:
        """``weight_adversarial · BCE(D(x, G(x)), 1) + weight_l1 · |y - G(x)|``."""
        g_adversarial = self.global_mean(vanilla_adversarial(self.judge(source, generated), real=True))
        g_l1 = self.global_mean(l1(target, generated))
        weights = self.config
        return (
            weights.weight_adversarial * g_adversarial + weights.weight_l1 * g_l1,
            {"g_adversarial": g_adversarial, "g_l1": g_l1},
        )

    def generate(self, source: tf.Tensor) -> tf.Tensor:
        """The generator in training."""
        return self.generator(source, training=True)

    def judge(self, source: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
        """Logits, (N, h, w, 1), of the pairs being real: the discriminator on both images together."""
        return self.discriminator(self.augment(tf.concat([source, target], axis=-1)), training=True)

    def parts(self) -> dict[str, Any]:
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "generator_optimizer": self.generator_optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
            "augment": self.augment,
        }


def pix2pix_generator(
    config: Pix2PixConfig,
    precision: str = "float32",
    statistics: str | None = None,
    dropout: bool = False,
) -> keras.Model:
    """The generator of ``config``: for training, or with ``statistics`` as it is used after training.

    In use it has dropout with ``dropout`` alone, redrawn at each call, and it normalises with
    "image", each image's own statistics, as the reference at batch 1; or "moving", training's averages.

    Raises:
        UserError: if the size or the crop is not allowed by it, or ``generator`` is unknown.
    """
    in_use = statistics is not None
    multiple = size_multiple(config)
    if any(side % multiple for side in config.size):
        raise UserError(
            f"`size` {config.size[0]}x{config.size[1]} (height x width) is not a multiple of {multiple}, as "
            "the generator for these crops needs it; give another size or crop"
        )
    options = {
        "width": config.generator_width,
        "norm": "image" if statistics == "image" and config.norm == "batch" else config.norm,
        "dropout": config.dropout if dropout or not in_use else 0.0,
        "fresh_dropout": in_use,
        "seed": config.seed,
        "dtype": precision,
    }
    channels = (config.input_channels, config.output_channels)
    if is_unet(config):
        options["dropout_outside"] = config.generator != "unet"
        return unet_generator(*channels, depth=_halvings(config), **options)
    return resnet_generator(
        *channels,
        blocks=residual_blocks(config.generator),
        save_memory=config.save_memory and not in_use,
        **options,
    )


def check_sides(config: Pix2PixConfig) -> None:
    """Raise ``UserError`` if the discriminator cannot judge images as small as those trained on."""
    # Two more convolutions of kernel 4 need 3 pixels of what the strides leave.
    least, name = 3 * 2**config.discriminator_layers, "size" if config.crop is None else "crop"
    sides = config.crop or config.size
    if min(sides) < least:
        raise UserError(
            f"`{name}` {sides[0]}x{sides[1]} (height x width): the discriminator needs {least} pixels or "
            "more a side; use larger ones"
        )


def size_multiple(config: Pix2PixConfig) -> int:
    """What height and width of the images must be multiples of.

    Raises:
        UserError: if the generator allows no image of that size, is unknown, or cannot save memory.
    """
    if is_unet(config):
        if config.save_memory:
            raise UserError("`save_memory`: the U-Net has no residual blocks; use a resnet generator with it")
        return 2 ** _halvings(config)
    residual_blocks(config.generator)
    return SIZE_MULTIPLE


def is_unet(config: Pix2PixConfig) -> bool:
    """Whether the generator is a U-Net, not a ResNet."""
    return config.generator.partition("-")[0] == "unet"


def _halvings(config: Pix2PixConfig) -> int:
    """Of the U-Net."""
    _, _, number = config.generator.partition("-")
    if not number:
        return unet_depth(config.size) if config.crop is None else unet_depth(config.crop, "crop")
    if not number.isdecimal() or not 2 <= int(number) <= 10:
        raise UserError(f"`generator` {config.generator!r}: a U-Net halves 2 to 10 times")
    return int(number)


def residual_blocks(generator: str) -> int:
    """9 for "resnet-9"; ``UserError`` for any other name."""
    kind, _, number = generator.partition("-")
    if kind != "resnet" or not number.isdecimal() or int(number) < 1:
        raise UserError(f"`generator` {generator!r}: unknown; choose from unet, resnet-9, resnet-6")
    return int(number)
