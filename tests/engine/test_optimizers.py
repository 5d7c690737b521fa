"""Adam's coupled weight decay is PyTorch's, however many replicas there are."""

import numpy as np
import pytest

from zoo.backend import tf
from zoo.engine.optimizers import FusedAdam

RATE, BETA_1, BETA_2, EPSILON, L2 = 0.1, 0.5, 0.9, 1e-3, 0.25
GRADIENTS = [np.array([1.0, -2.0]), np.array([0.5, 0.0]), np.array([-0.5, 3.0])]
START = np.array([2.0, -1.0])


def by_formula() -> np.ndarray:
    """Kingma & Ba, algorithm 1 in the ε̂ form, of the gradient of loss + l2 / 2 · weight²."""
    weight, m, v = START, 0.0, 0.0
    for step, gradient in enumerate(GRADIENTS, 1):
        g = gradient + L2 * weight
        m, v = BETA_1 * m + (1 - BETA_1) * g, BETA_2 * v + (1 - BETA_2) * g**2
        rate = RATE * np.sqrt(1 - BETA_2**step) / (1 - BETA_1**step)
        weight = weight - rate * m / (np.sqrt(v) + EPSILON)
    return weight


@pytest.mark.parametrize("replicas", [1, 2])
def test_l2_is_added_to_the_gradient_once(replicas: int, two_devices: list[str]) -> None:
    """After the gradients' sum over replicas and before the moments: neither AdamW nor twice the decay."""
    # Without collectives: other shapes would clash with those of another strategy of this process.
    strategy = tf.distribute.MirroredStrategy(two_devices[:replicas], tf.distribute.ReductionToOneDevice())
    with strategy.scope():
        weight = tf.Variable(START)
        adam = FusedAdam(RATE, BETA_1, BETA_2, EPSILON, l2=L2)
        adam.build([weight])

    @tf.function
    def update(gradient: tf.Tensor) -> None:
        strategy.run(lambda whole: adam.apply_gradients([(whole / replicas, weight)]), (gradient,))

    for gradient in GRADIENTS:
        update(tf.constant(gradient))
    np.testing.assert_allclose(weight.numpy(), by_formula(), rtol=0, atol=1e-12)


def test_l2_goes_through_the_configuration() -> None:
    assert FusedAdam.from_config(FusedAdam(l2=L2).get_config()).l2 == L2
