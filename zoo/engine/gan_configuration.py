"""The fields that the configurations of several models share."""

import typing
from dataclasses import dataclass
from typing import Any

from zoo.engine.configuration import check, field_types, option
from zoo.engine.schedule import CONSTANT, Schedule

AUGMENTATIONS = ("color", "translation", "cutout")  # what zoo.layers.DiffAugment can do


@dataclass(frozen=True, kw_only=True)
class GANConfig:
    """How a model's optimisers work: Adam, by default as the pix2pix and CycleGAN references set it.

    Lists become tuples: configurations are often built from JSON.

    Raises:
        UserError: for a value out of its field's range.
    """

    learning_rate: float = option(
        2e-4, "initial learning rate of the optimisers", at_least=0, metavar="R", group="training"
    )
    schedule: Schedule = CONSTANT
    beta_1: float = option(0.5, "decay of Adam's first moments", at_least=0, below=1, offered=False)
    beta_2: float = option(0.999, "decay of Adam's second moments", at_least=0, below=1, offered=False)
    # PyTorch's default; Keras' is 1e-7.
    adam_epsilon: float = option(1e-8, "Adam's ε, added to the square root", at_least=0, offered=False)
    seed: int = option(
        0, "random seed of weights, split, order and augmentation", at_least=0, metavar="N", group="training"
    )

    def __post_init__(self) -> None:
        for name, annotation in field_types(type(self)).items():
            if typing.get_origin(annotation) is tuple and isinstance(getattr(self, name), list):
                object.__setattr__(self, name, tuple(getattr(self, name)))
        check(self)


def channels_field(default: int = 3, of: str = "the images") -> Any:
    """A field: 1 for grey, 3 for RGB."""
    return option(default, f"channels of {of}: 1 or 3", at_least=1, offered=False)


def size_field(default: tuple[int, int], multiple: str) -> Any:
    """A field: (height, width) of the images, multiples of ``multiple``."""
    return option(
        default, f"size of the images, multiples of {multiple}: 128, or 256x192 (height x width)", at_least=1
    )


def crop_field() -> Any:
    """A field: (height, width) of the random crops to train on; None trains on whole images."""
    return option(None, "train on random crops of this size, and apply the model to whole images", at_least=1)


def width_field(default: int, of: str) -> Any:
    """A field: channels of a network's first convolution."""
    return option(default, f"channels of {of}, {default} in the paper", at_least=1, metavar="N")


def weight_field(default: float, of: str, **more: Any) -> Any:
    """A field: what a loss is multiplied by."""
    return option(default, f"weight of {of}", at_least=0, metavar="W", **more)


def diffaugment_field() -> Any:
    """A field: the policy of ``DiffAugment`` on what the discriminators see; the papers have none."""
    return option(
        (),
        "augment what the discriminator sees, for small data sets: color,translation,cutout or some of them",
        choices=AUGMENTATIONS,
        metavar="POLICY",
        group="training",
    )


def save_memory_field() -> Any:
    """A field: whether the inside of residual blocks is computed twice instead of being kept."""
    return option(False, "compute residual blocks twice instead of keeping them", group="machine")
