"""The networks of Fader Networks (Lample et al. 2017, arXiv:1706.00409, section 4 and its reference)."""

from typing import Any

from zoo.backend import keras
from zoo.errors import UserError
from zoo.layers import BatchNormalization, Dropout, LabelMaps, NearestUpsampling2D
from zoo.networks.initializers import SeedSequence, torch_bias, torch_kernel
from zoo.networks.precision import io_dtype

UPSAMPLINGS = ("transposed", "nearest")


def fader_encoder(
    channels: int = 3,
    layers: int = 6,
    width: int = 32,
    max_width: int = 512,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    dtype: str = "float32",
) -> keras.Model:
    """Build the encoder C32-C64-…-C512: 4×4 convolutions of stride 2, normalised but the first.

    Args:
        channels: of the image.
        layers: halvings.
        width: channels of the first convolution; each next one has twice as many.
        max_width: channels at most.
        seed: of the initial weights, PyTorch's default.
        size: (height, width) if fixed; any multiples of 2**layers otherwise.
        dtype: name of a dtype or of a Keras policy ("mixed_bfloat16"); what goes in and out is
            float32, or float64 with "float64".

    Shape: (N, H, W, channels) in [-1, 1] → latent (N, H / 2**layers, W / 2**layers, C).

    Raises:
        UserError: if a side of ``size`` is not a multiple of 2**layers.
    """
    seeds = SeedSequence(seed)
    x = image = keras.Input((*sides(size, layers), channels), name="image", dtype=io_dtype(dtype))
    for level in range(layers):
        x = _halved(x, level, _channels(level, width, max_width), seeds, dtype)
    latent = keras.layers.Activation("linear", name="float_latent", dtype=io_dtype(dtype))(x)
    return keras.Model(image, latent, name="fader_encoder")


