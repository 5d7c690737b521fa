"""What defines a CycleGAN, as plain values."""

from dataclasses import dataclass

from zoo.engine.schedule import CONSTANT, Schedule
from zoo.errors import UserError
from zoo.networks.sizes import SIZE_MULTIPLE, SMALLEST


@dataclass(frozen=True)
class CycleGANConfig:
    """What defines a CycleGAN; the defaults are the reference's.

    Attributes:
        size: (height, width) of the images; multiples of 4.
        crop: (height, width) of the random crops to train on; None trains on whole images.
        channels_a: channels of the images of domain A.
        channels_b: channels of the images of domain B.
        blocks: residual blocks of a generator: 9; the paper has 6 for images of 128×128.
        generator_width: channels of a generator's first convolution.
        discriminator_width: channels of a PatchGAN's first convolution.
        discriminator_layers: its convolutions of stride 2; 3 is the 70×70 PatchGAN.
        dropout: rate in the residual blocks.
        pool_size: generated images of each domain that its discriminator may be shown again;
            0 shows it those of now.
        weight_cycle: of both cycle losses (λ = 10 in the paper).
        weight_identity: of both identity losses; half of ``weight_cycle``, as the reference's
            ``lambda_identity`` 0.5 makes it; 0 for none, as in most of the paper.
        learning_rate: of both Adams.
        schedule: how it changes; the reference lets it fall from half the epochs on.
        beta_1: of both Adams.
        beta_2: of both Adams.
        adam_epsilon: of both Adams; PyTorch's default, Keras' is 1e-7.
        diffaugment: policy of ``DiffAugment`` on what the discriminators see; the paper has none.
        save_memory: compute the inside of residual blocks twice instead of keeping it.
        seed: of initial weights and random layers.

    Raises:
        UserError: for sizes that the networks do not allow, or values that contradict each other.
    """

    size: tuple[int, int] = (256, 256)
    crop: tuple[int, int] | None = None
    channels_a: int = 3
    channels_b: int = 3
    blocks: int = 9
    generator_width: int = 64
    discriminator_width: int = 64
    discriminator_layers: int = 3
    dropout: float = 0.0
    pool_size: int = 50
    weight_cycle: float = 10.0
    weight_identity: float = 5.0
    learning_rate: float = 2e-4
    schedule: Schedule = CONSTANT
    beta_1: float = 0.5
    beta_2: float = 0.999
    adam_epsilon: float = 1e-8
    diffaugment: tuple[str, ...] = ()
    save_memory: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        # Two more convolutions of kernel 4 need 3 pixels of what the strides leave.
        least = max(SMALLEST, 3 * 2**self.discriminator_layers)
        for name, sides in {"size": self.size, "crop": self.crop or self.size}.items():
            if any(side % SIZE_MULTIPLE or side < least for side in sides):
                raise UserError(
                    f"{name} {sides[0]}x{sides[1]} (height x width): generators and discriminators need "
                    f"multiples of {SIZE_MULTIPLE}, {least} or more; give such sides"
                )
        if any(part > whole for part, whole in zip(self.training_size, self.size, strict=True)):
            raise UserError(
                f"crop {self.crop[0]}x{self.crop[1]}: larger than the images, size "
                f"{self.size[0]}x{self.size[1]}; make it smaller"
            )
        if self.blocks < 1:
            raise UserError(f"blocks {self.blocks}: a generator has 1 residual block or more; give more")
        if self.pool_size < 0:
            raise UserError(f"pool-size {self.pool_size}: give 0 for no pool, or how many images it holds")
        if self.weight_identity and self.channels_a != self.channels_b:
            raise UserError(
                f"weight-identity {self.weight_identity}: images of {self.channels_a} and of "
                f"{self.channels_b} channels cannot be left as they are; give 0"
            )

    @property
    def training_size(self) -> tuple[int, int]:
        """(height, width) of what is trained on."""
        return self.crop or self.size
