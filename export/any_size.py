"""Pictures of any size: padded by reflection to what the networks take, and cropped again.

The same two steps for TensorFlow and, as nodes around a converted graph, for ONNX.
"""

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import helper, numpy_helper

if TYPE_CHECKING:
    from zoo.backend import tf

SIDES = {1: "height", 2: "width"}  # axes of a picture NHWC


def padded(images: "tf.Tensor", multiple: int) -> "tf.Tensor":
    """Pictures (N, H, W, C) with the sides grown evenly, by reflection, to the next multiple."""
    from zoo.backend import tf

    for axis in SIDES:
        length = tf.shape(images)[axis]
        short = -length % multiple
        # Reflection that goes on where the picture is shorter than what is missing.
        place = tf.abs(tf.range(length + short) - short // 2) % tf.maximum(2 * (length - 1), 1)
        images = tf.gather(images, tf.minimum(place, tf.maximum(2 * (length - 1), 1) - place), axis=axis)
    return images


def cropped(made: "tf.Tensor", like: "tf.Tensor", multiple: int) -> "tf.Tensor":
    """The middle of what was made of ``padded(like, multiple)``: as high and wide as ``like``."""
    from zoo.backend import tf

    height, width = (tf.shape(like)[axis] for axis in SIDES)
    top, left = (-length % multiple // 2 for length in (height, width))
    return made[:, top : top + height, left : left + width]
