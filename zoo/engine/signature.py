"""How a trained model is used: the function that is exported, and what goes into it.

Everything an exporter, a translator or a sample grid needs to know of a model, whichever
model it is. What no bundle can describe is refused here, when the model is built, and not after its training.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoo.errors import UserError
from zoo.io.limits import INPUTS, LENGTH, NAME_CHARACTERS
from zoo.io.text import printable

if TYPE_CHECKING:  # what reads a bundle has these inputs without TensorFlow
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
    """Numbers drawn from N(0, 1): (N, size). ``UserError`` for more than ``LENGTH``."""

    name: str
    size: int
    meaning: str

    def __post_init__(self) -> None:
        if self.size > LENGTH:
            raise UserError(f"{self.name} {self.size:,}: more than {LENGTH:,} numbers; use fewer")


@dataclass(frozen=True)
class Choice:
    """One of the values of an attribute: (N, len(values)), 1 at the value's index and 0 elsewhere.

    Attributes:
        optional: whether all zeros are allowed, which leave the attribute as it is.

    Raises:
        UserError: a name is too long or not printable, or there are more than ``LENGTH`` values.
    """

    name: str
    values: tuple[str, ...]
    meaning: str
    optional: bool = False

    def __post_init__(self) -> None:
        _check_names(self.name, *self.values)
        if len(self.values) > LENGTH:
            raise UserError(
                f"attribute {self.name}: has {len(self.values):,} values, more than {LENGTH:,}; choose "
                "another"
            )


@dataclass(frozen=True)
class Amount:
    """How much of an attribute: (N, 1), 0 for ``low``, 1 for ``high``; beyond them it exaggerates.

    Raises:
        UserError: a name is too long or not printable.
    """

    name: str
    low: str
    high: str
    meaning: str

    def __post_init__(self) -> None:
        _check_names(self.name, self.low, self.high)


Input = Picture | Noise | Choice | Amount


@dataclass(frozen=True)
class Signature:
    """One way in which a trained model is used: each example's result its own, the same each time or drawn.

    Attributes:
        name: such as "translate" or "AtoB"; one of ``ModelInfo.signatures``.
        meaning: what comes out, in a few words.
        networks: those that ``call`` runs, in float32 as they are used after training, by their
            names in ``GAN.parts``; they get the trained weights by the names of layers and weights.
        inputs: what goes in, in order.
        call: float32 tensors by the inputs' names → images (N, H, W, C) float32 in [-1, 1].
        size: (height, width) of the images in training.
        size_multiple: what height and width of an image that goes in must be multiples of.
        smallest: what they must be at least.
        statistics: "image" where normalisations take each image's own statistics (or there are
            none); "moving" where they take the training's averages.

    Raises:
        UserError: more than ``INPUTS`` go in, or a side is longer than ``LENGTH``.
    """

    name: str
    meaning: str
    networks: "Mapping[str, keras.Model]"
    inputs: tuple[Input, ...]
    call: "Callable[..., tf.Tensor]"
    size: tuple[int, int]
    size_multiple: int
    statistics: str = "image"
    smallest: int = 1

    def __post_init__(self) -> None:
        if len(self.inputs) > INPUTS:
            raise UserError(f"{len(self.inputs)} attributes and other inputs: more than {INPUTS}; name fewer")
        if max(self.size) > LENGTH:
            raise UserError(f"size {self.size[0]}x{self.size[1]}: a side has more than {LENGTH:,} pixels")


def _check_names(attribute: str, *values: str) -> None:
    for index, text in enumerate((attribute, *values)):
        where = f"the value '{printable(text[:40])}'" if index else "its name"
        if not 0 < len(text) <= NAME_CHARACTERS:
            raise UserError(
                f"attribute {printable(attribute[:40])}: {where} has {len(text)} characters; 1 to "
                f"{NAME_CHARACTERS} can be used: shorten it in the data"
            )
        if printable(text) != text:
            raise UserError(
                f"attribute {printable(attribute)}: {where} has characters that cannot be printed; remove "
                "them in the data"
            )
