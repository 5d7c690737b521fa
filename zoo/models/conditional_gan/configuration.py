"""What defines a conditional GAN, as plain values."""

from dataclasses import dataclass

from zoo.attributes import Attribute
from zoo.engine.configuration import option
from zoo.models.dcgan.configuration import DCGANConfig


@dataclass(frozen=True, kw_only=True)
class ConditionalGANConfig(DCGANConfig):
    """What defines a conditional GAN: a DCGAN's configuration, and the attributes to generate by.

    The paper's networks are of dense layers; these are DCGAN's, with noise and learning rate of the
    Keras example ``conditional_gan`` (batch 64). Its β₁ is Keras' 0.9; DCGAN's 0.5 is kept, because
    with these networks 0.9 oscillates (Radford et al. 2016, section 4).
    """

    attributes: tuple[Attribute, ...] = option((), "attributes to generate by, one or more", offered=False)
    noise: int = 128
    learning_rate: float = 3e-4

    @property
    def conditions(self) -> int:
        """Values of all attributes together."""
        return sum(len(attribute.values) for attribute in self.attributes)
