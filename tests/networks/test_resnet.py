"""The ResNet generator has the reference's size and trains alike with less memory."""

import re

import numpy as np
import pytest

from zoo.backend import keras, tf
from zoo.errors import UserError
from zoo.inference.run_checkpoint import copy_weights
from zoo.networks.resnet import resnet_generator
from zoo.reference.resnet import load_resnet

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (4, 16, 20, 3))


@pytest.mark.parametrize(("blocks", "parameters"), [(9, 11_378_179), (6, 7_837_699)])
def test_parameter_counts_are_the_reference_s(blocks: int, parameters: int) -> None:
    network = resnet_generator(blocks=blocks)
    assert sum(int(np.prod(weight.shape)) for weight in network.trainable_weights) == parameters


@pytest.mark.parametrize("channels", [(1, 3), (3, 1)])
def test_it_takes_any_multiple_of_four_and_other_channels(channels: tuple[int, int]) -> None:
    network = resnet_generator(*channels, blocks=1, width=4)
    assert network(np.zeros((2, 20, 36, channels[0]), "float32")).shape == (2, 20, 36, channels[1])


@pytest.mark.parametrize("size", [(18, 20), (8, 8)])
def test_another_size_names_those_that_fit(size: tuple[int, int]) -> None:
    with pytest.raises(UserError, match="multiples of 4, 16 or more"):
        resnet_generator(blocks=1, width=4, size=size)


def test_reference_weights_with_batch_normalization_and_dropout_find_their_layers() -> None:
    """The reference's numbering leaves room for a dropout; biases are gone but the last."""
    network = resnet_generator(blocks=2, width=4, norm="batch", dropout=0.5)
    shapes = {1: (4, 3, 7, 7), 4: (8, 4, 3, 3), 7: (16, 8, 3, 3), 12: (16, 8, 3, 3), 15: (8, 4, 3, 3)}
    state = {f"model.{index}.weight": RANDOM.normal(size=shape) for index, shape in shapes.items()}
    norms = {2: 4, 5: 8, 8: 16, 13: 8, 16: 4}
    norms = {f"model.{index}": channels for index, channels in norms.items()}
    for block in ("model.10.conv_block", "model.11.conv_block"):
        state |= {f"{block}.{index}.weight": RANDOM.normal(size=(16, 16, 3, 3)) for index in (1, 6)}
        norms |= {f"{block}.{index}": 16 for index in (2, 7)}
    for name, channels in norms.items():
        for kind in ("weight", "bias", "running_mean", "running_var"):
            state[f"{name}.{kind}"] = RANDOM.normal(size=channels)
    state |= {"model.19.weight": RANDOM.normal(size=(3, 4, 7, 7)), "model.19.bias": RANDOM.normal(size=3)}
    load_resnet(network, state)
    loaded = [weight.numpy() for weight in network.weights if "draws" not in weight.name]
    assert len(loaded) == len(state)
    expected, sums = sorted(float(value.sum()) for value in state.values()), [w.sum() for w in loaded]
    np.testing.assert_allclose(sorted(sums), expected, rtol=1e-3, atol=1e-4)


def test_image_statistics_equal_training_at_batch_one() -> None:
    """Weights are copied by name, those inside the blocks too."""
    trained = resnet_generator(blocks=2, width=4, norm="batch", save_memory=True, dtype="float64")
    for weight in trained.trainable_weights:
        weight.assign_add(RANDOM.normal(0, 0.02, weight.shape))
    used = resnet_generator(blocks=2, width=4, norm="image", seed=1, dtype="float64")
    copy_weights(trained, used)
    one_by_one = np.concatenate([trained(image[None], training=True) for image in IMAGES])
    np.testing.assert_allclose(used(IMAGES), one_by_one, atol=1e-12)


