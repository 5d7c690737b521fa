"""The networks of StarGAN (Choi et al. 2018, arXiv:1711.09020, tables 4 and 5)."""

from typing import Any

from zoo.backend import keras, tf
from zoo.errors import UserError
from zoo.layers import InstanceNormalization, LabelMaps, Residual
from zoo.networks.initializers import SeedSequence, torch_bias, torch_kernel
from zoo.networks.precision import io_dtype
from zoo.networks.sizes import SIZE_MULTIPLE

SLOPE = 0.01


def stargan_generator(
    channels: int = 3,
    columns: int = 5,
    blocks: int = 6,
    width: int = 64,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    save_memory: bool = False,
    dtype: str = "float32",
) -> keras.Model:
    """Build the generator c7s1-64, d128, d256, R256 × ``blocks``, u128, u64, c7s1-3.

    The labels are laid over the image, each column as a channel. Every convolution but the last
    is followed by an affine instance normalisation, always with the image's own statistics, and
    that by a ReLU, except at the end of a residual block. Borders are padded with zeros: with
    reflections a label would be constant everywhere, and the normalisation would take it away.

    Args:
        channels: of the image, both that goes in and that comes out.
        columns: of the labels.
        blocks: residual blocks.
        width: channels after the first convolution; the blocks have 4 times as many.
        seed: of the initial weights, PyTorch's default.
        size: (height, width) if fixed; any multiples of 4 otherwise.
        save_memory: in training, compute the inside of the blocks a second time for the gradient
            instead of keeping it. Weights come out the same.
        dtype: name of a dtype or of a Keras policy ("mixed_bfloat16"); what goes in and out is
            float32, or float64 with "float64".

    Call: [image (N, H, W, channels) in [-1, 1], labels (N, columns)] → (N, H, W, channels) in (-1, 1).

    Raises:
        UserError: if a side of ``size`` is not a multiple of 4.
    """
    if size is not None and any(side <= 0 or side % SIZE_MULTIPLE for side in size):
        raise UserError(
            f"`size` {size[0]}x{size[1]} (height x width) is not allowed by StarGAN's generator, which "
            f"halves images twice: use multiples of {SIZE_MULTIPLE}"
        )
    seeds = SeedSequence(seed)

    def convolution(out: int, kernel: int, name: str, stride: int = 1,
                    kind: type = keras.layers.Conv2D) -> keras.layers.Layer:  # fmt: skip
        return kind(
            out, kernel, strides=stride, padding="same", use_bias=False,
            kernel_initializer=torch_kernel(seeds()), name=name, dtype=dtype,
        )  # fmt: skip

    def normalization(name: str) -> keras.layers.Layer:
        return InstanceNormalization(affine=True, name=name, dtype=dtype)

    def normalized(x: Any, name: str) -> Any:
        return keras.layers.ReLU(dtype=dtype)(normalization(f"{name}_norm")(x))

    def residual(block: int) -> keras.layers.Layer:
        stack = [
            convolution(4 * width, 3, "conv1"),
            normalization("norm1"),
            keras.layers.ReLU(name="relu", dtype=dtype),
            convolution(4 * width, 3, "conv2"),
            normalization("norm2"),
        ]
        return Residual(stack, save_memory=save_memory, name=f"block{block}", dtype=dtype)

    image = keras.Input((*(size or (None, None)), channels), name="image", dtype=io_dtype(dtype))
    labels = keras.Input((columns,), name="labels", dtype=io_dtype(dtype))
    x = LabelMaps(name="label_maps", dtype=dtype)([image, labels])
    x = normalized(convolution(width, 7, "in")(x), "in")
    for level in (1, 2):
        x = normalized(convolution(width * 2**level, 4, f"down{level}", stride=2)(x), f"down{level}")
    for block in range(1, blocks + 1):
        x = residual(block)(x)
    for level in (2, 1):
        up = convolution(width * 2 ** (level - 1), 4, f"up{level}", 2, kind=keras.layers.Conv2DTranspose)
        x = normalized(up(x), f"up{level}")
    x = convolution(channels, 7, "out")(x)
    y = keras.layers.Activation("tanh", name="tanh", dtype=io_dtype(dtype))(x)
    return keras.Model([image, labels], y, name="stargan_generator")


