"""The networks of MUNIT (Huang et al. 2018, arXiv:1804.04732, appendix B.1)."""

from typing import Any

from zoo.backend import keras
from zoo.layers import (
    AdaptiveInstanceNormalization,
    HalvingAverage2D,
    InstanceNormalization,
    LayerNormalization,
    NearestUpsampling2D,
    ReflectionPadding2D,
    Residual,
)
from zoo.networks.initializers import SeedSequence, kaiming, normal
from zoo.networks.precision import io_dtype

STYLE_HALVINGS = 4  # of the style encoder, however often the content encoder halves


def content_encoder(
    channels: int = 3,
    width: int = 64,
    downsamplings: int = 2,
    blocks: int = 4,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    save_memory: bool = False,
    dtype: str = "float32",
) -> keras.Model:
    """Build the encoder of what two domains share: c7s1-64, d128, d256, R256 × ``blocks``.

    Instance normalisation, not affine, after every convolution.

    Args:
        channels: of the image.
        width: channels after the first convolution; each downsampling doubles them.
        downsamplings: convolutions of stride 2.
        blocks: residual blocks.
        seed: of the initial weights.
        size: (height, width) of the image if fixed; any multiples of 2**downsamplings otherwise.
        save_memory: in training, compute the inside of the blocks a second time for the gradient
            instead of keeping it. Weights come out the same.
        dtype: name of a dtype or of a Keras policy; what goes in and comes out is float32, or
            float64 with "float64".

    Shape: (N, H, W, channels) in [-1, 1] → (N, H/4, W/4, 256) with the defaults.
    """
    make = _Maker(seed, dtype)
    image = keras.Input((*(size or (None, None)), channels), name="image", dtype=io_dtype(dtype))
    x = image
    for level in range(downsamplings + 1):
        name = f"down{level}" if level else "in"
        x = make.padded(x, width * 2**level, 4 if level else 7, name, stride=2 if level else 1)
        x = InstanceNormalization(name=f"{name}_norm", dtype=dtype)(x)
        x = keras.layers.ReLU(dtype=dtype)(x)
    for block in range(1, blocks + 1):
        norms = [InstanceNormalization(name=f"norm{i}", dtype=dtype) for i in (1, 2)]
        x = make.residual(width * 2**downsamplings, norms, save_memory, f"block{block}")(x)
    code = keras.layers.Activation("linear", name="content", dtype=io_dtype(dtype))(x)
    return keras.Model(image, code, name="content_encoder")


def style_encoder(
    channels: int = 3,
    width: int = 64,
    style_size: int = 8,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    dtype: str = "float32",
) -> keras.Model:
    """Build the encoder of style, which is specific to a domain: c7s1-64, d128, d256 × 3, mean, 8.

    Without normalisation, which would take away the means and variances that are the style.

    Args:
        channels, width, seed, size, dtype: as of ``content_encoder``.
        style_size: numbers that a style is.

    Shape: (N, H, W, channels) in [-1, 1] → (N, style_size), unbounded; sides of 16 or more.
    """
    make = _Maker(seed, dtype)
    image = keras.Input((*(size or (None, None)), channels), name="image", dtype=io_dtype(dtype))
    x = image
    for level in range(STYLE_HALVINGS + 1):
        name = f"down{level}" if level else "in"
        x = make.padded(x, width * 2 ** min(level, 2), 4 if level else 7, name, stride=2 if level else 1)
        x = keras.layers.ReLU(dtype=dtype)(x)
    x = keras.layers.GlobalAveragePooling2D(keepdims=True, name="mean", dtype=io_dtype(dtype))(x)
    x = keras.layers.Conv2D(
        style_size, 1, kernel_initializer=kaiming(make.seeds()), name="style", dtype=io_dtype(dtype)
    )(x)
    return keras.Model(image, keras.layers.Flatten(dtype=io_dtype(dtype))(x), name="style_encoder")


