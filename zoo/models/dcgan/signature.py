"""DCGAN's generator as it is used after training."""

from zoo.engine.signature import Noise, Signature
from zoo.models.dcgan.configuration import DCGANConfig
from zoo.models.dcgan.networks import dcgan_generator


def dcgan_signature(config: DCGANConfig, name: str = "draw") -> Signature:
    """The generator of ``config`` as it is used after training: with the training's statistics."""
    generator = dcgan_generator(config.noise, config.channels, config.size, config.generator_width)
    return Signature(
        name,
        "a picture drawn from noise",
        {"generator": generator},
        (Noise("noise", config.noise, "what the picture is made from"),),
        lambda noise: generator(noise, training=False),
        config.size,
        size_multiple=1,  # no picture goes in
        statistics="moving",
    )