def stargan_discriminator(
    size: tuple[int, int],
    channels: int = 3,
    columns: int = 5,
    depth: int = 6,
    width: int = 64,
    seed: int = 0,
    dtype: str = "float32",
) -> keras.Model:
    """Build the critic that also classifies: ``depth`` halvings, then a head for each.

    Nothing is normalised, as the gradient penalty asks for: an example's score is its own.

    Args:
        size: (height, width) of the images; multiples of 2**depth.
        channels: of the images.
        columns: of the labels.
        depth: convolutions of stride 2, each with twice the channels of the one before.
        width: channels after the first convolution.
        seed: of the initial weights, PyTorch's default.
        dtype: name of a dtype or of a Keras policy; what goes in and out is float32, or float64
            with "float64".

    Call: (N, H, W, channels) in [-1, 1] → scores (N, H / 2**depth, W / 2**depth, 1), unbounded, and
    logits of the labels (N, columns).

    Raises:
        UserError: if a side of ``size`` is not a multiple of 2**depth.
    """
    if any(side <= 0 or side % 2**depth for side in size):
        raise UserError(
            f"`size` {size[0]}x{size[1]} (height x width) is not allowed by StarGAN's discriminator, which "
            f"halves images {depth} times: use multiples of {2**depth}, or another repeat_num"
        )
    seeds = SeedSequence(seed)

    def head(out: int, kernel: Any, padding: str, name: str) -> keras.layers.Layer:
        return keras.layers.Conv2D(
            out, kernel, padding=padding, use_bias=False, kernel_initializer=torch_kernel(seeds()), name=name,
            dtype=dtype,
        )  # fmt: skip

    x = image = keras.Input((*size, channels), name="image", dtype=io_dtype(dtype))
    for level in range(1, depth + 1):
        x = keras.layers.Conv2D(
            width * 2 ** (level - 1), 4, strides=2, padding="same", kernel_initializer=torch_kernel(seeds()),
            bias_initializer=torch_bias(16 * x.shape[-1], seeds()), name=f"conv{level}", dtype=dtype,
        )(x)  # fmt: skip
        x = keras.layers.LeakyReLU(SLOPE, dtype=dtype)(x)
    whole = tuple(side // 2**depth for side in size)
    scores = head(1, 3, "same", "source")(x)
    logits = keras.layers.Reshape((columns,), dtype=dtype)(head(columns, whole, "valid", "classes")(x))
    outputs = [
        keras.layers.Activation("linear", name=f"float_{name}", dtype=io_dtype(dtype))(each)
        for name, each in (("scores", scores), ("logits", logits))
    ]
    return keras.Model(image, outputs, name="stargan_discriminator")


def exact_scores(discriminator: keras.Model, images: tf.Tensor) -> tf.Tensor:
    """The scores of ``stargan_discriminator`` computed in the dtype that its weights are kept in.

    The norm of a gradient needs that where the network itself computes in bfloat16 or float16.

    Args:
        discriminator: what ``stargan_discriminator`` built.
        images: (N, H, W, channels) in float32, or float64 with "float64".

    Returns:
        (N, h, w, 1), in the images' dtype.
    """
    x, depth = images, sum(isinstance(layer, keras.layers.LeakyReLU) for layer in discriminator.layers)
    for level in range(1, depth + 1):
        layer = discriminator.get_layer(f"conv{level}")
        # Outside of a layer's own call its variables are read as they are kept.
        x = tf.nn.conv2d(x, layer.kernel, 2, "SAME") + layer.bias
        x = tf.nn.leaky_relu(x, SLOPE)
    return tf.nn.conv2d(x, discriminator.get_layer("source").kernel, 1, "SAME")
