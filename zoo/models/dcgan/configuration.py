"""What defines a DCGAN, as plain values."""

from dataclasses import dataclass

from zoo.engine.schedule import CONSTANT, Schedule

LOSSES = ("non-saturating", "minimax")


@dataclass(frozen=True)
class DCGANConfig:
    """What defines a DCGAN; the defaults are the paper's, as PyTorch's example has them.

    Attributes:
        size: (height, width) of the images: 4 to 7 times a power of two on the shorter side, and a
            multiple of that power on the longer; 64×64, 28×28, 256×192.
        channels: of the images.
        noise: numbers of N(0, 1) that a picture is made from.
        generator_width: channels before the generator's last convolution.
        discriminator_width: channels of the discriminator's first convolution.
        loss: what the generator minimises: "non-saturating", ``BCE(D(G(z)), 1)``; or "minimax",
            ``log(1 - D(G(z)))`` as in the game of Goodfellow et al. 2014, eq. 1.
        learning_rate: of both Adams.
        schedule: how it changes; the paper keeps it constant.
        beta_1: of both Adams.
        beta_2: of both Adams.
        adam_epsilon: of both Adams; PyTorch's default, Keras' is 1e-7.
        diffaugment: policy of ``DiffAugment`` on what the discriminator sees; the paper has none.
        seed: of initial weights and random layers.
    """

    size: tuple[int, int] = (64, 64)
    channels: int = 3
    noise: int = 100
    generator_width: int = 64
    discriminator_width: int = 64
    loss: str = "non-saturating"
    learning_rate: float = 2e-4
    schedule: Schedule = CONSTANT
    beta_1: float = 0.5
    beta_2: float = 0.999
    adam_epsilon: float = 1e-8
    diffaugment: tuple[str, ...] = ()
    seed: int = 0

    @property
    def conditions(self) -> int:
        """How many numbers both networks are given beside noise and image."""
        return 0
