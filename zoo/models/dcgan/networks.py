"""The generator and the discriminator of DCGAN (Radford et al. 2016, arXiv:1511.06434)."""

from typing import Any

from zoo.backend import keras
from zoo.errors import UserError
from zoo.layers import BatchNormalization
from zoo.networks.initializers import SeedSequence, normal
from zoo.networks.precision import io_dtype

MIN_BASE = 4
MAX_WIDENING = 8


def doublings(size: tuple[int, int]) -> int:
    """How often the generator of images of ``size`` (height, width) doubles: 4 at 64, 2 at 28.

    As often as leaves the shorter side ``MIN_BASE`` to 2 · ``MIN_BASE`` - 1 pixels to begin with.

    Raises:
        UserError: if a side would not be a whole number of pixels, with a size that fits.
    """
    count = max(1, (min(size) // MIN_BASE).bit_length() - 1)
    step = 2**count
    if any(side < MIN_BASE * step or side % step for side in size):
        height, width = (max(MIN_BASE, side // step) for side in size)
        raise UserError(
            f"`size` {size[0]}x{size[1]} (height x width): DCGAN would double {height}x{width} pixels to "
            f"{height * step}x{width * step}; use that, or another whose shorter side is {MIN_BASE} to "
            f"{2 * MIN_BASE - 1} times a power of two and whose longer side is a multiple of that power"
        )
    return count


def dcgan_generator(
    noise: int = 100,
    channels: int = 3,
    size: tuple[int, int] = (64, 64),
    width: int = 64,
    conditions: int = 0,
    seed: int = 0,
    dtype: str = "float32",
) -> keras.Model:
    """Build the generator: noise to 4×4 pixels, which transposed convolutions double.

    No convolution has a bias; each but the last is followed by batch normalisation and a ReLU.

    Args:
        noise: numbers that an image is made from.
        channels: of the image.
        size: (height, width) of the image; see ``doublings``. 64×64 begins at 4×4, 28×28 at 7×7.
        width: channels before the last convolution (64); twice as many each doubling before it, up
            to 8 times as many.
        conditions: numbers that are laid beside the noise as a second input; 0 for none.
        seed: of the initial weights: kernels N(0, 0.02), scales N(1, 0.02).
        dtype: name of a dtype or of a Keras policy ("mixed_bfloat16"); what goes in and comes out is
            float32, or float64 with "float64".

    Shape: (N, noise)[, (N, conditions)] → (N, *size, channels) in (-1, 1).

    Raises:
        UserError: if ``size`` is not allowed.
    """
    seeds = SeedSequence(seed)
    count = doublings(size)

    def upward(x: Any, channels: int, name: str, kernel: Any = 4, stride: int = 2) -> Any:
        return keras.layers.Conv2DTranspose(
            channels, kernel, strides=stride, padding="valid" if stride == 1 else "same", use_bias=False,
            kernel_initializer=normal(seeds()), name=name, dtype=dtype,
        )(x)  # fmt: skip

    def normalized(x: Any, name: str) -> Any:
        x = BatchNormalization(gamma_initializer=normal(seeds(), mean=1.0), name=name, dtype=dtype)(x)
        return keras.layers.ReLU(dtype=dtype)(x)

    inputs = [keras.Input((noise,), name="noise", dtype=io_dtype(dtype))]
    if conditions:
        inputs.append(keras.Input((conditions,), name="conditions", dtype=io_dtype(dtype)))
    x = keras.layers.Concatenate(dtype=dtype)(inputs) if conditions else inputs[0]
    x = keras.layers.Reshape((1, 1, noise + conditions), dtype=dtype)(x)
    widths = [width * min(2**level, MAX_WIDENING) for level in reversed(range(count))]
    base = tuple(side // 2**count for side in size)
    x = normalized(upward(x, widths[0], "base", base, stride=1), "base_norm")
    for level, channels_out in enumerate(widths[1:], 1):
        x = normalized(upward(x, channels_out, f"up{level}"), f"up{level}_norm")
    x = upward(x, channels, f"up{count}")
    image = keras.layers.Activation("tanh", name="tanh", dtype=io_dtype(dtype))(x)
    return keras.Model(inputs, image, name="dcgan_generator")


def dcgan_discriminator(
    channels: int = 3,
    size: tuple[int, int] = (64, 64),
    width: int = 64,
    conditions: int = 0,
    seed: int = 0,
    dtype: str = "float32",
) -> keras.Model:
    """Build the discriminator: convolutions halve the image to 4×4 pixels, the last one sees them all.

    No convolution has a bias; each but the first and the last is followed by batch normalisation.

    Args:
        channels: of the image.
        size: (height, width) of the image; see ``doublings``.
        width: channels of the first convolution (64); twice as many each halving after it, up to 8
            times as many.
        conditions: numbers that are added to the image as constant channels, a second input; 0 for
            none.
        seed: of the initial weights: kernels N(0, 0.02), scales N(1, 0.02).
        dtype: as of ``dcgan_generator``.

    Shape: (N, *size, channels) in [-1, 1] and, if any, (N, conditions) → logits (N, 1).

    Raises:
        UserError: if ``size`` is not allowed.
    """
    seeds = SeedSequence(seed)
    count = doublings(size)

    def downward(x: Any, channels: int, name: str, kernel: Any = 4, stride: int = 2) -> Any:
        return keras.layers.Conv2D(
            channels, kernel, strides=stride, padding="valid" if stride == 1 else "same", use_bias=False,
            kernel_initializer=normal(seeds()), name=name, dtype=dtype,
        )(x)  # fmt: skip

    inputs = [keras.Input((*size, channels), name="image", dtype=io_dtype(dtype))]
    x = inputs[0]
    if conditions:
        inputs.append(keras.Input((conditions,), name="conditions", dtype=io_dtype(dtype)))
        everywhere = keras.layers.RepeatVector(size[0] * size[1], dtype=dtype)(inputs[1])
        everywhere = keras.layers.Reshape((*size, conditions), dtype=dtype)(everywhere)
        x = keras.layers.Concatenate(dtype=dtype)([x, everywhere])
    for level in range(count):
        name = f"down{level + 1}"
        x = downward(x, width * min(2**level, MAX_WIDENING), name)
        if level > 0:
            gamma = normal(seeds(), mean=1.0)
            x = BatchNormalization(gamma_initializer=gamma, name=f"{name}_norm", dtype=dtype)(x)
        x = keras.layers.LeakyReLU(0.2, dtype=dtype)(x)
    x = downward(x, 1, "logits", tuple(side // 2**count for side in size), stride=1)
    x = keras.layers.Flatten(dtype=dtype)(x)
    logits = keras.layers.Activation("linear", name="float_logits", dtype=io_dtype(dtype))(x)
    return keras.Model(inputs, logits, name="dcgan_discriminator")
