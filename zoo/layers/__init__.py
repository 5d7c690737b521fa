"""The zoo's own layers, with PyTorch's semantics where the references rely on them."""

from zoo.layers.dropout import Dropout
from zoo.layers.normalization import BatchNormalization, InstanceNormalization

__all__ = ["BatchNormalization", "Dropout", "InstanceNormalization"]
