"""What defines a conditional GAN, as plain values."""

from dataclasses import dataclass

from zoo.attributes import Attribute
from zoo.models.dcgan.configuration import DCGANConfig


@dataclass(frozen=True)
class ConditionalGANConfig(DCGANConfig):
    """What defines a conditional GAN: a DCGAN's configuration, and what the pictures are told apart by.

    The paper's networks are of dense layers; these are DCGAN's, with noise and learning rate of the
    Keras example ``conditional_gan`` (batch 64). Its β₁ is Keras' 0.9; DCGAN's 0.5 is kept, because
    with these networks 0.9 oscillates (Radford et al. 2016, section 4).

    Attributes:
        attributes: those that a picture is asked for by; one or more.
        noise: as of a DCGAN.
        learning_rate: as of a DCGAN.
    """

    attributes: tuple[Attribute, ...] = ()
    noise: int = 128
    learning_rate: float = 3e-4

    @property
    def conditions(self) -> int:
        """Values of all attributes together."""
        return sum(len(attribute.values) for attribute in self.attributes)
