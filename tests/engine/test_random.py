"""Random numbers and orders do not depend on how many replicas draw them."""

import numpy as np
import pytest

from zoo.backend import tf
from zoo.engine.random import Shuffle

ROWS = np.stack([np.arange(8), np.arange(8) * 10], axis=1).astype("int32")


def shuffled(devices: list[str], seed: int = 0, calls: int = 2) -> list[list[list[int]]]:
    """``ROWS`` in the order of each call, those of the first replica first."""
    # Without collectives: other shapes would clash with those of another strategy of this process.
    strategy = tf.distribute.MirroredStrategy(devices, tf.distribute.ReductionToOneDevice())
    with strategy.scope():
        shuffle = Shuffle(seed)
        shuffle.build(())
    rows = tf.data.Dataset.from_tensors(ROWS).unbatch().batch(len(ROWS)).repeat(calls)
    run = tf.function(lambda batch: strategy.run(shuffle, (batch,)))
    results = []
    for batch in strategy.experimental_distribute_dataset(rows):
        shares = strategy.experimental_local_results(run(batch))
        results.append(np.concatenate([share.numpy() for share in shares]).tolist())
    return results


def test_replicas_shuffle_the_global_batch_as_one_does(two_devices: list[str]) -> None:
    """Rows go from replica to replica, and land where one replica would put them."""
    one, two = shuffled(two_devices[:1]), shuffled(two_devices)
    assert one == two
    first_half = {row[0] for row in two[0][:4]}
    assert first_half != {0, 1, 2, 3}  # or the example would not show it


def test_each_call_and_each_seed_has_an_order_of_its_own() -> None:
    """Whole rows, each once: an order, not a drawing with replacement."""
    shuffle, other = Shuffle(0), Shuffle(1)
    for layer in (shuffle, other):
        layer.build(())
    orders = [shuffle(ROWS).numpy(), shuffle(ROWS).numpy(), other(ROWS).numpy()]
    for order in orders:
        np.testing.assert_array_equal(order[order[:, 0].argsort()], ROWS)
    assert len({tuple(order[:, 0]) for order in orders}) == 3


@pytest.mark.parametrize("jit", [False, True])
def test_every_order_is_as_likely(jit: bool) -> None:
    """Of three rows there are six orders; 600 draws give each some 100 times, ± 5 standard deviations."""
    shuffle = Shuffle(3)
    shuffle.build(())
    run = tf.function(lambda: shuffle(tf.range(3)), jit_compile=jit)
    orders, counts = np.unique([run().numpy() for _ in range(600)], axis=0, return_counts=True)
    assert len(orders) == 6
    assert counts.min() > 54
    assert counts.max() < 146
