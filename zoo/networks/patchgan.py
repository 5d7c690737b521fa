"""The PatchGAN discriminator of pix2pix and CycleGAN (Isola et al. 2017, appendix 6.1.2)."""

from typing import Any

from zoo.backend import keras
from zoo.layers import BatchNormalization, InstanceNormalization
from zoo.networks.initializers import SeedSequence, normal
from zoo.networks.precision import io_dtype


def patchgan_discriminator(
    input_channels: int = 6,
    layers: int = 3,
    width: int = 64,
    norm: str = "batch",
    seed: int = 0,
    dtype: str = "float32",
) -> keras.Model:
    """Build a discriminator of overlapping patches: C64-C128-C256-C512-C1.

    Its receptive field is 70×70 pixels with 3 ``layers``; 16 with 1, 34 with 2, 142 with 4,
    286 with 5; 0 is the PixelGAN with 1×1 convolutions.

    Args:
        input_channels: channels of the image, or of both images of a pair together.
        layers: convolutions of stride 2, as ``n_layers`` of the reference.
        width: channels after the first convolution; 8 times as many at most.
        norm: "batch" or "instance" (not affine, convolutions with bias).
        seed: of the initial weights N(0, 0.02).
        dtype: name of a dtype or of a Keras policy.

    Shape: (N, H, W, input_channels) in [-1, 1] → logits (N, H/8 - 2, W/8 - 2, 1) with 3 layers.
    """
    seeds = SeedSequence(seed)
    pixel = layers == 0
    kernel = 1 if pixel else 4
    bias = norm == "instance"
    x = image = keras.Input((None, None, input_channels), name="image", dtype=io_dtype(dtype))

    def convolution(x: Any, channels: int, stride: int, use_bias: bool, name: str) -> Any:
        if not pixel:
            # Explicit, because padding="same" at stride 1 keeps 32×32 where the reference has 31×31.
            x = keras.layers.ZeroPadding2D(1, dtype=dtype)(x)
        return keras.layers.Conv2D(
            channels, kernel, strides=stride, use_bias=use_bias, kernel_initializer=normal(seeds()),
            name=name, dtype=dtype,
        )(x)  # fmt: skip

    def normalize(x: Any, name: str) -> Any:
        if norm == "instance":
            return InstanceNormalization(name=name, dtype=dtype)(x)
        return BatchNormalization(gamma_initializer=normal(seeds(), mean=1.0), name=name, dtype=dtype)(x)

    # PixelGAN is C64-C128-C1, all of stride 1; the others end in one more layer of stride 1.
    strides = [1, 1] if pixel else [2] * layers + [1]
    for level, stride in enumerate(strides):
        first = level == 0
        x = convolution(x, width * min(2**level, 8), stride, first or bias, f"conv{level + 1}")
        if not first:
            x = normalize(x, f"conv{level + 1}_norm")
        x = keras.layers.LeakyReLU(0.2, dtype=dtype)(x)
    # PixelGAN's last convolution follows the norm's rule in the reference, the PatchGAN's has a bias.
    x = convolution(x, 1, 1, bias if pixel else True, "logits")
    logits = keras.layers.Activation("linear", name="float_logits", dtype=io_dtype(dtype))(x)
    return keras.Model(image, logits, name="patchgan_discriminator")
