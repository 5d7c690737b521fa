"""Protects the learning rates of published trainings: each step's is the reference's, to float64."""

import dataclasses
import json

import numpy as np
import pytest

from zoo.backend import keras, tf
from zoo.engine.optimizers import FusedAdam
from zoo.engine.schedule import Schedule
from zoo.engine.schedules import make_schedule
from zoo.errors import UserError


def rates(learning_rate: float, schedule: Schedule, steps: list[int]) -> list[float]:
    rate = make_schedule(learning_rate, schedule)
    return [float(rate(tf.constant(step, tf.int64))) for step in steps]


# Recorded with torch 2.13.0 on a float64 SGD: the rate in use at each epoch or step from 0.
LAMBDA_LR = {  # lambda epoch: 1 - max(0, epoch + 1 - 100) / (100 + 1), the CycleGAN reference's
    0: 0.0002, 99: 0.0002, 100: 0.00019801980198019803, 101: 0.00019603960396039606,
    150: 9.900990099009902e-05, 198: 3.960396039603964e-06, 199: 1.980198019801982e-06,
}  # fmt: skip
STEP_LR = {0: 1e-4, 99: 1e-4, 100: 7e-5, 250: 4.899999999999999e-05, 999: 4.035360699999998e-06}  # 100, 0.7
COSINE = {  # CosineAnnealingLR, T_max=300
    0: 0.0002, 1: 0.00019999451693655123, 75: 0.00017071067811865476,
    150: 0.00010000000000000007, 299: 5.483063448785682e-09, 300: 0.0,
}  # fmt: skip


@pytest.mark.parametrize("epoch_steps", [1, 563])
def test_linear_is_the_cyclegan_references(epoch_steps: int) -> None:
    """Constant for 100 epochs and inside each; the first epoch of the fall falls, the last is 1/101."""
    schedule = Schedule("linear", 100 * epoch_steps, 200 * epoch_steps, epoch_steps)
    for place in (0, epoch_steps - 1):
        steps = [epoch * epoch_steps + place for epoch in LAMBDA_LR]
        np.testing.assert_allclose(rates(2e-4, schedule, steps), list(LAMBDA_LR.values()), rtol=1e-14)
    assert rates(2e-4, schedule, [200 * epoch_steps, 10**9]) == [0, 0]


def test_linear_that_begins_inside_an_epoch() -> None:
    """A decay counted in steps need not fit the epochs: the stairs still go down, and to 0."""
    got = rates(1.0, Schedule("linear", 15, 40, 10), [0, 9, 10, 20, 30, 40])
    np.testing.assert_allclose(got, [1, 1, 1 - 5 / 35, 1 - 15 / 35, 1 - 25 / 35, 0], rtol=1e-14)


def test_step_is_torchs() -> None:
    """It falls at each whole number of ``every``, not one step off."""
    got = rates(1e-4, Schedule("step", every=100, factor=0.7), list(STEP_LR))
    np.testing.assert_allclose(got, list(STEP_LR.values()), rtol=1e-13)
    munit = Schedule("step", every=100_000)
    assert rates(1e-4, munit, [99_999, 100_000, 1_000_000]) == [1e-4, 5e-5, 1e-4 / 1024]


def test_cosine_is_torchs_and_stays_at_zero() -> None:
    """Half a wave from ``decay_from`` on; torch's rises again after it, this does not."""
    got = rates(2e-4, Schedule("cosine", 50, 350), [step + 50 for step in COSINE])
    np.testing.assert_allclose(got, list(COSINE.values()), rtol=1e-12, atol=1e-19)
    assert rates(2e-4, Schedule("cosine", 50, 350), [0, 49, 351, 10**9]) == [2e-4, 2e-4, 0, 0]


@pytest.mark.parametrize(
    "schedule", [Schedule(), Schedule("linear", 1, 4), Schedule("step", every=2), Schedule("cosine", 0, 4)]
)
def test_training_in_float64_uses_the_rate_unrounded(schedule: Schedule) -> None:
    """Adam's first steps under a gradient of 1 are its learning rate, here to ten digits and not to seven."""
    weight = tf.Variable(0.0, dtype=tf.float64)
    adam = FusedAdam(make_schedule(2e-4, schedule), epsilon=0.0)
    adam.build([weight])
    update = tf.function(lambda: adam.apply_gradients([(tf.ones_like(weight), weight)]))
    moved = []
    for _ in range(4):
        before = float(weight)
        update()
        moved.append(before - float(weight))
    expected = [2e-4] * 4 if schedule.kind == "constant" else rates(2e-4, schedule, range(4))
    np.testing.assert_allclose(moved, expected, rtol=1e-10)


def test_adam_with_a_schedule_goes_through_keras_configuration() -> None:
    """An optimiser written down and made again decays as before, from a plain JSON text."""
    adam = FusedAdam(make_schedule(2e-4, Schedule("linear", 10, 20, 5)))
    again = keras.optimizers.deserialize(json.loads(json.dumps(keras.optimizers.serialize(adam))))
    assert type(again) is FusedAdam
    assert again._learning_rate(12) == adam._learning_rate(12) < 2e-4
    constant = FusedAdam.from_config(FusedAdam(2e-4).get_config())
    assert constant.learning_rate.numpy() == 2e-4


def test_a_schedule_goes_through_json() -> None:
    """config.json holds the schedule; a resumed run has the same one."""
    schedule = Schedule("step", every=100_000, factor=0.5)
    assert Schedule(**json.loads(json.dumps(dataclasses.asdict(schedule)))) == schedule


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "triangle"}, "`kind` 'triangle': must be one of constant, linear, step, cosine"),
        ({"kind": "step"}, "`every` 0: must be an integer ≥ 1"),
        ({"kind": "step", "every": 5, "factor": 0.0}, "`factor` 0.0: must be a number > 0"),
        ({"kind": "linear", "decay_from": 9, "decay_to": 9}, "`decay_from` 9, `decay_to` 9: .* later end"),
        ({"kind": "cosine", "decay_from": -1, "decay_to": 9}, "`decay_from` -1: must be an integer ≥ 0"),
        ({"kind": "linear", "decay_to": 9, "epoch_steps": 0}, "`epoch_steps` 0: must be an integer ≥ 1"),
    ],
)
def test_values_that_make_no_schedule_are_named(values: dict, said: str) -> None:
    """Said when it is made, not after hours at a learning rate of NaN."""
    with pytest.raises(UserError, match=said):
        Schedule(**values)


def test_every_replica_decays(two_devices: list[str]) -> None:
    """The rate of a step is the same on all replicas, and falls on all."""
    strategy = tf.distribute.MirroredStrategy(two_devices)
    with strategy.scope():
        weight = tf.Variable(0.0, dtype=tf.float64)
        adam = FusedAdam(make_schedule(1.0, Schedule("linear", 0, 3)), epsilon=0.0)
        adam.build([weight])

    @tf.function
    def update() -> None:
        pairs = [(tf.ones_like(weight), weight)]
        strategy.run(lambda: adam.apply_gradients(pairs, skip_gradients_aggregation=True))

    for _ in range(3):
        update()
    for copy in strategy.experimental_local_results(weight):
        np.testing.assert_allclose(copy.numpy(), -(0.75 + 0.5 + 0.25), rtol=1e-10)
