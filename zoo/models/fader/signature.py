"""Fader Networks' autoencoder as it is used after training."""

from zoo.backend import tf
from zoo.engine.signature import Amount, Picture, Signature
from zoo.errors import UserError
from zoo.models.fader.configuration import FaderConfig
from zoo.models.fader.model import autoencoder, check_attributes


def fader_signature(config: FaderConfig, name: str = "slide") -> Signature:
    """The autoencoder of ``config`` as it is used after training: a picture with amounts of attributes.

    The decoder is given (1 - v, v) for the amount v, which may lie beyond [0, 1], as the reference's
    ``interpolate.py`` does.

    Raises:
        UserError: if an attribute has more than two values, or the configuration is not allowed.
    """
    check_attributes(config.attributes)
    for attribute in config.attributes:
        if len(attribute.values) != 2:
            raise UserError(
                f"attribute {attribute.name!r} has {len(attribute.values)} values "
                f"({', '.join(attribute.values)}): only one of two values can be slid; train with two of them"
            )
    encoder, decoder = autoencoder(config, any_size=True)

    def slide(image: tf.Tensor, **amounts: tf.Tensor) -> tf.Tensor:
        ordered = [amounts[attribute.name] for attribute in config.attributes]
        columns = tf.concat([column for amount in ordered for column in (1 - amount, amount)], axis=1)
        return decoder([encoder(image, training=False), columns], training=False)

    amounts = (
        Amount(each.name, *each.values, f"how much of {each.name}: {each.values[0]} to {each.values[1]}")
        for each in config.attributes
    )
    return Signature(
        name,
        "the picture with another amount of its attributes",
        {"encoder": encoder, "decoder": decoder},
        (Picture("image", config.channels, "the picture to change"), *amounts),
        slide,
        config.size,
        2**config.layers,
        "moving",
    )