def test_it_is_rebuilt_from_its_configuration() -> None:
    network = resnet_generator(blocks=1, width=4, dropout=0.5, save_memory=True, dtype="float64")
    rebuilt = keras.Model.from_config(network.get_config())
    rebuilt.set_weights(network.get_weights())
    np.testing.assert_array_equal(rebuilt(IMAGES), network(IMAGES))
    assert rebuilt.get_layer("block1").save_memory


def trained(save_memory: bool, strategy: tf.distribute.Strategy | None = None, compiled: bool | None = None,
            eager: bool = False, **options) -> dict[str, np.ndarray]:  # fmt: skip
    """Weights after two steps of plain gradient descent."""
    strategy = strategy or tf.distribute.get_strategy()
    images = tf.constant(IMAGES, tf.float64 if options["dtype"] == "float64" else tf.float32)
    with strategy.scope():
        network = resnet_generator(blocks=2, width=4, save_memory=save_memory, **options)
        descent = keras.optimizers.SGD(0.1)

    def step(images: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.abs(network(images, training=True) - images[:, ::-1]))
        gradients = tape.gradient(loss, network.trainable_variables)
        descent.apply_gradients(zip(gradients, network.trainable_variables, strict=True))

    with strategy.scope():
        descent.build(network.trainable_variables)
    run = step if eager else tf.function(lambda x: strategy.run(step, (x,)), jit_compile=compiled)
    for _ in range(2):
        run(images)
    return {weight.name: weight.numpy() for weight in network.weights}


def assert_same(first: dict[str, np.ndarray], second: dict[str, np.ndarray], precision: float) -> None:
    assert first.keys() == second.keys()
    for name, weight in first.items():
        np.testing.assert_allclose(second[name], weight, rtol=precision, atol=precision, err_msg=name)


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("options", "precision"),
    [
        ({"dtype": "float64"}, 1e-12),
        ({"dtype": "float64", "eager": True}, 1e-12),
        ({"dtype": "float64", "dropout": 0.5}, 1e-12),
        pytest.param({"dtype": "float64", "norm": "batch"}, 1e-12, id="batch_normalization"),
        ({"dtype": "mixed_bfloat16", "dropout": 0.5}, 1e-6),
        ({"dtype": "float32", "dropout": 0.5, "compiled": True}, 1e-6),
    ],
)
def test_saving_memory_trains_the_same_weights(options: dict, precision: float) -> None:
    """Dropout draws the same again, statistics move once, every weight gets its gradient."""
    assert_same(trained(False, **options), trained(True, **options), precision)


@pytest.mark.thorough
def test_saving_memory_trains_the_same_weights_on_two_devices(two_devices: list[str]) -> None:
    # Without collectives: other shapes would clash with those of another strategy of this process.
    strategy = tf.distribute.MirroredStrategy(two_devices, tf.distribute.ReductionToOneDevice())
    options = {"strategy": strategy, "dtype": "float64", "dropout": 0.5}
    assert_same(trained(False, **options), trained(True, **options), 1e-12)


@pytest.mark.thorough
def test_xla_trains_the_same_weights() -> None:
    plain = trained(True, dtype="float32")
    assert_same(plain, trained(True, dtype="float32", compiled=True), 1e-6)


@pytest.mark.thorough
def test_xla_does_not_merge_the_second_computation_with_the_first() -> None:
    """Or no memory would be saved: two convolutions a block are there once more."""

    def convolutions(save_memory: bool) -> int:
        network = resnet_generator(blocks=2, width=4, save_memory=save_memory)

        @tf.function(jit_compile=True)
        def gradients(images: tf.Tensor) -> list[tf.Tensor]:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(network(images, training=True))
            return tape.gradient(loss, network.trainable_variables)

        images = tf.constant(IMAGES, tf.float32)
        compiled = gradients.experimental_get_compiler_ir(images)(stage="optimized_hlo")
        return len(re.findall(r" convolution\(", compiled))

    assert convolutions(save_memory=True) == convolutions(save_memory=False) + 2 * 2
