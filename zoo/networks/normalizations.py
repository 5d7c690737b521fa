"""The normalisations that the U-Net and the ResNet may have."""

import re

from zoo.backend import keras
from zoo.errors import UserError
from zoo.layers import BatchNormalization, GroupNormalization, InstanceNormalization
from zoo.networks.initializers import SeedSequence, normal

NORMS = ("batch", "image", "instance", "affine")


def has_bias(norm: str) -> bool:
    """Whether convolutions have a bias that such a normalisation follows."""
    return norm not in ("batch", "image")


def normalization(norm: str, seeds: SeedSequence, name: str, dtype: str) -> keras.layers.Layer:
    """The layer of a normalisation.

    Args:
        norm: "batch"; "image", its network with each image's own statistics; "instance", without a
            scale; "affine", instance normalisation with scale and offset; or "group:N", in N groups.
        seeds: of the initial scales, N(1, 0.02).
        name, dtype: of the layer.

    Raises:
        UserError: for another normalisation.
    """
    if norm not in NORMS and not re.fullmatch(r"group:[1-9]\d{0,5}", norm):
        raise UserError(f"`norm` {norm!r}: must be batch, instance, affine or group:N")
    if norm == "instance":
        return InstanceNormalization(name=name, dtype=dtype)
    options = {"gamma_initializer": normal(seeds(), mean=1.0), "name": name, "dtype": dtype}
    if norm == "batch":
        return BatchNormalization(**options)
    if norm.startswith("group:"):
        return GroupNormalization(int(norm.removeprefix("group:")), **options)
    return InstanceNormalization(affine=True, **options)
