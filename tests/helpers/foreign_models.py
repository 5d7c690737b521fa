"""Small models as others make them, with Keras alone or with TensorFlow Addons."""

import warnings
from pathlib import Path
from types import ModuleType

import numpy as np

from zoo.backend import keras, tf


def unet(size: int | None = None, of_levels: bool = False) -> keras.Model:
    """Two halvings; batch normalisation, bilinear enlargement, dropout, and operators of TensorFlow.

    From -1..1 to -1..1, or with ``of_levels`` from 0..255 to 0..1.
    """
    layers = keras.layers
    photo = keras.Input((size, size, 3), name="photo")
    scaled = layers.Rescaling(1 / 127.5, -1)(photo) if of_levels else photo
    first = layers.LeakyReLU(0.2)(_seeded(layers.Conv2D, 6, 4, strides=2, padding="same")(scaled))
    x = layers.BatchNormalization()(_seeded(layers.Conv2D, 8, 4, strides=2, padding="same")(first))
    x = layers.UpSampling2D(interpolation="bilinear")(tf.nn.relu(x))
    x = tf.concat([layers.Dropout(0.5, seed=0)(x), first], axis=-1)
    x = _seeded(layers.Conv2DTranspose, 3, 4, strides=2, padding="same")(x)
    results = layers.Activation("sigmoid" if of_levels else "tanh")(x)
    return filled(keras.Model(photo, results, name="unet"))


def cyclegan(addons: ModuleType) -> keras.Model:
    """A ResNet with what users of TensorFlow Addons take from it, four InstanceNormalizations."""
    layers = keras.layers

    def normalized(x, kind=addons.layers.InstanceNormalization, **options):
        return layers.ReLU()(kind(**options)(x))

    photo = keras.Input((None, None, 3), name="photo")
    x = tf.pad(photo, [[0, 0], [3, 3], [3, 3], [0, 0]], "REFLECT")
    x = normalized(_seeded(layers.Conv2D, 4, 7)(x))
    x = normalized(_seeded(layers.Conv2D, 8, 3, strides=2, padding="same")(x), center=False, epsilon=1e-5)
    inner = addons.layers.SpectralNormalization(_seeded(layers.Conv2D, 8, 3, padding="same"))(x)
    inner = normalized(inner, addons.layers.GroupNormalization, groups=4)
    x = x + normalized(addons.layers.WeightNormalization(_seeded(layers.Conv2D, 8, 3, padding="same"))(inner))
    x = normalized(_seeded(layers.Conv2DTranspose, 4, 3, strides=2, padding="same")(x), scale=False)
    results = _seeded(layers.Conv2D, 3, 7, padding="same", activation="tanh")(x)
    model = keras.Model(photo, results, name="cyclegan")
    model(np.random.default_rng(0).normal(size=(2, 16, 16, 3)).astype("float32"))  # sets WeightNormalization
    return filled(model)


def filled(model: keras.Model) -> keras.Model:
    """The model with weights that no initialiser gives."""
    random = np.random.default_rng(3)
    for weight in model.weights:
        if weight.dtype == tf.float32:
            weight.assign_add(random.uniform(-0.1, 0.1, weight.shape))
    return model


def saved(model: keras.Model, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras' advice on formats
        if path.suffix:
            model.save(path)
        else:
            tf.saved_model.save(model, str(path))
    return path


def _seeded(kind: type, *options: object, **more: object) -> keras.layers.Layer:
    # Without a seed Keras asks Python's random in a way that warns.
    return kind(*options, kernel_initializer=keras.initializers.GlorotUniform(seed=1), **more)
