"""What defines a Fader network, as plain values."""

from dataclasses import dataclass

from zoo.attributes import Attribute
from zoo.engine.schedule import CONSTANT, Schedule


@dataclass(frozen=True)
class FaderConfig:
    """What defines a Fader network; the defaults are the reference's.

    The paper itself has 7 layers, hence a latent of 2×2 for images of 256, and a learning rate of 0.002.
    Of the reference's options, skip connections, pixel shuffle, dropout in the decoder and the patch
    discriminator, all off by default, are left out.

    Attributes:
        attributes: what the decoder is told. Each has two values or more; one that is to be slid
            after training has two.
        size: (height, width) of the images; multiples of 2**layers.
        channels: of the images.
        layers: of encoder and decoder; each halves or doubles the image.
        width: channels after the encoder's first convolution; each next one has twice as many.
        max_width: channels at most.
        hidden_width: of the latent discriminator's linear layer.
        dropout: rate after the latent discriminator's convolutions.
        upsampling: the decoder's: "transposed" convolutions, or "nearest" neighbours before
            convolutions, which the reference offers too.
        weight_latent: of the latent term in the autoencoder's loss, at the end of the ramp.
        ramp_images: images that the autoencoder has trained on when that weight is reached; it rises
            from 0, in proportion to them. The reference's 500,000 steps of its 32 images. It is
            counted in images so that another batch size leaves the ramp where it is. 0: no ramp.
        clip_norm: both optimisers' gradients are scaled down to this norm, of all weights together,
            if theirs is greater; None for never.
        learning_rate: of both Adams.
        schedule: how it changes; the reference keeps it constant.
        beta_1: of both Adams.
        beta_2: of both Adams.
        adam_epsilon: of both Adams; PyTorch's default, Keras' is 1e-7.
        seed: of initial weights and random layers.
    """

    attributes: tuple[Attribute, ...] = (Attribute("smiling", ("no", "yes")),)
    size: tuple[int, int] = (256, 256)
    channels: int = 3
    layers: int = 6
    width: int = 32
    max_width: int = 512
    hidden_width: int = 512
    dropout: float = 0.3
    upsampling: str = "transposed"
    weight_latent: float = 1e-4
    ramp_images: int = 500_000 * 32
    clip_norm: float | None = 5.0
    learning_rate: float = 2e-4
    schedule: Schedule = CONSTANT
    beta_1: float = 0.5
    beta_2: float = 0.999
    adam_epsilon: float = 1e-8
    seed: int = 0

    @property
    def columns(self) -> int:
        """Numbers that say the attributes: one a value, 1 for the value that it is."""
        return sum(len(attribute.values) for attribute in self.attributes)
