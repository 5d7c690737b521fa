"""pix2pix's generator as it is used after training."""

from zoo.engine.signature import Picture, Signature
from zoo.models.pix2pix.configuration import Pix2PixConfig
from zoo.models.pix2pix.model import is_unet, pix2pix_generator, size_multiple
from zoo.networks.sizes import SMALLEST


def pix2pix_signature(
    config: Pix2PixConfig, name: str = "translate", statistics: str = "image", dropout: bool = False
) -> Signature:
    """The generator of ``config`` as it is used after training; see ``pix2pix_generator``."""
    generator = pix2pix_generator(config, statistics=statistics, dropout=dropout)
    return Signature(
        name,
        "the picture's translation",
        {"generator": generator},
        (Picture("image", config.input_channels, "the picture to translate"),),
        lambda image: generator(image, training=False),
        config.size,
        size_multiple(config),
        statistics if config.norm == "batch" else "image",
        smallest=1 if is_unet(config) else SMALLEST,
    )
