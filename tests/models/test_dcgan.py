"""DCGAN and the conditional GAN step as their papers say, and learn; the battery holds them to the engine."""

from dataclasses import replace

import numpy as np
import pytest
from case_dcgan import CONDITIONAL, CONFIG
from recorded import play_back

from zoo import DCGAN, Attribute, ConditionalGAN, ConditionalGANConfig, DCGANConfig, UserError
from zoo.backend import keras, tf
from zoo.engine.gan import GAN
from zoo.engine.optimizers import FusedAdam
from zoo.engine.signature import Noise
from zoo.models.conditional_gan.signature import conditional_gan_signature
from zoo.models.dcgan.signature import dcgan_signature

RANDOM = np.random.default_rng(0)
TINY = {"size": (8, 8), "noise": 4, "generator_width": 8, "discriminator_width": 8}
SHADES = Attribute("shade", ("dark", "light"))


def clone(network: keras.Model) -> keras.Model:
    copy = keras.Model.from_config(network.get_config())
    copy.set_weights(network.get_weights())
    return copy


def descend(
    optimizer: keras.optimizers.Optimizer, tape: tf.GradientTape, loss: tf.Tensor, of: keras.Model
) -> None:
    weights = of.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))


@pytest.mark.parametrize("loss", ["non-saturating", "minimax"])
def test_one_step_is_the_algorithm_s(loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """D on real + fake without a ½, then G against the updated D with the same noise; both by Adam."""
    # With a large ε, without which Adam would not show the factor.
    model = DCGAN(replace(CONFIG, loss=loss, learning_rate=0.01, adam_epsilon=0.1), "float64")
    model.compile()
    generator, discriminator = clone(model.generator), clone(model.discriminator)
    images, noise = RANDOM.uniform(-1, 1, (4, 32, 32, 3)), RANDOM.normal(size=(4, CONFIG.noise))
    play_back(monkeypatch, [noise], ("normal",))
    losses = model.train_step((tf.constant(images), tf.zeros(4)))  # whatever the labels are
    adam, other_adam = (FusedAdam(0.01, 0.5, 0.999, 0.1) for _ in range(2))
    with tf.GradientTape() as g_tape:
        generated = generator(noise, training=True)
    with tf.GradientTape() as tape:
        real, fake = (tf.sigmoid(discriminator(x, training=True)) for x in (images, generated))
        d_real, d_fake = -tf.reduce_mean(tf.math.log(real)), -tf.reduce_mean(tf.math.log(1 - fake))
        d_loss = d_real + d_fake
    descend(adam, tape, d_loss, discriminator)
    with g_tape:
        fooled = tf.sigmoid(discriminator(generated, training=True))
        judged = tf.math.log(1 - fooled) if loss == "minimax" else -tf.math.log(fooled)
        g_loss = tf.reduce_mean(judged)
    descend(other_adam, g_tape, g_loss, generator)
    expected = {
        "d_real": d_real,
        "d_fake": d_fake,
        "d_real_probability": tf.reduce_mean(real),
        "d_fake_probability": tf.reduce_mean(fake),
        "g_adversarial": g_loss,
    }
    assert losses.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(losses[name], value, rtol=1e-9, err_msg=name)
    for network, by_hand in ((model.generator, generator), (model.discriminator, discriminator)):
        for trained, expected in zip(network.weights, by_hand.weights, strict=True):
            np.testing.assert_allclose(trained, expected, rtol=0, atol=1e-10, err_msg=trained.name)


def fitted(model: GAN, data: tuple[np.ndarray, ...] | np.ndarray) -> GAN:
    model.compile()
    dataset = tf.data.Dataset.from_tensor_slices(data).batch(16).repeat()
    model.fit(dataset, steps_per_epoch=150, verbose=0)
    return model


def test_fit_learns_a_shade() -> None:
    """Keras' own ``fit`` works, and images of noise move to where the training's are."""
    images = np.full((16, 8, 8, 1), 0.7, "float32")
    model = fitted(DCGAN(DCGANConfig(**TINY, channels=1, learning_rate=2e-3)), images)
    drawn = model(RANDOM.normal(size=(16, 4)).astype("float32"), training=False)
    assert abs(float(tf.reduce_mean(drawn)) - 0.7) < 0.3


def test_fit_learns_what_the_condition_means() -> None:
    labels = np.arange(16)[:, None] % 2
    images = np.where(labels == 1, 0.7, -0.7)[:, :, None, None] * np.ones((16, 8, 8, 1))
    config = ConditionalGANConfig(**TINY, channels=1, learning_rate=2e-3, attributes=(SHADES,))
    model = fitted(ConditionalGAN(config), (images.astype("float32"), labels.astype("int32")))
    noise = RANDOM.normal(size=(16, 4)).astype("float32")
    dark, light = (
        float(tf.reduce_mean(model([noise, np.tile(np.float32(shade), (16, 1))], training=False)))
        for shade in ([1, 0], [0, 1])
    )
    assert dark < -0.3 < 0.3 < light


def test_labels_become_one_number_a_value_in_the_attributes_order() -> None:
    config = replace(CONDITIONAL, attributes=(SHADES, Attribute("length", ("short", "knee", "long"))))
    model = ConditionalGAN(config)
    columns = model.one_hot(tf.constant([[1, 0], [0, 2]]), tf.float32)
    np.testing.assert_array_equal(columns, [[0, 1, 1, 0, 0], [1, 0, 0, 0, 1]])


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_without_a_value_ends_training(label: int) -> None:
    """One number a value would else be none at all: an image of anything."""
    model = ConditionalGAN(CONDITIONAL)
    model.compile()
    batch = tf.zeros((2, 28, 28, 1)), tf.constant([[0], [label]])
    with pytest.raises(tf.errors.InvalidArgumentError, match="leave out"):
        tf.function(model.train_step)(batch)


def test_what_is_drawn_with_is_named_as_promised() -> None:
    """Noise first, then one choice an attribute, none of which may be left out."""
    lengths = CONDITIONAL.attributes[0]
    signature = conditional_gan_signature(replace(CONDITIONAL, attributes=(SHADES, lengths)))
    noise, *choices = signature.inputs
    assert (type(noise), noise.name, noise.size) == (Noise, "noise", CONDITIONAL.noise)
    assert [(choice.name, choice.values, choice.optional) for choice in choices] == [
        ("shade", SHADES.values, False),
        ("length", lengths.values, False),
    ]
    (noise,) = dcgan_signature(CONFIG).inputs
    assert (noise.name, noise.size) == ("noise", CONFIG.noise)


def test_the_noise_is_new_each_step_and_of_its_own_seed() -> None:
    """The layer that augments draws from the same generator: with its seed it would draw the same."""
    model = DCGAN(replace(CONFIG, seed=3))
    model.compile()
    assert model.noise.seed != model.augment.seed
    first, second = (model.noise.normal(4, [8]).numpy() for _ in range(2))
    assert not np.array_equal(first, second)
    assert model.parts()["noise"].draws.numpy() == 2


@pytest.mark.parametrize(
    ("model", "changes", "said"),
    [
        (DCGAN, {"size": (100, 100)}, "96x96"),
        (DCGAN, {"loss": "hinge"}, "non-saturating, minimax"),
        (DCGAN, {"diffaugment": ("blur",)}, "some of color"),
        (ConditionalGAN, {"attributes": ()}, "one or more"),
        (ConditionalGAN, {"attributes": (SHADES, SHADES)}, "must differ"),
        (ConditionalGAN, {"attributes": (Attribute("noise", ("no", "yes")),)}, "must differ"),
    ],
)
def test_a_wrong_configuration_is_refused_with_a_remedy(model: type[GAN], changes: dict, said: str) -> None:
    with pytest.raises(UserError, match=said):
        model(replace(CONFIG if model is DCGAN else CONDITIONAL, **changes))
