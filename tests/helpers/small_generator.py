"""A small generator of the U-Net's kind, and what a run says of it."""

from itertools import count
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from zoo.inference.run_checkpoint import Inference

SIZE = (32, 48)


def small_unet(seed: int = 0, channels: tuple[int, int] = (3, 3)):
    """Two halvings, LeakyReLU, instance normalisation, transposed convolutions, tanh; any weights but 0."""
    from zoo.backend import keras
    from zoo.layers import InstanceNormalization

    seeds = count(seed * 100)

    def convolution(kind, filters):
        # Seeded one by one: without a seed Keras asks Python's random in a way that warns.
        initializer = keras.initializers.GlorotUniform(seed=next(seeds))
        return kind(filters, 4, strides=2, padding="same", kernel_initializer=initializer)

    layers = keras.layers
    image = keras.Input((None, None, channels[0]), name="image")
    first = convolution(layers.Conv2D, 8)(image)
    x = convolution(layers.Conv2D, 16)(layers.LeakyReLU(0.2)(first))
    x = InstanceNormalization(
        affine=True, gamma_initializer=keras.initializers.RandomNormal(1, 0.3, seed=seed)
    )(x)
    x = convolution(layers.Conv2DTranspose, 8)(layers.ReLU()(x))
    x = layers.Concatenate()([first, InstanceNormalization()(x)])
    x = convolution(layers.Conv2DTranspose, channels[1])(layers.ReLU()(x))
    model = keras.Model(image, layers.Activation("tanh")(x))
    for weight in model.trainable_weights:
        weight.assign_add(np.random.default_rng(seed).normal(0, 0.05, weight.shape))
    return model


def small_inference(
    seed: int = 0, channels: tuple[int, int] = (3, 3), statistics: str = "image"
) -> "Inference":
    """What ``load_inference`` returns, for a small generator with random weights."""
    from zoo.engine.signature import Picture, Signature
    from zoo.inference.run_checkpoint import Inference

    generator = small_unet(seed, channels)
    signature = Signature(
        "translate",
        "the picture's translation",
        {"generator": generator},
        (Picture("image", channels[0], "the picture to translate"),),
        lambda image: generator(image, training=False),
        SIZE,
        4,
        statistics,
    )
    provenance = {
        "run": "2024-01-01",
        "step": 1500,
        "data_fingerprint": "a1b2",
        "versions": {"tensorflow": "2.15.1"},
        "date": "2024-01-01T00:00:00+00:00",
        "parameters": 54413955,
    }
    return Inference(signature, "pix2pix", "pix2pix_product2model", provenance)
