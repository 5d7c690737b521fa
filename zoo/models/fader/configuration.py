"""What defines a Fader Network, as plain values."""

from dataclasses import dataclass

from zoo.attributes import Attribute
from zoo.engine.configuration import option
from zoo.engine.gan_configuration import GANConfig, channels_field, size_field, weight_field


@dataclass(frozen=True, kw_only=True)
class FaderConfig(GANConfig):
    """What defines a Fader Network; the defaults are the reference's.

    The paper itself has 7 layers, hence a latent of 2×2 for images of 256, and a learning rate of 0.002.
    Of the reference's options, skip connections, pixel shuffle, dropout in the decoder and the patch
    discriminator, all off by default, are left out.

    Attributes:
        attributes: each has two values or more; one that is to be slid after training has two.
        width: each next convolution of the encoder has twice as many channels.
        upsampling: "transposed" convolutions, or "nearest" neighbours before convolutions, which the
            reference offers too.
        ramp_images: the weight rises from 0, in proportion to the images seen. The default is the
            reference's 500,000 steps of its 32 images. Counted in images, the ramp does not depend on
            the batch size.
        clip_norm: of all weights together; None for never.

    Raises:
        UserError: for a value out of its field's range.
    """

    attributes: tuple[Attribute, ...] = option(
        (Attribute("smiling", ("no", "yes")),), "what the decoder is given beside the latent", offered=False
    )
    size: tuple[int, int] = size_field((256, 256), "2 to the power of `layers`")
    channels: int = channels_field()
    layers: int = option(6, "layers of encoder and decoder: each halves or doubles the image", at_least=1,
        metavar="N")  # fmt: skip
    width: int = option(32, "channels of the encoder's first layer", at_least=1, metavar="N")
    max_width: int = option(512, "channels at most", at_least=1, metavar="N")
    hidden_width: int = option(
        512, "units of the latent discriminator's hidden layer", at_least=1, metavar="N"
    )
    dropout: float = option(0.3, "rate in the latent discriminator", at_least=0, below=1, metavar="RATE")
    upsampling: str = option("transposed", "the decoder's convolutions", choices=("transposed", "nearest"))
    weight_latent: float = weight_field(1e-4, "the latent loss, at the end of its ramp")
    ramp_images: int = option(
        500_000 * 32, "images seen when the latent loss reaches its weight; 0 for no ramp", at_least=0,
        metavar="N",
    )  # fmt: skip
    clip_norm: float | None = option(
        5.0, "gradients are scaled down to this norm if theirs is greater", above=0, offered=False
    )

    @property
    def columns(self) -> int:
        """Numbers that encode the attributes: one a value, 1 for the value that the image has."""
        return sum(len(attribute.values) for attribute in self.attributes)
