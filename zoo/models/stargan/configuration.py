"""What defines a StarGAN, as plain values."""

from dataclasses import dataclass

from zoo.attributes import Attribute
from zoo.engine.schedule import CONSTANT, Schedule
from zoo.errors import UserError
from zoo.networks.sizes import SIZE_MULTIPLE

CELEBA = tuple(
    Attribute(name, ("no", "yes")) for name in ("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young")
)
"""The attributes of faces that the reference changes."""


@dataclass(frozen=True)
class StarGANConfig:
    """What defines a StarGAN; the defaults are the reference's.

    Attributes:
        size: (height, width) of the images; multiples of 2**repeat_num.
        channels: of the images.
        attributes: what it can change; see ``zoo.models.stargan.label_columns`` for how they become numbers.
        blocks: residual blocks of the generator.
        generator_width: channels of the generator's first convolution.
        discriminator_width: channels of the discriminator's first convolution.
        repeat_num: the discriminator's convolutions of stride 2.
        n_critic: updates of the discriminator a training step, each on a batch of its own.
        keep_rate: probability with which an attribute of a target is replaced by 'keep', for each
            example and attribute on its own. This project's addition: the reference (0) always
            names every attribute, so that all of them must be known to change one. A generator
            that was trained with some 'keep' changes what it is told and leaves the rest.
        weight_classification: of the classification losses in both losses (λ_cls).
        weight_reconstruction: of the way there and back (λ_rec).
        weight_identity: of 'keep' for every attribute, which is to change nothing (λ_id). This project's
            addition too, 0 for none: it teaches early what the way there and back teaches late,
            and asks for a ``keep_rate`` above 0.
        weight_gradient_penalty: of the gradient penalty (λ_gp).
        learning_rate: of both Adams.
        schedule: how it changes, counted in training steps. The released models were trained at
            a practically constant rate; the paper's falls linearly to 0 in its second half.
        beta_1: of both Adams.
        beta_2: of both Adams.
        adam_epsilon: of both Adams; PyTorch's default, Keras' is 1e-7.
        diffaugment: policy of ``DiffAugment`` on what the discriminator sees, the points of the
            gradient penalty among it; the paper has none. "color" is not for attributes that are colours.
        save_memory: compute the inside of residual blocks twice instead of keeping it.
        seed: of initial weights and random layers.

    Raises:
        UserError: for a size that the networks do not allow, for attributes that cannot be told
            apart, and for numbers out of their range.
    """

    size: tuple[int, int] = (128, 128)
    channels: int = 3
    attributes: tuple[Attribute, ...] = CELEBA
    blocks: int = 6
    generator_width: int = 64
    discriminator_width: int = 64
    repeat_num: int = 6
    n_critic: int = 5
    keep_rate: float = 0.0
    weight_classification: float = 1.0
    weight_reconstruction: float = 10.0
    weight_identity: float = 0.0
    weight_gradient_penalty: float = 10.0
    learning_rate: float = 1e-4
    schedule: Schedule = CONSTANT
    beta_1: float = 0.5
    beta_2: float = 0.999
    adam_epsilon: float = 1e-8
    diffaugment: tuple[str, ...] = ()
    save_memory: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        _check(self)


def _check(config: StarGANConfig) -> None:
    names = [attribute.name for attribute in config.attributes]
    if not names:
        raise UserError("attributes: none are named; name at least one to change")
    for name in names:
        if names.count(name) > 1 or name == "image":
            raise UserError(f"attribute {name!r}: the name is taken; give each attribute another")
    for attribute in config.attributes:
        if len(attribute.values) < 2 or len(set(attribute.values)) < len(attribute.values):
            raise UserError(
                f"attributes {attribute.name}: has {', '.join(attribute.values) or 'no value'}, and needs "
                "two or more different values; choose another attribute"
            )
    for name, least in {"n_critic": 1, "repeat_num": 1}.items():
        if getattr(config, name) < least:
            raise UserError(f"{name} {getattr(config, name)}: less than {least}; give {least} or more")
    if not 0 <= config.keep_rate < 1:
        raise UserError(f"keep-rate {config.keep_rate}: no probability below 1; give one from 0 to below 1")
    if config.weight_identity and not config.keep_rate:
        raise UserError(
            f"weight-identity {config.weight_identity}: with keep-rate 0 nothing is ever kept; give one, "
            "or weight-identity 0"
        )
    multiple = max(SIZE_MULTIPLE, 2**config.repeat_num)
    if any(side <= 0 or side % multiple for side in config.size):
        raise UserError(
            f"size {config.size[0]}x{config.size[1]} (height x width) is no multiple of "
            f"{multiple}, as StarGAN's discriminator needs it; give another size or a "
            "smaller repeat_num"
        )
