"""StarGAN's generator as it is used after training."""

from zoo.backend import tf
from zoo.engine.signature import Choice, Picture, Signature
from zoo.models.stargan.configuration import StarGANConfig
from zoo.models.stargan.label_columns import choice_columns
from zoo.models.stargan.model import generator_of
from zoo.networks.sizes import SIZE_MULTIPLE, SMALLEST


def stargan_signature(config: StarGANConfig, name: str = "translate") -> Signature:
    """The generator of ``config`` as it is used after training: a picture, and a choice an attribute.

    Attributes without a choice stay as they are, if training had a ``unchanged_rate`` above 0 or examples
    without a value; otherwise the generator has never been asked to leave one.
    """
    generator = generator_of(config, in_use=True)

    def translate(image: tf.Tensor, **choices: tf.Tensor) -> tf.Tensor:
        return generator([image, choice_columns(config.attributes, choices)], training=False)

    return Signature(
        name,
        "the picture with the attributes that were chosen",
        {"generator": generator},
        (
            Picture("image", config.channels, "the picture to change"),
            *(
                Choice(each.name, each.values, f"the {each.name} to give it", optional=True)
                for each in config.attributes
            ),
        ),
        translate,
        config.size,
        SIZE_MULTIPLE,
        smallest=SMALLEST,
    )
