"""What defines a pix2pix, as plain values."""

from dataclasses import dataclass

from zoo.engine.configuration import option
from zoo.engine.gan_configuration import (
    GANConfig,
    channels_field,
    crop_field,
    diffaugment_field,
    save_memory_field,
    size_field,
    weight_field,
    width_field,
)


@dataclass(frozen=True, kw_only=True)
class Pix2PixConfig(GANConfig):
    """What defines a pix2pix; the defaults are the paper's.

    Attributes:
        size: 256×256 gives the paper's U-Net-256.
        generator: "unet", as deep as size or crop allow, 8 at most; "unet-9", with that many halvings
            and dropout where the PyTorch reference has it; or "resnet-9", "resnet-6", with that many
            residual blocks, which the reference offers too.
        discriminator_layers: 3 is the 70×70 PatchGAN.
        weight_l1: λ in the paper.

    Raises:
        UserError: for a value out of its field's range.
    """

    size: tuple[int, int] = size_field((256, 256), "32")
    crop: tuple[int, int] | None = crop_field()
    input_channels: int = channels_field(of="the source image")
    output_channels: int = channels_field(of="the target image")
    generator: str = option(
        "unet", "architecture of the generator", suggestions=("unet", "resnet-9", "resnet-6")
    )
    generator_width: int = width_field(64, "the generator's first layer")
    discriminator_width: int = width_field(64, "the discriminator's first layer")
    discriminator_layers: int = option(
        3, "the discriminator's convolutions of stride 2", at_least=0, offered=False
    )
    norm: str = option(
        "batch",
        "normalization",
        suggestions=("batch", "instance"),  # files of references have others, see zoo.networks.normalizations
    )
    dropout: float = option(
        0.5,
        "rate in the U-Net's innermost decoder layers, or in the residual blocks",
        at_least=0,
        below=1,
        metavar="RATE",
    )
    weight_l1: float = weight_field(100.0, "the L1 loss")
    weight_adversarial: float = weight_field(1.0, "the adversarial loss of the generator")
    diffaugment: tuple[str, ...] = diffaugment_field()
    save_memory: bool = save_memory_field()
