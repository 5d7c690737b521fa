"""What defines a MUNIT, as plain values."""

from dataclasses import dataclass

from zoo.engine.schedule import Schedule

# Half as fast every 100,000 steps.
REFERENCE_SCHEDULE = Schedule("step", every=100_000)


@dataclass(frozen=True)
class MUNITConfig:
    """What defines a MUNIT; the defaults are the reference's for edges to shoes or handbags.

    Attributes:
        size: (height, width) of the images; with the other defaults multiples of 4, 64 or more.
        channels_a: channels of the images of domain A.
        channels_b: channels of those of domain B.
        width: channels of the first convolution of the encoders, and of the last but one of the decoders.
        mlp_width: units of the hidden layers that make AdaIN's parameters of a style.
        style_size: numbers that a style is.
        downsamplings: convolutions of stride 2 of the content encoders.
        blocks: residual blocks of each content encoder and each decoder.
        discriminator_width: channels of the discriminators' first convolutions.
        discriminator_layers: their convolutions of stride 2.
        scales: sizes of the image, each half of the one before, that have a discriminator each.
        weight_adversarial: of the adversarial losses in the generators' loss.
        weight_image: of the reconstruction of an image from its own codes.
        weight_style: of the reconstruction of a drawn style from the translation.
        weight_content: of the reconstruction of a content from the translation.
        weight_cycle: of the reconstruction of an image from its translation; 10 in the reference's
            summer to winter. It is not computed where it is 0.
        l2: coupled weight decay of all parameters: see ``FusedAdam``.
        learning_rate: of both Adams.
        schedule: how it changes.
        beta_1: of both Adams.
        beta_2: of both Adams.
        adam_epsilon: of both Adams; PyTorch's default, Keras' is 1e-7.
        diffaugment: policy of ``DiffAugment`` on what the discriminators see; the paper has none.
        save_memory: compute the inside of residual blocks twice instead of keeping it.
        seed: of initial weights and random layers.
    """

    size: tuple[int, int] = (256, 256)
    channels_a: int = 3
    channels_b: int = 3
    width: int = 64
    mlp_width: int = 256
    style_size: int = 8
    downsamplings: int = 2
    blocks: int = 4
    discriminator_width: int = 64
    discriminator_layers: int = 4
    scales: int = 3
    weight_adversarial: float = 1.0
    weight_image: float = 10.0
    weight_style: float = 1.0
    weight_content: float = 1.0
    weight_cycle: float = 0.0
    l2: float = 1e-4
    learning_rate: float = 1e-4
    schedule: Schedule = REFERENCE_SCHEDULE
    beta_1: float = 0.5
    beta_2: float = 0.999
    adam_epsilon: float = 1e-8
    diffaugment: tuple[str, ...] = ()
    save_memory: bool = False
    seed: int = 0
