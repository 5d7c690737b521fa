"""What defines a StarGAN, as plain values."""

from dataclasses import dataclass

from zoo.attributes import Attribute
from zoo.engine.configuration import former_names, option
from zoo.engine.gan_configuration import (
    GANConfig,
    channels_field,
    diffaugment_field,
    save_memory_field,
    size_field,
    weight_field,
    width_field,
)
from zoo.errors import UserError
from zoo.networks.sizes import SIZE_MULTIPLE

CELEBA = tuple(
    Attribute(name, ("no", "yes")) for name in ("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young")
)
"""The attributes of faces that the reference changes."""


@former_names(keep_rate="unchanged_rate")
@dataclass(frozen=True, kw_only=True)
class StarGANConfig(GANConfig):
    """What defines a StarGAN; the defaults are the reference's.

    Attributes:
        attributes: see ``zoo.models.stargan.label_columns`` for how they become numbers.
        unchanged_rate: probability, for each example and attribute, with which an attribute of a target is
            replaced by 'unchanged'. This project's addition: the reference (0) always names every
            attribute, so that all of them must be known to change one. A generator that was trained with
            some 'unchanged' changes what is asked for and leaves the rest.
        weight_classification: in both losses (λ_cls).
        weight_reconstruction: λ_rec.
        weight_identity: λ_id. This project's addition too, 0 for none: it teaches early what the cycle
            teaches late.
        weight_gradient_penalty: λ_gp.
        schedule: counted in training steps. The released models were trained at a practically constant
            rate; the paper's falls linearly to 0 in its second half.
        diffaugment: also of the points of the gradient penalty. "color" is not for attributes that are
            colours.

    Raises:
        UserError: for a value out of its field's range, a size that the networks do not allow, or
            attributes that cannot be told apart.
    """

    size: tuple[int, int] = size_field((128, 128), "2 to the power of `repeat_num`")
    channels: int = channels_field()
    attributes: tuple[Attribute, ...] = option(CELEBA, "attributes that it can change", offered=False)
    blocks: int = option(6, "residual blocks of the generator", at_least=1, metavar="N")
    generator_width: int = width_field(64, "the generator's first layer")
    discriminator_width: int = width_field(64, "the discriminator's first layer")
    repeat_num: int = option(6, "convolutions of stride 2 of the discriminator", at_least=1, metavar="N")
    n_critic: int = option(
        5, "updates of the discriminator a step, each on its own batch", at_least=1, metavar="N"
    )
    unchanged_rate: float = option(
        0.0, "share of the targets' attributes that are left unchanged, so that one can be changed alone",
        at_least=0, below=1, metavar="SHARE",
    )  # fmt: skip
    weight_classification: float = weight_field(1.0, "the classification losses")
    weight_reconstruction: float = weight_field(10.0, "the cycle loss")
    weight_identity: float = weight_field(
        0.0, "the identity loss, where all attributes are unchanged; needs `unchanged_rate`"
    )
    weight_gradient_penalty: float = weight_field(10.0, "the gradient penalty", offered=False)
    learning_rate: float = 1e-4
    diffaugment: tuple[str, ...] = diffaugment_field()
    save_memory: bool = save_memory_field()

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self)


def _check(config: StarGANConfig) -> None:
    names = [attribute.name for attribute in config.attributes]
    if not names:
        raise UserError("`attributes`: none given; give at least one to change")
    for name in names:
        if names.count(name) > 1 or name == "image":
            raise UserError(f"attribute {name!r}: the name is taken; give each attribute another")
    for attribute in config.attributes:
        if len(attribute.values) < 2 or len(set(attribute.values)) < len(attribute.values):
            raise UserError(
                f"`attributes` {attribute.name}: has {', '.join(attribute.values) or 'no value'}, and needs "
                "two or more different values; choose another attribute"
            )
    if config.weight_identity and not config.unchanged_rate:
        raise UserError(
            f"`weight_identity` {config.weight_identity}: with `unchanged_rate` 0 no target is "
            "unchanged; give it, or `weight_identity` 0"
        )
    multiple = max(SIZE_MULTIPLE, 2**config.repeat_num)
    if any(side <= 0 or side % multiple for side in config.size):
        raise UserError(
            f"`size` {config.size[0]}x{config.size[1]} (height x width): not a multiple of {multiple}, which "
            "StarGAN's discriminator needs; give another size or a smaller `repeat_num`"
        )
