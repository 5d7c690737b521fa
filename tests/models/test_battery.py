"""What the training engine promises, held against every model of ``cases.py``."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from case import Case, compiled, trained_state
from cases import CASES

from zoo.backend import keras, tf
from zoo.engine.compiled_steps import Execution
from zoo.engine.gan import GAN
from zoo.engine.random import RandomLayer

TWICE = ("pix2pix", "stargan")  # what is held to the battery on both stacks


def parameter(case: Case, *more: str) -> Any:
    marks = [pytest.mark.once] * (case.name not in TWICE)
    return pytest.param(case, *more, id="-".join((*more, case.name)), marks=marks)


every_case = pytest.mark.parametrize("case", map(parameter, CASES))
# What a variant of a model adds shows in the other tests; tracing and compiling it here takes long.
main_case = pytest.mark.parametrize("case", [parameter(case) for case in CASES if not case.variant])

PRECISIONS = [  # the other tests are in float32 and float64
    parameter(case, precision)
    for case in CASES
    for precision in ("mixed_bfloat16", "mixed_float16")
    if not case.variant
]


@cache  # a second MirroredStrategy of a process would take the first one's keys for its collectives
def strategy_of(replicas: int) -> tf.distribute.Strategy:
    if replicas == 1:
        return tf.distribute.get_strategy()
    devices = [device.name for device in tf.config.list_logical_devices("CPU")]
    return tf.distribute.MirroredStrategy(devices[:replicas])


def train(
    case: Case,
    precision: str = "float32",
    replicas: int = 1,
    steps: int = 5,
    batch: int = 8,
    at_once: int = 1,
    jit: bool = False,
    replace_optimizers: Any = None,
    **options: Any,
) -> tuple[GAN, np.ndarray]:
    """A model after ``steps`` steps, and what was logged: (steps, losses)."""
    strategy = strategy_of(replicas)
    with strategy.scope():
        model = compiled(case, precision, **options)
        if replace_optimizers is not None:
            replace_optimizers(model)
    dataset = strategy.experimental_distribute_dataset(case.data(steps, batch, precision))
    execution, stream, logs = Execution(model, strategy, jit), iter(dataset), []
    for _ in range(steps // at_once):
        logs.append(execution(stream, at_once).numpy())
    return model, np.concatenate(logs)


def assert_close(one: dict[str, np.ndarray], other: dict[str, np.ndarray], tolerance: float) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        np.testing.assert_allclose(other[name], value, rtol=0, atol=tolerance, err_msg=name)


class Recorder(keras.optimizers.SGD):
    """Keeps the gradients it is given, summed over replicas, and changes no weight."""

    def __init__(self) -> None:
        super().__init__(0.0, momentum=0.5)

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable) -> None:
        self.momentums[self._index_dict[self._var_key(variable)]].assign(gradient)


def record_gradients(model: GAN) -> None:
    for name, item in model.parts().items():
        if isinstance(item, keras.optimizers.Optimizer):
            setattr(model, name, Recorder())


@pytest.mark.thorough
@main_case
def test_gradients_do_not_depend_on_the_number_of_replicas(case: Case, two_devices: list[str]) -> None:
    """One replica with 8 examples, two with 4 each: losses are scaled by the global batch."""
    gradients = []
    for replicas in (1, 2):
        model, _ = train(
            case, replicas=replicas, steps=1, replace_optimizers=record_gradients, sync_batch_norm=True
        )
        recorders = [item for item in model.parts().values() if isinstance(item, Recorder)]
        assert recorders
        gradients.append([np.concatenate([m.numpy().ravel() for m in each.momentums]) for each in recorders])
    for one, two in zip(*gradients, strict=True):
        assert np.linalg.norm(one) > 0
        assert np.linalg.norm(one - two) <= 1e-5 * np.linalg.norm(one)


@pytest.mark.sampled
@every_case
def test_the_weights_do_not_depend_on_how_the_batch_is_spread(case: Case, two_devices: list[str]) -> None:
    """Over replicas, micro-batches or both. In float64, because Adam turns float32's rounding into steps.

    Most models are held to both at once alone, in which a fault of either would show.
    """
    spreads = [{"replicas": 2}]
    if not case.batch_statistics:
        spreads += [{"accumulate": 2}, {"replicas": 2, "accumulate": 2}]
    whole, logs = train(case, "float64", steps=3, sync_batch_norm=True)
    assert np.isfinite(logs).all()
    for spread in spreads if case.name in TWICE else spreads[-1:]:
        model, logs_of_it = train(case, "float64", steps=3, sync_batch_norm=True, **spread)
        assert_close(trained_state(whole), trained_state(model), 1e-9)
        np.testing.assert_allclose(logs_of_it, logs, rtol=1e-9, err_msg=str(spread))


@pytest.mark.sampled
@pytest.mark.parametrize(("case", "precision"), PRECISIONS)
def test_trains_in_16_bits(case: Case, precision: str) -> None:
    steps = 8 if precision == "mixed_float16" else 2  # it skips some until it has found its loss scale
    model, logs = train(case, precision, steps=steps, batch=2, accumulate=2)
    assert np.isfinite(logs).all()
    start = compiled(case, precision)
    for name, network in model.generators().items():
        before = start.generators()[name].trainable_weights
        for variable, _initial in zip(network.trainable_weights, before, strict=True):
            assert np.isfinite(variable.numpy()).all()
        assert any(not np.array_equal(a, b) for a, b in zip(network.trainable_weights, before, strict=True))


@pytest.mark.sampled
@main_case
def test_several_steps_at_once_are_the_same_steps(case: Case) -> None:
    (one, logs), (four, logs_of_four) = (train(case, steps=4, batch=2, at_once=n) for n in (1, 4))
    assert_close(trained_state(one), trained_state(four), 0)
    np.testing.assert_array_equal(logs, logs_of_four)


@pytest.mark.slow
@main_case
def test_xla_trains_the_same(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for random draws, for which XLA has its own generator."""

    def constant(self: RandomLayer, batch: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
        return tf.fill(tf.concat([[batch], tf.cast(shape, tf.int32)], axis=0), 0.7)

    monkeypatch.setattr(RandomLayer, "uniform", constant)
    monkeypatch.setattr(RandomLayer, "normal", constant)
    (one, logs), (fast, logs_of_fast) = (
        train(case, "float64", steps=2, batch=2, jit=jit) for jit in (False, True)
    )
    np.testing.assert_allclose(logs_of_fast, logs, rtol=1e-9)
    assert_close(trained_state(one), trained_state(fast), 1e-9)


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("case", "replicas"),
    [
        pytest.param(*each.values, replicas, id=f"{each.id}-{replicas}", marks=each.marks)
        for each in (parameter(case) for case in CASES if not case.variant)
        for replicas in ((1, 2) if each.id in TWICE else (1,))  # how replicas agree is no model's own
    ],
)
def test_moving_average_of_the_weights(case: Case, replicas: int, two_devices: list[str]) -> None:
    """After each step average ← keep · average + (1 - keep) · weights, keep rising to 0.9."""
    strategy, steps = strategy_of(replicas), 3
    with strategy.scope():
        model = compiled(case, "float64", ema=0.3)
    names = list(model.generators())
    weights = [[w.numpy() for w in model.generators()[name].trainable_weights] for name in names]
    expected = weights
    execution = Execution(model, strategy)
    stream = iter(strategy.experimental_distribute_dataset(case.data(steps, 4, "float64")))
    for step in range(1, steps + 1):
        execution(stream, 1)
        keep = min(0.3, (1 + step) / (10 + step))
        for i, name in enumerate(names):
            new = [w.numpy() for w in model.generators()[name].trainable_weights]
            expected[i] = [keep * a + (1 - keep) * w for a, w in zip(expected[i], new, strict=True)]
    for i, name in enumerate(names):
        average = [
            w.numpy()
            for w, t in zip(model.averages[name].weights, model.generators()[name].weights, strict=False)
            if t.trainable
        ]
        for average_weight, expected_weight in zip(average, expected[i], strict=True):
            np.testing.assert_allclose(average_weight, expected_weight, rtol=0, atol=1e-12)
