"""The zoo's own layers, with PyTorch's semantics where the references rely on them."""

from zoo.layers.diff_augment import DiffAugment
from zoo.layers.dropout import Dropout
from zoo.layers.normalization import BatchNormalization, InstanceNormalization
from zoo.layers.residual import ReflectionPadding2D, Residual

__all__ = [
    "BatchNormalization",
    "DiffAugment",
    "Dropout",
    "InstanceNormalization",
    "ReflectionPadding2D",
    "Residual",
]
