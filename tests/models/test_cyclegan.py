"""What is CycleGAN's own: its loss, its pools, its uses; ``test_battery.py`` holds it to the engine."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recorded import play_back

from zoo import CycleGAN, CycleGANConfig
from zoo.backend import keras, tf
from zoo.engine.configuration import from_json
from zoo.errors import UserError
from zoo.inference.run_checkpoint import copy_weights
from zoo.models.cyclegan.model import DIRECTIONS
from zoo.models.cyclegan.signature import cyclegan_signature
from zoo.models.registry import model_info
from zoo.runs.run_directory import RunDirectory

SMALL = CycleGANConfig(
    size=(16, 24), blocks=1, generator_width=4, discriminator_width=4, discriminator_layers=1, pool_size=0
)


def pairs(count: int, dtype: str = "float64") -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.random.default_rng(0).uniform(-1, 1, (2, count, 16, 24, 3)).astype(dtype))


@pytest.mark.thorough
def test_fit_learns_to_come_back() -> None:
    """Keras' own ``fit`` works; the cycles close, and an image of the target domain stays as it is."""
    model = CycleGAN(replace(SMALL, learning_rate=2e-3, pool_size=4))
    model.compile()
    blocks = np.random.default_rng(0).uniform(-1, 1, (2, 4, 2, 3, 3)).astype("float32")
    smooth = tuple(blocks.repeat(8, axis=2).repeat(8, axis=3))
    dataset = tf.data.Dataset.from_tensors(smooth).repeat()
    history = model.fit(dataset, steps_per_epoch=15, epochs=4, verbose=0).history
    for name in ("cycle_a", "cycle_b", "identity_a", "identity_b"):
        assert history[name][-1] < 0.75 * history[name][0]


def objective(model: CycleGAN, a: np.ndarray, b: np.ndarray) -> float:
    """The generators' loss as the reference has it, written out."""

    def mean(values: tf.Tensor) -> float:
        return float(tf.reduce_mean(values))

    to_a, to_b = model.generator_b_to_a, model.generator_a_to_b
    adversarial = mean((model.discriminator_b(to_b(a)) - 1) ** 2)
    adversarial += mean((model.discriminator_a(to_a(b)) - 1) ** 2)
    cycles = mean(abs(to_a(to_b(a)) - a)) + mean(abs(to_b(to_a(b)) - b))
    identities = mean(abs(to_a(a) - a)) + mean(abs(to_b(b) - b))
    return adversarial + 10 * cycles + 5 * identities


@pytest.mark.parametrize("name", ["generator_a_to_b", "generator_b_to_a"])
def test_each_generator_is_trained_by_both_cycles(name: str) -> None:
    """Its gradient is the derivative of the whole loss."""
    model = CycleGAN(SMALL, "float64")
    model.compile()
    model.generator_optimizer = keras.optimizers.SGD(1.0)  # a step of which is the gradient
    network, (a, b) = model.generators()[name], pairs(2)
    for weight in network.trainable_weights:
        weight.assign(weight * 10)  # far enough from 0 that no term is small
    start = network.get_weights()
    untrained = objective(model, a, b)
    random = np.random.default_rng(1)
    direction = [random.normal(size=weight.shape) for weight in start]
    sides = []
    for step in (1e-7, -1e-7):
        network.set_weights([w + step * d for w, d in zip(start, direction, strict=True)])
        sides.append(objective(model, a, b))
    network.set_weights(start)
    assert objective(model, a, b) == untrained
    model.train_step((tf.constant(a), tf.constant(b)))
    slope = sum(
        ((w - new) * d).sum() for w, new, d in zip(start, network.get_weights(), direction, strict=True)
    )
    np.testing.assert_allclose(slope, (sides[0] - sides[1]) / 2e-7, rtol=1e-5)


def test_a_full_pool_of_one_shows_an_older_fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """With networks that stand still, the second step's discriminators judge the first step's fakes."""
    model = CycleGAN(replace(SMALL, learning_rate=0.0, pool_size=1), "float64")
    model.compile()
    swap, keep = np.array([[0.9, 0.0]]), np.array([[0.1, 0.0]])
    play_back(monkeypatch, [swap, swap, swap, keep])  # of pool A and pool B, in each step
    a, b = pairs(2)
    first, second = (
        {name: float(value) for name, value in model.train_step((a[i : i + 1], b[i : i + 1])).items()}
        for i in range(2)
    )
    assert second["d_a_fake"] == first["d_a_fake"]
    assert second["d_b_fake"] != first["d_b_fake"]
    assert second["d_a_real"] != first["d_a_real"]


