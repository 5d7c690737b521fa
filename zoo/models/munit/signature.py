"""MUNIT's encoders and decoders as they are used after training."""

from dataclasses import dataclass

from zoo.backend import tf
from zoo.engine.signature import Noise, Picture, Signature
from zoo.errors import UserError
from zoo.models.munit.configuration import MUNITConfig
from zoo.models.munit.model import munit_network
from zoo.models.munit.networks import smallest_side


@dataclass(frozen=True)
class Direction:
    """One way to translate.

    Attributes:
        source, target: domains, "a" or "b".
        like: whether the style is taken from a picture of the target domain, not drawn.
    """

    source: str
    target: str
    like: bool = False


DIRECTIONS = {
    "AtoB": Direction("a", "b"),
    "BtoA": Direction("b", "a"),
    "AtoB-like": Direction("a", "b", like=True),
    "BtoA-like": Direction("b", "a", like=True),
}


def munit_signature(config: MUNITConfig, name: str = "AtoB") -> Signature:
    """The networks of ``config`` as they are used after training.

    "AtoB" gives a picture of A a style of B that is drawn, "AtoB-like" that of a picture of B.

    Raises:
        UserError: for a name that is not one of ``DIRECTIONS``.
    """
    if name not in DIRECTIONS:
        raise UserError(f"`signature` {name!r}: MUNIT has none; choose from {', '.join(DIRECTIONS)}")
    direction = DIRECTIONS[name]
    source, target, like = direction.source, direction.target, direction.like
    names = [f"content_encoder_{source}", f"decoder_{target}", *([f"style_encoder_{target}"] if like else [])]
    networks = {each: munit_network(config, each, in_use=True) for each in names}
    encode, decode, *encode_style = networks.values()

    def translate(image: tf.Tensor, style: tf.Tensor) -> tf.Tensor:
        return decode([encode(image, training=False), style], training=False)

    def translate_like(image: tf.Tensor, style_image: tf.Tensor) -> tf.Tensor:
        return translate(image, encode_style[0](style_image, training=False))

    channels = {"a": config.channels_a, "b": config.channels_b}
    picture = Picture("image", channels[source], "the picture to translate", source.upper())
    meaning = f"the picture of {source.upper()} as one of {target.upper()}"
    if like:
        call, meaning = translate_like, f"{meaning}, in the style of another"
        style = Picture("style_image", channels[target], "a picture that has the style", target.upper())
    else:
        call, meaning = translate, f"{meaning}, in the given style"
        style = Noise("style", config.style_size, "the style")
    return Signature(
        name, meaning, networks, (picture, style), call, config.size, 2**config.downsamplings,
        smallest=smallest_side(config.downsamplings, layers=1, scales=1),
    )  # fmt: skip
