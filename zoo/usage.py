"""How a trained model is used: the function that is exported, and what goes into it.

Everything an exporter, a translator or a picture of samples needs to know of a model, whichever
model it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zoo.backend import keras, tf


@dataclass(frozen=True)
class Picture:
    """An image: (N, height, width, channels) in [-1, 1].

    Attributes:
        domain: which of the model's domains it is of, "A" or "B"; "" where the model has none.
    """

    name: str
    channels: int
    meaning: str
    domain: str = ""


@dataclass(frozen=True)
class Noise:
    """Numbers drawn from N(0, 1): (N, size)."""

    name: str
    size: int
    meaning: str


@dataclass(frozen=True)
class Choice:
    """One of the values of an attribute: (N, len(values)), 1 in the value's place and 0 elsewhere.

    Attributes:
        optional: whether all zeros are allowed, which leave the attribute as it is.
    """

    name: str
    values: tuple[str, ...]
    meaning: str
    optional: bool = False


@dataclass(frozen=True)
class Amount:
    """How much of an attribute: (N, 1), 0 for ``low``, 1 for ``high``; beyond them it exaggerates."""

    name: str
    low: str
    high: str
    meaning: str


Input = Picture | Noise | Choice | Amount


@dataclass(frozen=True)
class Usage:
    """One way in which a trained model is used: each example's result its own, the same each time or drawn.

    Attributes:
        name: such as "translate" or "AtoB"; one of the model's ``USAGES``.
        meaning: what comes out, in a few words.
        networks: those that ``call`` runs, in float32 as they are used after training, by their
            names in ``GAN.parts``; they get the trained weights by the names of layers and weights.
        inputs: what goes in, in order.
        call: float32 tensors by the inputs' names → pictures (N, H, W, C) float32 in [-1, 1].
        size: (height, width) of the pictures in training.
        size_multiple: what height and width of a picture that goes in must be multiples of.
        smallest: what they must be at least.
        statistics: "image" where normalisations take each image's own statistics (or there are
            none); "moving" where they take the training's averages.
    """

    name: str
    meaning: str
    networks: Mapping[str, keras.Model]
    inputs: tuple[Input, ...]
    call: Callable[..., tf.Tensor]
    size: tuple[int, int]
    size_multiple: int
    statistics: str = "image"
    smallest: int = 1