def test_without_the_identity_term_it_is_not_computed() -> None:
    """Domains of different channels could not have it."""
    model = CycleGAN(replace(SMALL, channels_a=1, weight_identity=0.0))
    model.compile()
    a, b = pairs(1, "float32")
    losses = model.train_step((tf.constant(a[..., :1]), tf.constant(b)))
    assert set(losses) == {
        *("g_ab_adversarial", "g_ba_adversarial", "cycle_a", "cycle_b"),
        *model.discriminator_losses,
    }


@pytest.mark.parametrize("name", DIRECTIONS)
def test_each_signature_is_one_of_the_trained_generators(name: str) -> None:
    """Of the size of whole images, without dropout, in float32."""
    config = replace(SMALL, size=(32, 32), crop=(16, 24), channels_a=1, weight_identity=0.0, dropout=0.5)
    model, signature = CycleGAN(config), cyclegan_signature(config, name)
    ((network_name, network),) = signature.networks.items()
    copy_weights(model.generators()[network_name], network)
    (picture,) = signature.inputs
    image = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, picture.channels)).astype("float32")
    place = list(DIRECTIONS).index(name)
    expected = (model.generator_a_to_b, model.generator_b_to_a)[place](image, training=False)
    np.testing.assert_allclose(signature.call(image=image), expected, atol=1e-6)
    assert network.input_shape == (None, None, None, (1, 3)[place])
    assert network.output_shape == (None, None, None, (3, 1)[place])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": (250, 256)}, "`size` 250x256 .*multiples of 4, at least 24"),
        ({"crop": (20, 32)}, "`crop` 20x32 .*at least 24"),
        ({"size": (32, 32), "crop": (32, 64)}, "`crop` 32x64: larger than .* 32x32"),
        ({"blocks": 0}, "`blocks` 0: must be an integer ≥ 1"),
        ({"pool_size": -1}, "`pool_size` -1: must be an integer ≥ 0"),
        ({"channels_a": 1}, "`weight_identity` 5.0: images of 1 and of 3 channels.*give 0"),
        ({"diffaugment": ("colour",)}, "'colour'.*must be some of"),
    ],
)
def test_a_wrong_configuration_names_the_remedy(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        CycleGAN(CycleGANConfig(**{"generator_width": 4, "discriminator_width": 4, **options}))


@pytest.mark.parametrize(("run_format", "weight"), [(1, 2.0), (2, 0.5)])
def test_earlier_runs_keep_their_identity_weight(run_format: int, weight: float, tmp_path: Path) -> None:
    """Which was a share of the cycle weight up to format 1."""
    values = asdict(replace(SMALL, weight_cycle=4.0, weight_identity=0.5))
    RunDirectory.create(tmp_path / "run", {"model": "cyclegan", "configuration": values})
    config = tmp_path / "run" / "config.json"
    config.write_text(config.read_text().replace('"format": 2', f'"format": {run_format}'))
    run = RunDirectory.open(tmp_path / "run")
    assert run.config["configuration"]["weight_identity"] == weight
    run.update(title="again")
    assert RunDirectory.open(tmp_path / "run").config["configuration"]["weight_identity"] == weight


def test_a_weight_beyond_any_float_is_refused_in_an_earlier_run_too() -> None:
    values = {"weight_identity": 10**400, "weight_cycle": 10.0}
    with pytest.raises(UserError, match="`weight_identity`"):
        from_json(CycleGANConfig, model_info("cyclegan").upgrade(1, values))


def test_the_least_size_that_is_allowed_can_be_judged() -> None:
    config = CycleGANConfig(size=(24, 24), blocks=1, generator_width=4, discriminator_width=4)
    image = np.zeros((1, 24, 24, 3), "float32")
    assert CycleGAN(config).discriminator_a(image).shape == (1, 1, 1, 1)


def test_an_unknown_signature_names_those_that_are_there() -> None:
    with pytest.raises(UserError, match=r"'translate'.*AtoB, BtoA"):
        cyclegan_signature(SMALL, "translate")
