"""The ResNet generator of CycleGAN (Zhu et al. 2017, appendix 7.2; Johnson et al. 2016)."""

from typing import Any

from zoo.backend import keras
from zoo.errors import UserError
from zoo.layers import Dropout, FreshDropout, ReflectionPadding2D, Residual
from zoo.networks.initializers import SeedSequence, normal
from zoo.networks.normalizations import has_bias, normalization
from zoo.networks.precision import io_dtype
from zoo.networks.sizes import SIZE_MULTIPLE, SMALLEST


def resnet_generator(
    input_channels: int = 3,
    output_channels: int = 3,
    blocks: int = 9,
    width: int = 64,
    norm: str = "instance",
    dropout: float = 0.0,
    fresh_dropout: bool = False,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    save_memory: bool = False,
    dtype: str = "float32",
) -> keras.Model:
    """Build the generator c7s1-64, d128, d256, R256 × ``blocks``, u128, u64, c7s1-3.

    Every convolution but the last is followed by a normalisation, and that by a ReLU, except at
    the end of a residual block; nothing follows the sum of a block.

    Args:
        input_channels: channels of the image that goes in.
        output_channels: channels of the image that comes out.
        blocks: residual blocks; the paper has 6 for images of 128×128, 9 from 256×256 on.
        width: channels after the first convolution (64); the blocks have 4 times as many.
        norm: "instance" (not affine, convolutions with bias); "batch" (no bias but in the last
            convolution); or "image": the network of "batch" with each image's own
            statistics, for use after training; or what references may have besides, see
            ``zoo.networks.normalizations``.
        dropout: rate between the convolutions of each block; 0 builds none.
        fresh_dropout: redraw it at each call, for use after training.
        seed: of the initial weights N(0, 0.02) and of the dropout draws.
        size: (height, width) if fixed; any multiples of 4 from 16 on otherwise.
        save_memory: in training, compute the inside of the blocks a second time for the gradient
            instead of keeping it. Weights come out the same.
        dtype: name of a dtype or of a Keras policy ("mixed_bfloat16"); image in and out are
            float32, or float64 with "float64".

    Shape: (N, H, W, input_channels) in [-1, 1] → (N, H, W, output_channels) in (-1, 1).

    Raises:
        UserError: if a side of ``size`` is not a multiple of 4.
    """
    if size is not None and any(side < SMALLEST or side % SIZE_MULTIPLE for side in size):
        raise UserError(
            f"`size` {size[0]}x{size[1]} (height x width) is not allowed by the ResNet generator, which "
            f"halves images twice: use multiples of {SIZE_MULTIPLE}, {SMALLEST} or more"
        )
    seeds = SeedSequence(seed)

    def convolution(channels: int, kernel: int, name: str, stride: int = 1, bias: bool = has_bias(norm),
                    kind: type = keras.layers.Conv2D) -> keras.layers.Layer:  # fmt: skip
        return kind(
            channels, kernel, strides=stride, use_bias=bias, kernel_initializer=normal(seeds()),
            name=name, dtype=dtype,
        )  # fmt: skip

    def normalized(x: Any, name: str) -> Any:
        return keras.layers.ReLU(dtype=dtype)(normalization(norm, seeds, f"{name}_norm", dtype)(x))

    def dropouts() -> list[keras.layers.Layer]:
        if fresh_dropout and dropout:
            return [FreshDropout(dropout, name="dropout", dtype=dtype)]
        return [Dropout(dropout, seed=seeds(), name="dropout", dtype=dtype)] if dropout else []

    def residual(block: int) -> keras.layers.Layer:
        stack = [
            ReflectionPadding2D(1, name="pad1", dtype=dtype),
            convolution(4 * width, 3, "conv1"),
            normalization(norm, seeds, "norm1", dtype),
            keras.layers.ReLU(name="relu", dtype=dtype),
            *dropouts(),
            ReflectionPadding2D(1, name="pad2", dtype=dtype),
            convolution(4 * width, 3, "conv2"),
            normalization(norm, seeds, "norm2", dtype),
        ]
        return Residual(stack, save_memory=save_memory, name=f"block{block}", dtype=dtype)

    image = keras.Input((*(size or (None, None)), input_channels), name="image", dtype=io_dtype(dtype))
    x = ReflectionPadding2D(3, dtype=dtype)(image)
    x = normalized(convolution(width, 7, "in")(x), "in")
    for level in (1, 2):
        # Padded on both sides; padding="same" pads only below and to the right.
        x = keras.layers.ZeroPadding2D(1, dtype=dtype)(x)
        x = normalized(convolution(width * 2**level, 3, f"down{level}", stride=2)(x), f"down{level}")
    for block in range(1, blocks + 1):
        x = residual(block)(x)
    for level in (2, 1):
        up = convolution(width * 2 ** (level - 1), 3, f"up{level}", 2, kind=keras.layers.Conv2DTranspose)
        # PyTorch's padding 1 with output padding 1; padding="same" crops the other border.
        x = keras.layers.Cropping2D(((1, 0), (1, 0)), dtype=dtype)(up(x))
        x = normalized(x, f"up{level}")
    x = ReflectionPadding2D(3, dtype=dtype)(x)
    x = convolution(output_channels, 7, "out", bias=True)(x)
    y = keras.layers.Activation("tanh", name="tanh", dtype=io_dtype(dtype))(x)
    return keras.Model(image, y, name="resnet_generator")