def decoder(
    channels: int = 3,
    width: int = 64,
    downsamplings: int = 2,
    blocks: int = 4,
    style_size: int = 8,
    mlp_width: int = 256,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    save_memory: bool = False,
    dtype: str = "float32",
) -> keras.Model:
    """Build the way back: R256 × ``blocks`` with AdaIN, u128, u64, c7s1-3, and the MLP of the style.

    The MLP makes scales and offsets of all AdaIN layers out of the style. An upsampling repeats
    pixels; a 5×5 convolution with MUNIT's layer normalisation follows.

    Args:
        channels, width, downsamplings, blocks, seed, save_memory, dtype: as of
            ``content_encoder``; ``channels`` come out.
        style_size: numbers that a style is.
        mlp_width: units of the MLP's two hidden layers.
        size: (height, width) of the image if fixed.

    Shape: [content (N, H/4, W/4, 256), style (N, style_size)] → (N, H, W, channels) in (-1, 1).
    """
    make = _Maker(seed, dtype)
    widest = width * 2**downsamplings
    sides = [side and side // 2**downsamplings for side in size or (None, None)]
    content = keras.Input((*sides, widest), name="content", dtype=io_dtype(dtype))
    style = keras.Input((style_size,), name="style", dtype=io_dtype(dtype))
    parameters = style
    for layer, (units, activation) in enumerate(
        [(mlp_width, "relu"), (mlp_width, "relu"), (2 * blocks * 2 * widest, None)], 1
    ):
        parameters = keras.layers.Dense(
            units, activation, kernel_initializer=kaiming(make.seeds()), name=f"mlp{layer}", dtype=dtype
        )(parameters)
    x = content
    for block in range(blocks):
        norms = [
            AdaptiveInstanceNormalization(2 * block + i, name=f"norm{i + 1}", dtype=dtype) for i in (0, 1)
        ]
        x = make.residual(widest, norms, save_memory, f"block{block + 1}")([x, parameters])
    for level in reversed(range(downsamplings)):
        name = f"up{level + 1}"
        x = NearestUpsampling2D(name=f"{name}_nearest", dtype=dtype)(x)
        x = make.padded(x, width * 2**level, 5, name)
        uniform = keras.initializers.RandomUniform(0.0, 1.0, seed=make.seeds())
        x = LayerNormalization(gamma_initializer=uniform, name=f"{name}_norm", dtype=dtype)(x)
        x = keras.layers.ReLU(dtype=dtype)(x)
    x = make.padded(x, channels, 7, "out")
    image = keras.layers.Activation("tanh", name="tanh", dtype=io_dtype(dtype))(x)
    return keras.Model([content, style], image, name="decoder")


def multiscale_discriminator(
    channels: int = 3,
    width: int = 64,
    layers: int = 4,
    scales: int = 3,
    seed: int = 0,
    dtype: str = "float32",
) -> keras.Model:
    """Build ``scales`` discriminators of patches, for the image and for it halved once, twice, ….

    Each is C64-C128-C256-C512-C1: 4×4 of stride 2, reflected borders, LeakyReLU(0.2), no
    normalisation; then 1×1. They share no weights.

    Args:
        channels, dtype: as of ``content_encoder``.
        width: channels after the first convolution; each further one doubles them.
        layers: convolutions of stride 2.
        scales: discriminators.
        seed: of the initial weights N(0, 0.02).

    Shape: (N, H, W, channels) in [-1, 1] → for each scale scores (N, H/16, W/16, 1), half as
    many rows and columns at the next; for the sides see
    ``smallest_side``.
    """
    make = _Maker(seed, dtype, normal)
    image = scaled = keras.Input((None, None, channels), name="image", dtype=io_dtype(dtype))
    scores = []
    for scale in range(1, scales + 1):
        if scale > 1:
            scaled = HalvingAverage2D(name=f"scale{scale}_image", dtype=io_dtype(dtype))(scaled)
        x = scaled
        for layer in range(layers):
            x = make.padded(x, width * 2**layer, 4, f"scale{scale}_conv{layer + 1}", stride=2)
            x = keras.layers.LeakyReLU(0.2, dtype=dtype)(x)
        x = make.convolution(1, 1, f"scale{scale}_scores")(x)
        name = f"scale{scale}_float_scores"
        scores.append(keras.layers.Activation("linear", name=name, dtype=io_dtype(dtype))(x))
    return keras.Model(image, scores, name="multiscale_discriminator")


def smallest_side(downsamplings: int = 2, layers: int = 4, scales: int = 3) -> int:
    """The least power of 2 that a side of an image must have for all these networks.

    Every map has two pixels then before one at its border is reflected.
    """
    return max(2 ** (downsamplings + 1), 2**STYLE_HALVINGS, 2 ** (layers + scales - 1))


class _Maker:
    """Builds a network's convolutions, each with its own seed."""

    def __init__(self, seed: int, dtype: str, initializer: Any = kaiming) -> None:
        self.seeds = SeedSequence(seed)
        self.dtype = dtype
        self.initializer = initializer

    def convolution(self, channels: int, kernel: int, name: str, stride: int = 1) -> keras.layers.Layer:
        return keras.layers.Conv2D(
            channels, kernel, strides=stride, kernel_initializer=self.initializer(self.seeds()), name=name,
            dtype=self.dtype,
        )  # fmt: skip

    def padding(self, kernel: int, name: str | None = None) -> keras.layers.Layer:
        return ReflectionPadding2D((kernel - 1) // 2, name=name, dtype=self.dtype)

    def padded(self, x: Any, channels: int, kernel: int, name: str, stride: int = 1) -> Any:
        """A convolution that keeps the sides, or halves them at stride 2."""
        return self.convolution(channels, kernel, name, stride)(self.padding(kernel)(x))

    def residual(
        self, channels: int, norms: list[keras.layers.Layer], save_memory: bool, name: str
    ) -> keras.layers.Layer:
        stack = [
            self.padding(3, "pad1"),
            self.convolution(channels, 3, "conv1"),
            norms[0],
            keras.layers.ReLU(name="relu", dtype=self.dtype),
            self.padding(3, "pad2"),
            self.convolution(channels, 3, "conv2"),
            norms[1],
        ]
        return Residual(stack, save_memory=save_memory, name=name, dtype=self.dtype)
