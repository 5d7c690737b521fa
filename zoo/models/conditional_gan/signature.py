"""A conditional GAN's generator as it is used after training."""

from zoo.backend import tf
from zoo.engine.signature import Choice, Noise, Signature
from zoo.models.conditional_gan.configuration import ConditionalGANConfig
from zoo.models.dcgan.networks import dcgan_generator


def conditional_gan_signature(config: ConditionalGANConfig, name: str = "draw") -> Signature:
    """The generator of ``config`` as it is used after training: with the training's statistics."""
    generator = dcgan_generator(
        config.noise, config.channels, config.size, config.generator_width, config.conditions
    )
    names = [attribute.name for attribute in config.attributes]

    def draw(noise: tf.Tensor, **choices: tf.Tensor) -> tf.Tensor:
        return generator([noise, tf.concat([choices[name] for name in names], axis=1)], training=False)

    return Signature(
        name,
        "a picture of the given attributes, drawn from noise",
        {"generator": generator},
        (
            Noise("noise", config.noise, "what the picture is made from, but for its attributes"),
            *(
                Choice(attribute.name, attribute.values, f"the {attribute.name} of what is drawn")
                for attribute in config.attributes
            ),
        ),
        draw,
        config.size,
        size_multiple=1,  # no picture goes in
        statistics="moving",
    )
