"""What defines a CycleGAN, as plain values."""

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
from zoo.errors import UserError
from zoo.networks.sizes import SIZE_MULTIPLE, SMALLEST


@dataclass(frozen=True, kw_only=True)
class CycleGANConfig(GANConfig):
    """What defines a CycleGAN; the defaults are the reference's.

    Attributes:
        blocks: 9; the paper has 6 for images of 128×128.
        discriminator_layers: 3 is the 70×70 PatchGAN.
        weight_cycle: λ = 10 in the paper.
        weight_identity: half of ``weight_cycle``, as the reference's ``lambda_identity`` 0.5 makes it; 0 for
            none, as in most of the paper.

    Raises:
        UserError: for a value out of its field's range, sizes that the networks do not allow, or values
            that contradict each other.
    """

    size: tuple[int, int] = size_field((256, 256), "4")
    crop: tuple[int, int] | None = crop_field()
    channels_a: int = channels_field(of="the images of domain A")
    channels_b: int = channels_field(of="the images of domain B")
    blocks: int = option(9, "residual blocks of a generator", at_least=1, metavar="N")
    generator_width: int = width_field(64, "a generator's first layer")
    discriminator_width: int = width_field(64, "a discriminator's first layer")
    discriminator_layers: int = option(
        3, "convolutions of stride 2 of a discriminator: with 2 it judges patches of 34 pixels, with 3 of 70",
        at_least=0, metavar="N",
    )  # fmt: skip
    pool_size: int = option(
        50, "generated images that a discriminator may be shown again; 0 for none", at_least=0, metavar="N"
    )
    weight_cycle: float = weight_field(10.0, "both cycle losses")
    weight_identity: float = weight_field(
        5.0,
        "both identity losses: an image of the other domain stays as it is; in the previous version a share "
        "of `weight_cycle`, 0.5 for this 5",
    )
    dropout: float = option(0.0, "rate in the residual blocks", at_least=0, below=1, metavar="RATE")
    diffaugment: tuple[str, ...] = diffaugment_field()
    save_memory: bool = save_memory_field()

    def __post_init__(self) -> None:
        super().__post_init__()
        # Two more convolutions of kernel 4 need 3 pixels of what the strides leave.
        least = max(SMALLEST, 3 * 2**self.discriminator_layers)
        for name, sides in {"size": self.size, "crop": self.crop or self.size}.items():
            if any(side % SIZE_MULTIPLE or side < least for side in sides):
                raise UserError(
                    f"`{name}` {sides[0]}x{sides[1]} (height x width): generators and discriminators need "
                    f"multiples of {SIZE_MULTIPLE}, at least {least}"
                )
        if any(part > whole for part, whole in zip(self.training_size, self.size, strict=True)):
            raise UserError(
                f"`crop` {self.crop[0]}x{self.crop[1]}: larger than the images, `size` "
                f"{self.size[0]}x{self.size[1]}; make it smaller"
            )
        if self.weight_identity and self.channels_a != self.channels_b:
            raise UserError(
                f"`weight_identity` {self.weight_identity}: images of {self.channels_a} and of "
                f"{self.channels_b} channels cannot be left as they are; give 0"
            )

    @property
    def training_size(self) -> tuple[int, int]:
        """(height, width) of what is trained on."""
        return self.crop or self.size
