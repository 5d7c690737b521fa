"""The U-Net generator of pix2pix (Isola et al. 2017, appendix 6.1.1)."""

from typing import Any

from zoo.backend import keras
from zoo.errors import UserError
from zoo.layers import Dropout, FreshDropout
from zoo.networks.initializers import SeedSequence, normal
from zoo.networks.normalizations import has_bias, normalization
from zoo.networks.precision import io_dtype

NORMS = ("batch", "instance", "image")
MAX_DEPTH = 8
MIN_DEPTH = 5


def unet_depth(size: tuple[int, int], name: str = "size") -> int:
    """How often a U-Net for images of ``size`` (height, width) halves them: 8 at 256, 7 at 128.

    The largest number of halvings that leaves whole pixels, 8 at most.

    Args:
        size: of the images.
        name: of the parameter that gives it, for the error.

    Raises:
        UserError: if that is less than 5, with the nearest sizes that fit.
    """
    depth = MAX_DEPTH
    while depth and any(side <= 0 or side % 2**depth for side in size):
        depth -= 1
    if depth < MIN_DEPTH:
        step = 2**MIN_DEPTH
        fits = [
            f"{max(step, side // step * step)} or {(side // step + 1) * step}" for side in sorted(set(size))
        ]
        raise UserError(
            f"`{name}` {size[0]}x{size[1]} (height x width) is not allowed by the U-Net, which halves images "
            f"{MIN_DEPTH} to {MAX_DEPTH} times: use multiples of {step}, such as {', '.join(fits)}"
        )
    return depth


def unet_generator(
    input_channels: int = 3,
    output_channels: int = 3,
    depth: int = 8,
    width: int = 64,
    norm: str = "batch",
    dropout: float = 0.5,
    fresh_dropout: bool = False,
    dropout_outside: bool = False,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    dtype: str = "float32",
) -> keras.Model:
    """Build the U-Net: C64-C128-C256-C512-…-C512 down and up again, with skips.

    The ReLU of the decoder is applied after the concatenation, so the skip is rectified too.
    Convolutions that a normalisation with an offset follows have no bias, nor has the first.

    Args:
        input_channels: channels of the image that goes in.
        output_channels: channels of the image that comes out.
        depth: halvings; the image's sides must be multiples of 2**depth.
        width: channels after the first convolution (64); the deepest have 8 times as many.
        norm: "batch"; "instance" (not affine, convolutions with bias); or "image": the
            network of "batch" with each image's own statistics, for use after training; or what
            references may have besides, see ``zoo.networks.normalizations``.
        dropout: rate after the innermost decoder layers (three at depth 8, two at 7, one at 6);
            0 builds none.
        fresh_dropout: redraw it at each call, for use after training.
        dropout_outside: whether it is one level further out, as the PyTorch reference has it.
        seed: of the initial weights N(0, 0.02) and of the dropout draws.
        size: (height, width) if fixed; any otherwise.
        dtype: name of a dtype or of a Keras policy ("mixed_bfloat16"); image in and out are
            float32, or float64 with "float64".

    Shape: (N, H, W, input_channels) in [-1, 1] → (N, H, W, output_channels) in (-1, 1).
    """
    seeds = SeedSequence(seed)
    widths = [width * min(2**level, 8) for level in range(depth)]
    bias = has_bias(norm)

    def normalize(x: Any, name: str) -> Any:
        return normalization(norm, seeds, name, dtype)(x)

    def convolution(kind: type, channels: int, use_bias: bool, name: str) -> Any:
        return kind(
            channels, 4, strides=2, padding="same", use_bias=use_bias, kernel_initializer=normal(seeds()),
            name=name, dtype=dtype,
        )  # fmt: skip

    image = keras.Input((*(size or (None, None)), input_channels), name="image", dtype=io_dtype(dtype))
    x = convolution(keras.layers.Conv2D, widths[0], bias, "down1")(image)
    skips = [x]
    for level in range(1, depth):
        x = keras.layers.LeakyReLU(0.2, dtype=dtype)(x)
        innermost = level == depth - 1
        x = convolution(keras.layers.Conv2D, widths[level], bias, f"down{level + 1}")(x)
        if not innermost:
            x = normalize(x, f"down{level + 1}_norm")
            skips.append(x)
    for level in reversed(range(1, depth)):
        x = keras.layers.ReLU(dtype=dtype)(x)
        x = convolution(keras.layers.Conv2DTranspose, widths[level - 1], bias, f"up{level + 1}")(x)
        x = normalize(x, f"up{level + 1}_norm")
        if dropout and 4 < level + dropout_outside < depth:
            named = {"name": f"up{level + 1}_dropout", "dtype": dtype}
            x = (FreshDropout(dropout, **named) if fresh_dropout else Dropout(dropout, level, **named))(x)
        x = keras.layers.Concatenate(dtype=dtype)([skips.pop(), x])
    x = keras.layers.ReLU(dtype=dtype)(x)
    x = convolution(keras.layers.Conv2DTranspose, output_channels, True, "up1")(x)
    y = keras.layers.Activation("tanh", name="tanh", dtype=io_dtype(dtype))(x)
    return keras.Model(image, y, name="unet_generator")
