"""Differentiable augmentation against a plain reading of the paper's code, and its gradient."""

import numpy as np
import pytest

from zoo.backend import tf
from zoo.errors import UserError
from zoo.layers import DiffAugment

RANDOM = np.random.default_rng(0)
# One row an example: brightness, saturation, contrast, two of translation, two of cutout.
DRAWS = np.concatenate(
    [RANDOM.uniform(size=(3, 7)), np.zeros((1, 7)), np.full((1, 7), 1 - 2**-23)], dtype="float32"
)


class Drawn(DiffAugment):
    """Draws ``DRAWS``: XLA's own numbers may be others."""

    def uniform(self, batch: tf.Tensor, shape: list[int]) -> tf.Tensor:
        assert shape == [7]
        return tf.constant(DRAWS)[:batch]


def one_image(image: np.ndarray, draws: np.ndarray, policy: tuple[str, ...] | None = None) -> np.ndarray:
    """The paper's code for one image (H, W, C), step by step."""
    brightness, saturation, contrast, down, right, *middle = draws.astype("float64")
    for name in policy or ("color", "translation", "cutout"):
        if name == "color":
            image = image + brightness - 0.5
            grey = image.mean(-1, keepdims=True)
            image = (image - grey) * (saturation * 2) + grey
            image = (image - image.mean()) * (contrast + 0.5) + image.mean()
        elif name == "translation":
            sides = image.shape[:2]
            most = [int(side * 0.125 + 0.5) for side in sides]
            shift = [int(draw * (2 * m + 1)) - m for draw, m in zip((down, right), most, strict=True)]
            moved = np.zeros_like(image)
            for i in range(sides[0]):
                for j in range(sides[1]):
                    row, column = i + shift[0], j + shift[1]
                    if 0 <= row < sides[0] and 0 <= column < sides[1]:
                        moved[i, j] = image[row, column]
            image = moved
        else:
            image = image.copy()
            indices = []
            for side, draw in zip(image.shape, middle, strict=False):
                hole = int(side * 0.5 + 0.5)
                offset = int(draw * (side + 1 - hole % 2))
                indices.append(np.clip(np.arange(hole) + offset - hole // 2, 0, side - 1))
            image[np.ix_(*indices)] = 0
    return image


def expected(images: np.ndarray, channels: tuple[int, ...], **options) -> np.ndarray:
    parts = np.split(images, np.cumsum(channels)[:-1], axis=-1)
    return np.stack(
        [
            np.concatenate([one_image(part[n], DRAWS[n], **options) for part in parts], axis=-1)
            for n in range(len(images))
        ]
    )


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    ("size", "channels"), [((16, 24), (3, 3)), ((17, 11), (3, 1)), ((5, 6), (1,)), ((1, 2), (3,))]
)
def test_numbers_are_the_paper_s(size: tuple[int, int], channels: tuple[int, ...], compiled: bool) -> None:
    """Ranges, order, rounding, borders; any size, with statistics of each image's own."""
    images = RANDOM.uniform(-1, 1, (len(DRAWS), *size, sum(channels)))
    layer = Drawn(channels=channels)
    layer.build(images.shape)
    unknown = tf.TensorSpec([None, None, None, sum(channels)], tf.float64)
    augment = tf.function(layer.__call__, input_signature=[unknown], jit_compile=compiled)
    np.testing.assert_allclose(augment(images), expected(images, channels), atol=1e-6)


@pytest.mark.parametrize("policy", [("color",), ("translation",), ("cutout",), ("cutout", "color")])
def test_a_policy_may_be_less_and_in_another_order(policy: tuple[str, ...]) -> None:
    images = RANDOM.uniform(-1, 1, (len(DRAWS), 9, 8, 3))
    np.testing.assert_allclose(Drawn(policy)(images), expected(images, (3,), policy=policy), atol=1e-6)


@pytest.mark.parametrize("compiled", [False, True])
def test_the_gradient_is_the_derivative(compiled: bool) -> None:
    layer = Drawn(channels=(3, 1))
    layer.build((None, None, None, 4))
    images = RANDOM.uniform(-1, 1, (5, 5, 6, 4))
    weights = tf.constant(RANDOM.normal(size=images.shape))
    score = tf.function(lambda x: tf.reduce_sum(layer(x) * weights), jit_compile=compiled)

    @tf.function(jit_compile=compiled)
    def gradient(x: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = score(x)
        return tape.gradient(loss, x)

    (numerical,) = tf.test.compute_gradient(score, [tf.constant(images)], delta=1e-2)[1]
    np.testing.assert_allclose(tf.reshape(gradient(tf.constant(images)), -1), numerical[0], atol=1e-9)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_the_dtype_of_the_images_is_kept(dtype: str) -> None:
    images = tf.cast(RANDOM.uniform(-1, 1, (5, 64, 64, 3)), dtype)
    output = Drawn()(images)
    assert output.dtype == images.dtype
    exact = expected(tf.cast(images, tf.float64).numpy(), (3,))
    precision = {"float16": 2e-3, "bfloat16": 1.6e-2}.get(dtype, 1e-6)
    np.testing.assert_allclose(tf.cast(output, tf.float64), exact, atol=precision)


def test_examples_and_calls_draw_again_and_a_pair_shares_its_draw() -> None:
    image = RANDOM.uniform(-1, 1, (1, 32, 32, 3)).astype("float32")
    layer = DiffAugment(channels=(3, 3), seed=1)
    pairs = np.tile(image, (2, 1, 1, 2))
    first, second = layer(pairs).numpy(), layer(pairs).numpy()
    np.testing.assert_array_equal(first[..., :3], first[..., 3:])
    assert not np.allclose(first[0], first[1])
    assert not np.allclose(first, second)
    layer.draws.assign(0)
    np.testing.assert_array_equal(layer(pairs), first)


def test_wrong_arguments_name_the_remedy() -> None:
    with pytest.raises(UserError, match=r"'colour'.*color, translation, cutout"):
        DiffAugment(("colour",))
    with pytest.raises(UserError, match=r"6 channels where channels=\(3,\)"):
        DiffAugment()(np.zeros((1, 8, 8, 6), "float32"))


def test_it_is_rebuilt_from_its_configuration() -> None:
    layer = DiffAugment(("cutout",), channels=(1, 3), seed=5)
    assert DiffAugment.from_config(layer.get_config()).get_config() == layer.get_config()
