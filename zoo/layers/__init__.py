"""The zoo's own layers, with PyTorch's semantics where the references rely on them."""

from zoo.layers.adaptive import AdaptiveInstanceNormalization, LayerNormalization
from zoo.layers.diff_augment import DiffAugment
from zoo.layers.dropout import Dropout, FreshDropout
from zoo.layers.group_normalization import GroupNormalization
from zoo.layers.label_maps import LabelMaps
from zoo.layers.normalization import BatchNormalization, InstanceNormalization
from zoo.layers.pooling import HalvingAverage2D
from zoo.layers.residual import ReflectionPadding2D, Residual
from zoo.layers.upsampling import NearestUpsampling2D

__all__ = [
    "AdaptiveInstanceNormalization",
    "BatchNormalization",
    "DiffAugment",
    "Dropout",
    "FreshDropout",
    "GroupNormalization",
    "HalvingAverage2D",
    "InstanceNormalization",
    "LabelMaps",
    "LayerNormalization",
    "NearestUpsampling2D",
    "ReflectionPadding2D",
    "Residual",
]
