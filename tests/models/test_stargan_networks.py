"""StarGAN's networks have the reference's size, start as it does, and take any allowed image."""

import numpy as np
import pytest

from zoo.backend import keras, tf
from zoo.errors import UserError
from zoo.losses import gradient_penalty
from zoo.models.stargan import networks as stargan
from zoo.models.stargan.networks import exact_scores, stargan_discriminator, stargan_generator

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (2, 32, 64, 3)).astype("float32")
LABELS = RANDOM.integers(0, 2, (2, 5)).astype("float32")


def trainable(network: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


def test_parameter_counts_are_the_reference_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """5 and 8 columns of labels, 128 and 256 pixels; with 5 they are the paper's 53.2 million."""
    for name in ("torch_kernel", "torch_bias"):  # drawing millions of numbers takes its time
        monkeypatch.setattr(stargan, name, lambda *_: "zeros")
    assert trainable(stargan_generator()) == 8_430_528
    assert trainable(stargan_generator(columns=8)) == 8_439_936
    assert trainable(stargan_discriminator((128, 128))) == 44_762_048
    assert trainable(stargan_discriminator((128, 128), columns=8)) == 44_786_624
    assert trainable(stargan_discriminator((256, 256))) == 44_884_928


@pytest.mark.parametrize("channels", [1, 3])
def test_they_take_non_square_images_and_one_channel(channels: int) -> None:
    """The classifier's kernel is as high and as wide as what it sees: one judgement an image."""
    images = IMAGES[..., :channels]
    generator = stargan_generator(channels, width=2, blocks=1)
    assert generator([images, LABELS]).shape == images.shape
    scores, logits = stargan_discriminator((32, 64), channels, depth=4, width=2)(images)
    assert scores.shape == (2, 2, 4, 1)
    assert logits.shape == LABELS.shape


@pytest.mark.parametrize("build", [lambda size: stargan_generator(size=size), stargan_discriminator])
def test_another_size_names_those_that_fit(build) -> None:
    with pytest.raises(UserError, match=r"`size` 62x64 .* use multiples of (4|64)"):
        build((62, 64))


def test_labels_change_the_image_although_normalisation_takes_constants_away() -> None:
    """Zero padding lets a constant map be seen at the border; without it labels would do nothing."""
    generator = stargan_generator(width=4, blocks=1, dtype="float64")
    black = np.zeros((1, 32, 32, 3))
    none, one = (generator([black, np.eye(5)[:1] * value]).numpy() for value in (0, 1))
    assert np.abs(one - none).max() > 0.01


def test_an_image_s_result_is_its_own_in_training_too() -> None:
    """Statistics are the image's own, always; the reference's running ones are never used."""
    generator = stargan_generator(width=4, blocks=1, dtype="float64")
    both = generator([IMAGES, LABELS], training=True)
    alone = generator([IMAGES[:1], LABELS[:1]], training=False)
    np.testing.assert_allclose(both[:1], alone, rtol=0, atol=1e-12)


def test_initial_weights_are_pytorch_s() -> None:
    """U(-b, b) with b = 1 / √fan_in; a transposed convolution's fan-in counts its output channels."""
    generator, discriminator = stargan_generator(width=16), stargan_discriminator((64, 64), width=16)
    layers = {"in": (generator, 49 * 8), "up1": (generator, 16 * 16), "conv3": (discriminator, 16 * 32)}
    for name, (network, fan_in) in layers.items():
        kernel = network.get_layer(name).kernel.numpy() * fan_in**0.5
        assert 0.97 < np.abs(kernel).max() <= 1
        np.testing.assert_allclose(kernel.std(), 3**-0.5, rtol=0.03)
    bias = discriminator.get_layer("conv3").bias.numpy() * (16 * 32) ** 0.5
    assert 0.8 < np.abs(bias).max() <= 1


def test_they_are_rebuilt_from_their_configuration() -> None:
    """As for the moving average; what goes out is float32."""
    options = {"width": 2, "dtype": "mixed_bfloat16"}
    generator = stargan_generator(blocks=1, save_memory=True, **options)
    discriminator = stargan_discriminator((32, 64), depth=4, **options)
    for network, inputs in ((generator, [IMAGES, LABELS]), (discriminator, IMAGES)):
        rebuilt = type(network).from_config(network.get_config())
        rebuilt.set_weights(network.get_weights())
        for one, other in zip(*(tf.nest.flatten(each(inputs)) for each in (network, rebuilt)), strict=True):
            assert one.dtype == tf.float32
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_exact_scores_are_the_discriminator_s(dtype: str) -> None:
    """What is penalised is the network that is trained."""
    discriminator = stargan_discriminator((32, 64), depth=4, width=4, dtype=dtype)
    images = tf.constant(IMAGES, dtype)
    np.testing.assert_allclose(exact_scores(discriminator, images), discriminator(images)[0], rtol=1e-5)


def penalty_and_gradients(dtype: str, jit: bool = False) -> tuple[np.ndarray, list[np.ndarray]]:
    """The gradient penalty between two images, and its gradients on the way to the scores."""
    discriminator = stargan_discriminator((32, 64), depth=4, width=4, dtype=dtype)
    variables = [variable for variable in discriminator.trainable_variables if "classes" not in variable.name]

    @tf.function(jit_compile=jit)
    def compute() -> tuple[tf.Tensor, list[tf.Tensor]]:
        with tf.GradientTape() as tape:
            real, fake = IMAGES[:1], IMAGES[1:]
            alpha = tf.constant(0.3, shape=(1, 1, 1, 1))
            penalty = gradient_penalty(lambda x: exact_scores(discriminator, x), real, fake, alpha)
        return penalty, tape.gradient(penalty, variables, unconnected_gradients="zero")

    penalty, gradients = compute()
    return penalty.numpy(), [gradient.numpy() for gradient in gradients]


@pytest.mark.parametrize("other", [{"dtype": "mixed_bfloat16"}, {"dtype": "mixed_float16"}, {"jit": True}])
def test_the_penalty_is_float32_s_in_mixed_precision_and_with_xla(other: dict) -> None:
    """And its gradient, the second derivative, reaches every kernel on the way to the scores."""
    penalty, gradients = penalty_and_gradients("float32")
    mixed, mixed_gradients = penalty_and_gradients(**{"dtype": "float32", **other})
    np.testing.assert_allclose(mixed, penalty, rtol=1e-6)
    assert any(gradient.ndim == 4 for gradient in gradients)
    for one, two in zip(gradients, mixed_gradients, strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-4, atol=1e-6 * np.abs(one).max())
        assert np.abs(one).max() > 0 or one.ndim == 1  # a bias moves the scores, not their slope
