"""What each model's signature promises to those who export it, draw samples with it or show it.

To hold a new model to it, add a tiny configuration to ``TINY``.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from zoo.attributes import Attribute
from zoo.backend import tf
from zoo.engine.signature import Amount, Choice, Input, Noise, Picture, Signature
from zoo.errors import UserError
from zoo.inference.run_checkpoint import copy_weights
from zoo.models.conditional_gan.model import ConditionalGANConfig
from zoo.models.cyclegan.model import CycleGANConfig
from zoo.models.dcgan.model import DCGANConfig
from zoo.models.fader.model import FaderConfig
from zoo.models.info import ModelInfo
from zoo.models.munit.model import MUNITConfig
from zoo.models.pix2pix.model import Pix2PixConfig
from zoo.models.registry import model_info, models
from zoo.models.stargan.model import StarGANConfig

NARROW = {"generator_width": 4, "discriminator_width": 4}
ATTRIBUTES = (Attribute("length", ("short", "knee", "long")), Attribute("stripes", ("no", "yes")))
TINY = {
    "dcgan": DCGANConfig(size=(16, 24), noise=8, **NARROW),
    "conditional_gan": ConditionalGANConfig(size=(28, 28), channels=1, attributes=ATTRIBUTES, **NARROW),
    "pix2pix": Pix2PixConfig(size=(32, 64), input_channels=1, **NARROW),
    "cyclegan": CycleGANConfig(size=(32, 40), blocks=1, channels_b=1, weight_identity=0, **NARROW),
    "stargan": StarGANConfig(size=(32, 64), attributes=ATTRIBUTES, blocks=1, repeat_num=4, **NARROW),
    "munit": MUNITConfig(size=(64, 80), channels_b=1, width=4, mlp_width=8, blocks=1, discriminator_width=4),
    "fader": FaderConfig(size=(16, 32), attributes=ATTRIBUTES[1:], layers=3, width=4, hidden_width=8),
}

WAYS = [
    pytest.param(entry, (name, *statistics), id="-".join((entry.name, name, *statistics)))
    for entry in models()
    for name in entry.signatures
    for statistics in ([("image",), ("moving",)] if entry.choice_of_statistics else [()])
]
every_way = pytest.mark.parametrize(("entry", "way"), WAYS)


def signature_of(entry: ModelInfo, way: tuple[str, ...]) -> Signature:
    return _signature_of(entry.name, way)


@cache
def _signature_of(name: str, way: tuple[str, ...]) -> Signature:
    """The signature, with weights of a size at which every input can be seen in the image."""
    signature = model_info(name).load("signature")(TINY[name], *way)
    random = np.random.default_rng(0)
    for network in signature.networks.values():
        for weight in network.trainable_weights:
            weight.assign_add(random.normal(0, 0.2, weight.shape))
    return signature


def given(signature: Signature, count: int, seed: int = 0) -> dict[str, tf.Tensor]:
    """Something for each input, by name."""
    random = np.random.default_rng(seed)

    def of(one: Input) -> np.ndarray:
        if isinstance(one, Picture):
            return random.uniform(-1, 1, (count, *signature.size, one.channels))
        if isinstance(one, Noise):
            return random.normal(size=(count, one.size))
        if isinstance(one, Choice):
            return np.eye(len(one.values))[(np.arange(count) + seed) % len(one.values)]
        assert isinstance(one, Amount)
        return random.uniform(0, 1, (count, 1))

    return {one.name: tf.constant(of(one), tf.float32) for one in signature.inputs}


@pytest.mark.parametrize("entry", models(), ids=lambda entry: entry.name)
def test_its_signatures_are_made_of_its_configuration(entry: ModelInfo) -> None:
    assert entry.signatures
    assert type(TINY[entry.name]) is entry.load("configuration")


@every_way
def test_it_makes_pictures_of_the_right_size_and_range(entry: ModelInfo, way: tuple[str, ...]) -> None:
    signature = signature_of(entry, way)
    pictures = signature.call(**given(signature, 3))
    assert pictures.dtype == tf.float32
    assert pictures.shape[:3] == (3, *signature.size)
    assert pictures.shape[3] in (1, 3)
    assert signature.size == TINY[entry.name].size
    assert float(tf.reduce_max(tf.abs(pictures))) <= 1


@every_way
def test_it_describes_itself(entry: ModelInfo, way: tuple[str, ...]) -> None:
    signature = signature_of(entry, way)
    names = [one.name for one in signature.inputs]
    assert signature.name == way[0]
    assert len(set(names)) == len(names)
    assert signature.meaning
    assert all(one.meaning for one in signature.inputs)
    assert not any(side % signature.size_multiple for side in signature.size)
    assert signature.statistics in (way[1:] or ("image", "moving"))


@every_way
def test_each_example_s_result_is_its_own(entry: ModelInfo, way: tuple[str, ...]) -> None:
    """And the same each time: neither dropout nor its own noise."""
    signature = signature_of(entry, way)
    together = given(signature, 3)
    alone = [signature.call(**{name: part[i : i + 1] for name, part in together.items()}) for i in range(3)]
    np.testing.assert_allclose(signature.call(**together), tf.concat(alone, axis=0), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Choice("fit", ("loose", "x" * 256), ""), "fit: the value 'x+' has 256 characters"),
        (lambda: Choice("", ("loose",), ""), "its name has 0 characters"),
        (lambda: Choice("fit", ("loose", "\x1b[2Jtight"), ""), r"'\\x1b\[2Jtight' has characters"),
        (lambda: Choice("id", tuple(map(str, range(4097))), ""), "attribute id: has 4,097 values"),
        (lambda: Amount("fit\u202e", "no", "yes", ""), "its name has characters"),
        (lambda: Noise("noise", 5000, ""), "noise 5,000: more than 4,096"),
        (lambda: Signature("draw", "", {}, (), len, (8, 5000), 1), "size 8x5000"),
        (lambda: Signature("draw", "", {}, (Noise("z", 1, ""),) * 257, len, (8, 8), 1), "257 attributes"),
    ],
)
def test_what_no_bundle_can_describe_is_refused(make: Callable[[], object], said: str) -> None:
    """When a model is made, in one printable line; not by the export after days of training."""
    with pytest.raises(UserError, match=said) as raised:
        make()
    assert str(raised.value).isprintable()


@every_way
def test_every_input_can_be_seen(entry: ModelInfo, way: tuple[str, ...]) -> None:
    signature = signature_of(entry, way)
    one, other = given(signature, 2), given(signature, 2, seed=1)
    pictures = signature.call(**one)
    for name in one:
        changed = signature.call(**{**one, name: other[name]})
        assert float(tf.reduce_max(tf.abs(changed - pictures))) > 1e-3, name


@every_way
def test_its_networks_take_the_trained_weights(entry: ModelInfo, way: tuple[str, ...]) -> None:
    """By the names of parts, layers and weights; all of them are among the model's generators."""
    signature = signature_of(entry, way)
    model = entry.load("model")(TINY[entry.name])
    model.compile()
    generators = model.generators()
    assert signature.networks.keys() <= generators.keys() <= model.parts().keys()
    fresh = entry.load("signature")(TINY[entry.name], *way)
    for name, network in fresh.networks.items():
        for weight in generators[name].trainable_weights:
            weight.assign_add(tf.ones(weight.shape))
        copy_weights(generators[name], network)
        trained = [weight.numpy() for weight in generators[name].weights]
        for weight in network.weights:
            assert any(np.array_equal(weight, other) for other in trained), weight.name