def fader_decoder(
    columns: int,
    channels: int = 3,
    layers: int = 6,
    width: int = 32,
    max_width: int = 512,
    upsampling: str = "transposed",
    seed: int = 0,
    size: tuple[int, int] | None = None,
    dtype: str = "float32",
) -> keras.Model:
    """Build the decoder, the encoder's mirror image; each of its layers is given the attributes.

    No convolution has a bias: a normalisation follows, and the last one has none either.

    Args:
        columns: numbers that say the attributes; laid out over what goes into every layer.
        channels: of the image.
        layers: doublings.
        width: as the encoder's.
        max_width: as the encoder's.
        upsampling: "transposed" convolutions 4×4 of stride 2; or "nearest", repeated pixels before
            convolutions 3×3.
        seed: of the initial weights, PyTorch's default.
        size: (height, width) of the image if fixed; any multiples of 2**layers otherwise.
        dtype: as the encoder's.

    Shape: [latent (N, h, w, C), (N, columns)] → (N, h · 2**layers, w · 2**layers, channels) in (-1, 1).

    Raises:
        UserError: if a side of ``size`` is not a multiple of 2**layers, or ``upsampling`` is unknown.
    """
    if upsampling not in UPSAMPLINGS:
        raise UserError(f"`upsampling` {upsampling!r}: unknown; choose from {', '.join(UPSAMPLINGS)}")
    seeds = SeedSequence(seed)

    def doubled(x: Any, out: int, name: str) -> Any:
        if upsampling == "nearest":
            x = NearestUpsampling2D(name=f"{name}_nearest", dtype=dtype)(x)
            kind, kernel, stride = keras.layers.Conv2D, 3, 1
        else:
            kind, kernel, stride = keras.layers.Conv2DTranspose, 4, 2
        return kind(
            out, kernel, strides=stride, padding="same", use_bias=False,
            kernel_initializer=torch_kernel(seeds()), name=name, dtype=dtype,
        )(x)  # fmt: skip

    latent_sides = [side and side // 2**layers for side in sides(size, layers)]
    x = latent = keras.Input(
        (*latent_sides, _channels(layers - 1, width, max_width)), name="latent", dtype=io_dtype(dtype)
    )
    attributes = keras.Input((columns,), name="attributes", dtype=io_dtype(dtype))
    for level in reversed(range(layers)):
        name = f"up{level + 1}"
        x = LabelMaps(name=f"{name}_columns", dtype=dtype)([x, attributes])
        x = doubled(x, _channels(level - 1, width, max_width) if level else channels, name)
        if level:
            x = BatchNormalization(name=f"{name}_norm", dtype=dtype)(x)
            x = keras.layers.ReLU(dtype=dtype)(x)
    image = keras.layers.Activation("tanh", name="tanh", dtype=io_dtype(dtype))(x)
    return keras.Model([latent, attributes], image, name="fader_decoder")


def fader_latent_discriminator(
    columns: int,
    size: tuple[int, int] = (256, 256),
    layers: int = 6,
    width: int = 32,
    max_width: int = 512,
    hidden_width: int = 512,
    dropout: float = 0.3,
    seed: int = 0,
    dtype: str = "float32",
) -> keras.Model:
    """Build the discriminator that reads the attributes in a latent: the encoder, gone on with.

    Its convolutions, of stride 2, continue until the shorter side is 1 (half of an odd side is rounded
    down, as in PyTorch); what is left of a longer side is averaged. For squares, all that the
    reference allows, nothing is left to average.

    Args:
        columns: logits.
        size: (height, width) of the *images*.
        layers: the encoder's.
        width: the encoder's.
        max_width: the encoder's.
        hidden_width: of the linear layer before the logits.
        dropout: rate after each convolution.
        seed: of the initial weights, PyTorch's default, and of the dropout draws.
        dtype: as the encoder's.

    Shape: latent (N, H / 2**layers, W / 2**layers, C) → logits (N, columns).

    Raises:
        UserError: if a side of ``size`` is not a multiple of 2**layers.
    """
    seeds = SeedSequence(seed)
    latent_sides = [side // 2**layers for side in sides(size, layers)]
    x = latent = keras.Input(
        (*latent_sides, _channels(layers - 1, width, max_width)), name="latent", dtype=io_dtype(dtype)
    )
    for level in range(layers, layers + _halvings(latent_sides)):
        x = _halved(x, level, _channels(level, width, max_width), seeds, dtype, dropout)
    return keras.Model(
        latent, _judged(x, columns, hidden_width, seeds, dtype), name="fader_latent_discriminator"
    )


def attribute_classifier(
    columns: int,
    size: tuple[int, int] = (256, 256),
    channels: int = 3,
    width: int = 32,
    max_width: int = 512,
    hidden_width: int = 512,
    seed: int = 0,
    dtype: str = "float32",
) -> keras.Model:
    """Build the reference's classifier, which says whether a changed image has the attribute asked for.

    The encoder's convolutions down to one pixel, as the latent discriminator's but without dropout.

    Args:
        columns: logits, one for each value of each attribute, in order.
        size: (height, width) of the images; any.
        channels: of the images.
        width: channels of the first convolution; each next one has twice as many.
        max_width: channels at most.
        hidden_width: of the linear layer before the logits.
        seed: of the initial weights, PyTorch's default.
        dtype: as the encoder's.

    Shape: (N, H, W, channels) in [-1, 1] → logits (N, columns).
    """
    seeds = SeedSequence(seed)
    x = image = keras.Input((*size, channels), name="image", dtype=io_dtype(dtype))
    for level in range(_halvings(size)):
        x = _halved(x, level, _channels(level, width, max_width), seeds, dtype)
    return keras.Model(image, _judged(x, columns, hidden_width, seeds, dtype), name="attribute_classifier")


def sides(size: tuple[int, int] | None, layers: int) -> tuple[int | None, int | None]:
    """The sides (height, width) of the images that networks of ``layers`` take, None for any.

    Raises:
        UserError: if those of ``size`` cannot be halved ``layers`` times.
    """
    if size is None:
        return None, None
    if layers < 1 or any(side < 1 or side % 2**layers for side in size):
        raise UserError(
            f"`size` {size[0]}x{size[1]} (height x width) with {layers} layers: each layer halves the image; "
            f"use multiples of {2 ** max(layers, 1)}, or another number of layers, 1 or more"
        )
    return size


def _channels(level: int, width: int, max_width: int) -> int:
    """Channels of the convolution number ``level``, from 0."""
    return min(width * 2**level, max_width)


def _halvings(sides: tuple[int, int]) -> int:
    """How often the shorter side can be halved until it is 1."""
    return min(sides).bit_length() - 1


def _halved(x: Any, level: int, channels: int, seeds: SeedSequence, dtype: str, dropout: float = 0.0) -> Any:
    """Convolution 4×4 of stride 2, normalisation unless it sees the image, LeakyReLU, dropout."""
    name = f"conv{level + 1}"
    fan_in = 16 * x.shape[-1]
    odd = any(side is not None and side % 2 for side in x.shape[1:3])
    if odd:  # padding="same" would round up
        x = keras.layers.ZeroPadding2D(1, name=f"{name}_padding", dtype=dtype)(x)
    x = keras.layers.Conv2D(
        channels,
        4,
        strides=2,
        padding="valid" if odd else "same",
        kernel_initializer=torch_kernel(seeds()),
        bias_initializer=torch_bias(fan_in, seeds()),
        name=name,
        dtype=dtype,
    )(x)
    if level:
        x = BatchNormalization(name=f"{name}_norm", dtype=dtype)(x)
    x = keras.layers.LeakyReLU(0.2, dtype=dtype)(x)
    return Dropout(dropout, seed=seeds(), name=f"{name}_dropout", dtype=dtype)(x) if dropout else x


def _judged(x: Any, columns: int, hidden_width: int, seeds: SeedSequence, dtype: str) -> Any:
    """Logits from what the convolutions left: two linear layers."""

    def linear(x: Any, out: int, name: str) -> Any:
        fan_in = x.shape[-1]
        return keras.layers.Dense(
            out, name=name, dtype=dtype, kernel_initializer=torch_kernel(seeds()),
            bias_initializer=torch_bias(fan_in, seeds()),
        )(x)  # fmt: skip

    x = keras.layers.GlobalAveragePooling2D(name="rest", dtype=dtype)(x)
    x = keras.layers.LeakyReLU(0.2, dtype=dtype)(linear(x, hidden_width, "hidden"))
    x = linear(x, columns, "logits")
    return keras.layers.Activation("linear", name="float_logits", dtype=io_dtype(dtype))(x)
