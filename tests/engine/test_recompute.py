"""Computing twice gives the same gradient, draws the same, counts once, and saves memory."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from zoo.backend import keras, tf
from zoo.engine.random import Part, computing, current_part
from zoo.engine.recompute import recomputed
from zoo.layers import Dropout

ONES = np.ones((2, 50, 4))


def output_and_gradient(layers: list[keras.layers.Layer], part: Part) -> tuple[np.ndarray, np.ndarray]:
    @tf.function
    def both(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        def stack(x: tf.Tensor) -> tf.Tensor:
            for layer in layers:
                x = layer(x, training=True)
            return x

        with tf.GradientTape() as tape:
            tape.watch(x)
            with computing(part):
                y = recomputed(lambda x: recomputed(stack, x), x)  # one in the other
        return y, tape.gradient(y, x)

    output, gradient = both(tf.constant(ONES))
    return output.numpy(), gradient.numpy()


def test_the_second_computation_draws_what_the_first_drew() -> None:
    """Of a linear function of ones, output and gradient are the same."""
    layers = [Dropout(0.5, seed=seed, dtype="float64") for seed in (1, 2)]
    for layer in layers:
        layer.build(ONES.shape)
    output, gradient = output_and_gradient(layers, Part())
    np.testing.assert_array_equal(output, gradient)
    assert set(np.unique(output)) == {0.0, 4.0}
    assert [int(layer.draws) for layer in layers] == [1, 1]


def test_it_is_of_the_part_that_is_being_computed() -> None:
    """The second of two micro-batches, with the keys that the first of them made."""
    layer = Dropout(0.5, dtype="float64")
    layer.build(ONES.shape)
    whole = layer(np.concatenate([ONES, ONES]), training=True).numpy()
    key = tf.stack([tf.constant(0, tf.int64), tf.constant(0, tf.int64)])
    for index in (0, 1):
        output, gradient = output_and_gradient([layer], Part(index, 2, [key], again=True))
        np.testing.assert_array_equal(output, whole[2 * index : 2 * index + 2])
        np.testing.assert_array_equal(gradient, output)
    assert int(layer.draws) == 1


def test_only_the_first_computation_moves_statistics_and_only_if_its_part_does() -> None:
    seen = []

    def function(x: tf.Tensor) -> tf.Tensor:
        seen.append(current_part().moves_statistics)
        return x * x

    for moves in (True, False):
        with tf.GradientTape() as tape, computing(Part(moves_statistics=moves)):
            x = tf.constant(ONES)
            tape.watch(x)
            y = recomputed(function, x)
        np.testing.assert_array_equal(tape.gradient(y, x), 2 * ONES)
    assert seen == [True, False, False, False]


@pytest.mark.parametrize("wrap", [lambda f: f, tf.function], ids=["eager", "graph"])
def test_gradients_of_gradients_are_right(wrap) -> None:
    """As a gradient penalty takes them; of v·x³ in x: 6·v·x, and Σ 3·x² in v."""
    factor = tf.Variable(2.0, dtype=tf.float64)

    @wrap
    def second(x: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = recomputed(lambda x: factor * x**3, x)
            first = inner.gradient(y, x)
        return outer.gradient(first, [x, factor])

    to_x, to_factor = second(tf.constant([1.0, 2.0], tf.float64))
    np.testing.assert_allclose(to_x, [12, 24])
    np.testing.assert_allclose(to_factor, 15)


STEPS = """
import sys
import numpy as np
from zoo.backend import keras, tf
from zoo.networks.resnet import resnet_generator

def memory(kind):  # MiB; getrusage's peak would begin with that of the parent process
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(kind + ":"))

network = resnet_generator(save_memory=sys.argv[1] == "save")
descent = keras.optimizers.SGD(0.1)
images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (4, 128, 128, 3)), tf.float32)

@tf.function
def step():
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.abs(network(images, training=True) - images[:, ::-1]))
    gradients = tape.gradient(loss, network.trainable_variables)
    descent.apply_gradients(zip(gradients, network.trainable_variables))

descent.build(network.trainable_variables)
before, start = [w.numpy() for w in network.weights], memory("VmRSS")
step(), step()
print(memory("VmHWM") - start)
moved = np.concatenate([(w.numpy() - b).ravel() for w, b in zip(network.weights, before)])
np.save(sys.argv[2], moved)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak where Linux has it")
def test_peak_memory_of_training_falls(tmp_path: Path) -> None:
    """9 blocks at 128×128, batch 4; measured 0.66 times the memory, weights and gradients included."""
    peaks, moved = {}, {}
    for kind in ("keep", "save"):
        file = tmp_path / f"{kind}.npy"
        command = [sys.executable, "-c", STEPS, kind, str(file)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        peaks[kind], moved[kind] = float(done.stdout), np.load(file)
    assert peaks["save"] < 0.8 * peaks["keep"]
    np.testing.assert_allclose(moved["save"], moved["keep"], rtol=0, atol=1e-3 * abs(moved["keep"]).max())
