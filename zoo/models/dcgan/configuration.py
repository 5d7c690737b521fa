"""What defines a DCGAN, as plain values."""

from dataclasses import dataclass

from zoo.engine.configuration import option
from zoo.engine.gan_configuration import GANConfig, channels_field, diffaugment_field, size_field, width_field


@dataclass(frozen=True, kw_only=True)
class DCGANConfig(GANConfig):
    """What defines a DCGAN; the defaults are the paper's, as PyTorch's example has them.

    Attributes:
        size: 4 to 7 times a power of two on the shorter side, and a multiple of that power on the
            longer; 64×64, 28×28, 256×192.
        loss: "non-saturating", ``BCE(D(G(z)), 1)``; or "minimax", ``log(1 - D(G(z)))`` as in the game of
            Goodfellow et al. 2014, eq. 1.

    Raises:
        UserError: for a value out of its field's range.
    """

    size: tuple[int, int] = size_field((64, 64), "a power of 2 whose quotient's shorter side is 4 to 7")
    channels: int = channels_field()
    generator_width: int = width_field(64, "the generator's last layer but one")
    discriminator_width: int = width_field(64, "the discriminator's first layer")
    noise: int = option(100, "numbers that an image is generated from", at_least=1, metavar="N")
    loss: str = option(
        "non-saturating", "what the generator minimises", choices=("non-saturating", "minimax")
    )
    diffaugment: tuple[str, ...] = diffaugment_field()

    @property
    def conditions(self) -> int:
        """How many numbers both networks are given beside noise and image."""
        return 0
