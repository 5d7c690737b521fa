"""CycleGAN's generators as they are used after training."""

from zoo.engine.signature import Picture, Signature
from zoo.errors import UserError
from zoo.models.cyclegan.configuration import CycleGANConfig
from zoo.models.cyclegan.model import DIRECTIONS, cyclegan_generator
from zoo.networks.sizes import SIZE_MULTIPLE, SMALLEST


def cyclegan_signature(config: CycleGANConfig, name: str = "AtoB", dropout: bool = False) -> Signature:
    """One generator of ``config`` as it is used after training; with ``dropout`` it draws at each call.

    Raises:
        UserError: if ``name`` is none of ``DIRECTIONS``.
    """
    if name not in DIRECTIONS:
        raise UserError(f"`signature` {name!r}: CycleGAN has none; choose from {', '.join(DIRECTIONS)}")
    direction = DIRECTIONS[name]
    generator = cyclegan_generator(config, name, in_use=True, dropout=dropout)
    channels = config.channels_a if direction.source == "A" else config.channels_b
    return Signature(
        name,
        f"the picture as one of domain {direction.target}",
        {direction.network: generator},
        (Picture("image", channels, f"a picture of domain {direction.source}", direction.source),),
        lambda image: generator(image, training=False),
        config.size,
        SIZE_MULTIPLE,
        smallest=SMALLEST,
    )
