"""What defines a pix2pix, as plain values."""

from dataclasses import dataclass

from zoo.engine.schedule import CONSTANT, Schedule


@dataclass(frozen=True)
class Pix2PixConfig:
    """What defines a pix2pix; the defaults are the paper's.

    Attributes:
        size: (height, width) of the images; multiples of 32. 256 gives the paper's U-Net-256.
        crop: (height, width) of the random crops to train on; None trains on whole images.
        input_channels: channels of the source image.
        output_channels: channels of the target image.
        generator: "unet", as deep as size or crop allow, 8 at most; "unet-9", with that many halvings
            and dropout where the PyTorch reference has it; or "resnet-9", "resnet-6", with that many
            residual blocks, which the reference offers too.
        generator_width: channels of the generator's first convolution.
        discriminator_width: channels of the PatchGAN's first convolution.
        discriminator_layers: its convolutions of stride 2; 3 is the 70×70 PatchGAN.
        norm: "batch" or "instance".
        dropout: rate in the U-Net's innermost decoder layers, or in the residual blocks.
        weight_adversarial: of the adversarial term in the generator's loss.
        weight_l1: of the L1 term (λ = 100 in the paper).
        learning_rate: of both Adams.
        schedule: how it changes; the paper keeps it constant.
        beta_1: of both Adams.
        beta_2: of both Adams.
        adam_epsilon: of both Adams; PyTorch's default, Keras' is 1e-7.
        diffaugment: policy of ``DiffAugment`` on what the discriminator sees; the paper has none.
        save_memory: compute the inside of residual blocks twice instead of keeping it.
        seed: of initial weights and random layers.
    """

    size: tuple[int, int] = (256, 256)
    crop: tuple[int, int] | None = None
    input_channels: int = 3
    output_channels: int = 3
    generator: str = "unet"
    generator_width: int = 64
    discriminator_width: int = 64
    discriminator_layers: int = 3
    norm: str = "batch"
    dropout: float = 0.5
    weight_adversarial: float = 1.0
    weight_l1: float = 100.0
    learning_rate: float = 2e-4
    schedule: Schedule = CONSTANT
    beta_1: float = 0.5
    beta_2: float = 0.999
    adam_epsilon: float = 1e-8
    diffaugment: tuple[str, ...] = ()
    save_memory: bool = False
    seed: int = 0
