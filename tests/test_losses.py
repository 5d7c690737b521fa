"""The gradient penalty is the formula's, and holds where a gradient is 0."""

import numpy as np

from zoo.backend import tf
from zoo.losses import gradient_penalty

REAL, FAKE = np.random.default_rng(0).normal(size=(2, 3, 4, 4, 2))
ALPHA = np.array([0.0, 0.25, 0.9])[:, None, None, None]


def test_gradient_penalty_of_a_known_gradient() -> None:
    """For Σ x²/2 the gradient is x̂ itself: alpha weights the real image, each norm is an example's own."""
    penalty = gradient_penalty(lambda x: tf.square(x) / 2, *map(tf.constant, (REAL, FAKE, ALPHA)))
    between = ALPHA * REAL + (1 - ALPHA) * FAKE
    norms = np.sqrt((between**2).sum(axis=(1, 2, 3)))
    np.testing.assert_allclose(penalty, (norms - 1) ** 2, rtol=1e-12)


def test_gradient_penalty_of_a_flat_critic_has_a_finite_gradient() -> None:
    """A critic of zeros is penalised by 1, and the root's infinite slope at 0 reaches no weight."""
    weight = tf.Variable(tf.zeros(2, tf.float64))
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(lambda x: x * weight, *map(tf.constant, (REAL, FAKE, ALPHA)))
    np.testing.assert_array_equal(penalty, 1)
    np.testing.assert_array_equal(tape.gradient(penalty, weight), 0)
