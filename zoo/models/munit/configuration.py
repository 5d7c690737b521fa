"""What defines a MUNIT, as plain values."""

from dataclasses import dataclass

from zoo.engine.configuration import option
from zoo.engine.gan_configuration import (
    GANConfig,
    channels_field,
    diffaugment_field,
    save_memory_field,
    size_field,
    weight_field,
    width_field,
)
from zoo.engine.schedule import Schedule

# Half as fast every 100,000 steps.
REFERENCE_SCHEDULE = Schedule("step", every=100_000)


@dataclass(frozen=True, kw_only=True)
class MUNITConfig(GANConfig):
    """What defines a MUNIT; the defaults are the reference's for edges to shoes or handbags.

    Attributes:
        size: with the other defaults multiples of 4, 64 or more.
        width: also channels of the last convolution but one of the decoders.
        weight_cycle: 10 in the reference's summer to winter. The loss is not computed where it is 0.
        l2: see ``FusedAdam``.

    Raises:
        UserError: for a value out of its field's range.
    """

    size: tuple[int, int] = size_field((256, 256), "16")
    channels_a: int = channels_field(of="the images of domain A")
    channels_b: int = channels_field(of="the images of domain B")
    width: int = width_field(64, "the encoders' first layer")
    mlp_width: int = option(
        256, "units of the hidden layers that compute AdaIN's parameters from a style", at_least=1,
        metavar="N",
    )  # fmt: skip
    style_size: int = option(8, "numbers of a style", at_least=1, metavar="N")
    downsamplings: int = option(2, "convolutions of stride 2 of an encoder", at_least=1, offered=False)
    blocks: int = option(
        4, "residual blocks of each content encoder and each decoder", at_least=1, metavar="N"
    )
    discriminator_width: int = width_field(64, "the discriminators' first layers")
    discriminator_layers: int = option(
        4, "convolutions of stride 2 of a discriminator", at_least=1, offered=False
    )
    scales: int = option(
        3, "sizes of the image, each half of the one before, with a discriminator each", at_least=1,
        offered=False,
    )  # fmt: skip
    weight_adversarial: float = weight_field(1.0, "the adversarial losses of the generators", offered=False)
    weight_image: float = weight_field(10.0, "reconstructing an image from its own codes")
    weight_style: float = weight_field(1.0, "reconstructing a style from the translation", offered=False)
    weight_content: float = weight_field(1.0, "reconstructing a content from the translation", offered=False)
    weight_cycle: float = weight_field(0.0, "reconstructing an image from its translation; 0 for none")
    l2: float = weight_field(1e-4, "the coupled weight decay of all parameters", offered=False)
    learning_rate: float = 1e-4
    schedule: Schedule = REFERENCE_SCHEDULE
    diffaugment: tuple[str, ...] = diffaugment_field()
    save_memory: bool = save_memory_field()
