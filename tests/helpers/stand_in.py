"""A small model with inputs of every kind, as an entry of the zoo's table: for what takes any model."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from zoo.attributes import Attribute
from zoo.backend import keras, tf
from zoo.engine.gan import GAN
from zoo.engine.signature import Amount, Choice, Noise, Picture, Signature
from zoo.layers import InstanceNormalization, LabelMaps
from zoo.models import registry
from zoo.models.info import ModelInfo
from zoo.runs.checkpoints import save_checkpoint
from zoo.runs.run_directory import RunDirectory

SIZE = (8, 12)
SIGNATURES = ("change", "restyle", "restyle-like", "slide", "draw")
ATTRIBUTES = (Attribute("sleeve_length", ("short", "long")), Attribute("fit", ("loose", "normal", "tight")))
MODEL = ModelInfo(
    name="stand_in",
    title="Stand-in",
    task="every kind of input",
    paper="https://example.org",
    published="2024-01",
    recipe="recipes.none",
    model="stand_in:StandIn",
    configuration="stand_in:StandInConfig",
    signature="stand_in:stand_in_signature",
    signatures=SIGNATURES,
    supervised=True,
)


@dataclass(frozen=True)
class StandInConfig:
    size: tuple[int, int] = SIZE
    channels: int = 3
    noise: int = 2
    attributes: tuple[Attribute, ...] = ATTRIBUTES
    seed: int = 0


def coder(config: StandInConfig, dtype: str = "float32") -> keras.Model:
    """A picture and numbers to a picture; a network inside it has layers named as its own."""
    layers = keras.layers
    count = sum(len(attribute.values) for attribute in config.attributes)

    def convolution(name: str, channels: int, seed: int) -> keras.layers.Layer:
        initializer = keras.initializers.GlorotUniform(seed=config.seed * 10 + seed)
        return layers.Conv2D(
            channels, 3, padding="same", kernel_initializer=initializer, name=name, dtype=dtype
        )

    inner_input = keras.Input((None, None, 4))
    inner = keras.Model(inner_input, convolution("first", 4, 1)(inner_input), name="inner")
    image = keras.Input((None, None, config.channels))
    numbers = keras.Input((count,))
    x = LabelMaps(name="label_maps", dtype=dtype)([image, numbers])
    x = InstanceNormalization(affine=True, name="norm", dtype=dtype)(convolution("first", 4, 2)(x))
    x = layers.LeakyReLU(0.2, name="leak", dtype=dtype)(inner(x))
    x = layers.Activation("tanh", name="tanh", dtype=dtype)(convolution("last", config.channels, 3)(x))
    return keras.Model([image, numbers], x, name="coder")


def styler(config: StandInConfig, dtype: str = "float32") -> keras.Model:
    """Noise to the numbers that ``coder`` takes."""
    count = sum(len(attribute.values) for attribute in config.attributes)
    initializer = keras.initializers.GlorotUniform(seed=config.seed * 10 + 4)
    noise = keras.Input((config.noise,))
    dense = keras.layers.Dense(count, kernel_initializer=initializer, name="dense", dtype=dtype)
    return keras.Model(noise, dense(noise), name="styler")


class StandIn(GAN):
    def __init__(
        self, config: StandInConfig | None = None, precision: str = "float32", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.config = config or StandInConfig()
        self.precision = precision
        self.coder = coder(self.config, precision)
        self.styler = styler(self.config, precision)
        self.discriminator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="judge")])

    def parts(self) -> dict[str, Any]:
        return {"coder": self.coder, "styler": self.styler, "discriminator": self.discriminator}

    def generators(self) -> dict[str, keras.Model]:
        return {"coder": self.coder, "styler": self.styler}


def stand_in_signature(config: StandInConfig, name: str) -> Signature:
    """Inputs of every kind, their names not in alphabetical order."""
    network, styles = coder(config), styler(config)
    picture = Picture("image", config.channels, "the picture")
    noise = Noise("style", config.noise, "its style")
    optional = [Choice(each.name, each.values, f"the new {each.name}", True) for each in config.attributes]

    def change(image: tf.Tensor, **choices: tf.Tensor) -> tf.Tensor:
        numbers = tf.concat([choices[each.name] for each in optional], axis=1)
        return network([image, numbers], training=False)

    def restyle(image: tf.Tensor, style: tf.Tensor) -> tf.Tensor:
        return network([image, styles(style, training=False)], training=False)

    def like(image: tf.Tensor, style_image: tf.Tensor) -> tf.Tensor:
        return restyle(image, tf.reduce_mean(style_image, axis=(1, 2))[:, : config.noise])

    def slide(image: tf.Tensor, sleeves: tf.Tensor) -> tf.Tensor:
        numbers = tf.pad(tf.concat([1 - sleeves, sleeves], axis=1), [[0, 0], [0, 3]])
        return network([image, numbers], training=False)

    def draw(style: tf.Tensor, category: tf.Tensor) -> tf.Tensor:
        numbers = tf.pad(category, [[0, 0], [0, 2]])
        plane = tf.tile(tf.reduce_sum(style, axis=1)[:, None, None, None], [1, *config.size, config.channels])
        return network([plane, numbers], training=False)

    coders, both = {"coder": network}, {"coder": network, "styler": styles}
    amount = Amount("sleeves", "short", "long", "how long they are")
    category = Choice("category", ("pants", "dresses", "tops"), "what to draw")
    networks, call, inputs = {
        "change": (coders, change, (picture, *optional)),
        "restyle": (both, restyle, (picture, noise)),
        "restyle-like": (both, like, (picture, Picture("style_image", config.channels, "whose style"))),
        "slide": (coders, slide, (picture, amount)),
        "draw": (coders, draw, (noise, category)),
    }[name]
    return Signature(name, f"{name}: a picture", networks, inputs, call, config.size, 4)


def stand_in_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, ema: float | None = None, precision: str = "float32"
) -> tuple[RunDirectory, StandIn]:
    """A run with one checkpoint, in which averages are not the weights, and its model."""
    known = (*registry.models(), MODEL)
    monkeypatch.setattr(registry, "models", lambda: known)
    model = StandIn(StandInConfig(seed=7), precision)
    model.compile(ema=ema)
    for number, network in enumerate([model.coder, model.styler, *model.averages.values()]):
        for weight in network.trainable_weights:
            weight.assign_add(tf.fill(weight.shape, tf.cast(0.01 * (number + 1), weight.dtype)))
    config = {
        "model": "stand_in", "recipe": "stand_in_recipe", "configuration": asdict(model.config),
        "training": {"batch_size": 4, "ema": ema}, "precision": precision,
    }  # fmt: skip
    run = RunDirectory.create(folder, config)
    save_checkpoint(run.checkpoints, 12, model.checkpoint_items(), {})
    return run, model
