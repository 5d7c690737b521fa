"""What is particular to Fader Networks; ``test_battery.py`` holds them to the engine."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from zoo import Attribute, Fader, FaderConfig, UserError
from zoo.backend import tf
from zoo.engine.configuration import from_json
from zoo.engine.optimizers import FusedAdam
from zoo.inference.run_checkpoint import copy_weights
from zoo.layers import Dropout
from zoo.models.fader.signature import fader_signature

SLEEVES = Attribute("sleeves", ("short", "long"))
FIT = Attribute("fit", ("loose", "normal", "tight"))
SMALL = FaderConfig(attributes=(SLEEVES, FIT), size=(16, 16), layers=3, width=4, max_width=8, hidden_width=8)


def batch_of(count: int, config: FaderConfig = SMALL) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    images = random.uniform(-1, 1, (count, *config.size, config.channels)).astype("float32")
    counts = [len(attribute.values) for attribute in config.attributes]
    return images, random.integers(counts, size=(count, len(counts))).astype("int32")


def compiled(config: FaderConfig) -> Fader:
    model = Fader(config)
    model.compile()
    return model


def test_fit_learns_to_slide_an_attribute() -> None:
    """Keras' own ``fit`` works; the image is kept, and its brightness comes from the amount."""
    config = replace(
        SMALL, attributes=(SLEEVES,), size=(8, 8), channels=1, layers=2, width=8, max_width=16,
        weight_latent=0.05, ramp_images=1, learning_rate=2e-3,
    )  # fmt: skip
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, (256, 1)).astype("int32")
    # Left against right is the image, bright against dark is the attribute.
    content = random.choice([-0.3, 0.3], (256, 1, 1, 1)) * np.where(np.arange(8) < 4, 1, -1)[:, None]
    images = (content + (labels - 0.5)[:, None, None] * np.ones((8, 8, 1))).astype("float32")
    model = compiled(config)
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).repeat().batch(64)
    model.fit(dataset, steps_per_epoch=200, verbose=0)
    signature = fader_signature(config)
    for name, network in signature.networks.items():
        copy_weights(model.generators()[name], network)
    for amount, brightness in ((0, -0.5), (1, 0.5)):
        slid = signature.call(image=images, sleeves=np.full((256, 1), amount, "float32")).numpy()
        assert np.abs(slid - (content + brightness)).mean() < 0.2


def test_other_labels_are_any_others_and_equally_likely() -> None:
    """Of two values the other one; of three each of the other two in half of the cases."""
    model = compiled(SMALL)
    labels = np.tile(np.array([[0, 0], [1, 1], [0, 2]], "int32"), (2000, 1))
    others = model.other_labels(tf.constant(labels)).numpy()
    np.testing.assert_array_equal(others[:, 0], 1 - labels[:, 0])
    counts = np.array([np.bincount(others[labels[:, 1] == value, 1], minlength=3) for value in range(3)])
    assert (np.diag(counts) == 0).all()
    assert (np.abs(counts[~np.eye(3, dtype=bool)] - 1000) < 120).all()  # five standard deviations
    assert not np.array_equal(model.other_labels(tf.constant(labels)), others)


@pytest.mark.parametrize(
    ("updates", "batch", "ramp", "expected"),
    [
        (0, 4, 100, 0.0),
        (10, 4, 100, 0.2),
        (20, 2, 100, 0.2),
        (5, 8, 100, 0.2),
        (30, 4, 100, 0.5),
        (0, 4, 0, 0.5),
    ],
)
def test_the_ramp_counts_images(updates: int, batch: int, ramp: int, expected: float) -> None:
    """Not updates: another batch size leaves it where it is; 0 means none."""
    model = compiled(replace(SMALL, weight_latent=0.5, ramp_images=ramp))
    model.autoencoder_optimizer.iterations.assign(updates)
    weights = model.latent_weights(tf.zeros((batch, 16, 16, 3)))
    np.testing.assert_allclose(weights, [expected] * batch, rtol=1e-6)


def test_the_ramp_counts_the_images_of_all_replicas(two_devices: list[str]) -> None:
    strategy = tf.distribute.MirroredStrategy(two_devices, tf.distribute.ReductionToOneDevice())
    with strategy.scope():
        model = compiled(replace(SMALL, weight_latent=0.5, ramp_images=100))
        model.autoencoder_optimizer.iterations.assign(10)
    weights = strategy.run(tf.function(lambda: model.latent_weights(tf.zeros((2, 16, 16, 3)))))
    for share in strategy.experimental_local_results(weights):
        np.testing.assert_allclose(share, [0.2, 0.2], rtol=1e-6)


def test_the_default_ramp_is_the_reference_s() -> None:
    """1e-4 after 500,000 steps of 32 images, in proportion before: a run of 100,000 has a fifth."""
    model = compiled(FaderConfig(size=(16, 16), layers=3, width=4, max_width=8, hidden_width=8))
    for updates, expected in ((100_000, 2e-5), (500_000, 1e-4), (600_000, 1e-4)):
        model.autoencoder_optimizer.iterations.assign(updates)
        np.testing.assert_allclose(model.latent_weights(tf.zeros((32, 16, 16, 3))), expected, rtol=1e-6)


def test_each_update_has_its_own_batch() -> None:
    """The latent discriminator's from the first of the two, the autoencoder's from the second."""
    model = compiled(replace(SMALL, learning_rate=0.0, dropout=0.0))
    images, labels = batch_of(8)
    zeros = np.zeros(4, "float32")
    alone = {
        **model.latent_discriminator_loss(images[::2], labels[::2])[1],
        **model.autoencoder_loss(images[1::2], labels[1::2], labels[1::2], zeros)[1],
    }
    model = compiled(model.config)  # the losses have moved statistics
    losses = model.train_step((tf.constant(images), tf.constant(labels)))
    for name in ("d_latent", "g_reconstruction"):
        np.testing.assert_allclose(losses[name], alone[name], rtol=1e-5, err_msg=name)


def test_what_is_not_trained_is_used_as_after_training() -> None:
    """No statistics move and nothing is dropped in it; in what is trained both happen."""
    model = compiled(SMALL)
    images, labels = batch_of(8)
    networks = {"autoencoder": [model.encoder, model.decoder], "latent": [model.latent_discriminator]}

    def state(name: str) -> list[np.ndarray]:
        return [weight.numpy() for network in networks[name] for weight in network.non_trainable_weights]

    def moved(before: list[np.ndarray], name: str) -> list[bool]:
        return [not np.array_equal(a, b) for a, b in zip(before, state(name), strict=True)]

    before = {name: state(name) for name in networks}
    model.latent_discriminator_loss(images, labels)
    assert not any(moved(before["autoencoder"], "autoencoder"))
    assert all(moved(before["latent"], "latent"))  # its dropout has drawn, too
    before = {name: state(name) for name in networks}
    model.autoencoder_loss(images, labels, labels, np.zeros(8, "float32"))
    assert all(moved(before["autoencoder"], "autoencoder"))
    assert not any(moved(before["latent"], "latent"))
    assert any(isinstance(layer, Dropout) for layer in model.latent_discriminator.layers)


def test_both_optimisers_clip_to_a_global_norm() -> None:
    """Adam's first moment after one step is (1 - beta_1) times the gradient that it was given."""

    def norms(clip_norm: float | None) -> list[float]:
        model = compiled(replace(SMALL, clip_norm=clip_norm, weight_latent=1e4, ramp_images=0))
        for weight in model.latent_discriminator.get_layer("logits").weights:
            weight.assign(weight * 100)
        images, labels = batch_of(16)
        model.train_step((tf.constant(images), tf.constant(labels)))
        return [
            float(tf.linalg.global_norm(optimizer._momentums)) / (1 - SMALL.beta_1)
            for optimizer in (model.autoencoder_optimizer, model.latent_optimizer)
        ]

    assert min(norms(None)) > 6
    np.testing.assert_allclose(norms(SMALL.clip_norm), [5, 5], rtol=1e-5)


def test_clipping_is_of_what_replicas_add_up_to(two_devices: list[str]) -> None:
    """(30, 0) and (-27, 4) are (3, 4), of norm 5, though each alone is greater; (6, 8) is scaled."""
    strategy = tf.distribute.MirroredStrategy(two_devices, tf.distribute.ReductionToOneDevice())
    for shares, expected in (([[30.0, 0.0], [-27.0, 4.0]], [3, 4]), ([[6.0, 4.0], [0.0, 4.0]], [3, 4])):
        with strategy.scope():
            weight = tf.Variable([0.0, 0.0])
            adam = FusedAdam(0.1, beta_1=0.0, global_clipnorm=5.0)
            adam.build([weight])
        gradient = strategy.experimental_distribute_values_from_function(
            lambda context, shares=shares: tf.constant(shares[context.replica_id_in_sync_group])
        )
        step = tf.function(lambda given, adam=adam, weight=weight: adam.apply_gradients([(given, weight)]))
        strategy.run(step, args=(gradient,))
        np.testing.assert_allclose(adam._momentums[0], expected, rtol=1e-6)


def test_amounts_are_given_as_pairs() -> None:
    """0 and 1 are the two values, anything between and beyond is allowed; other orders would show."""
    config = replace(SMALL, attributes=(SLEEVES, Attribute("lining", ("no", "yes"))), channels=1)
    model, signature = compiled(config), fader_signature(config)
    for name, network in signature.networks.items():
        copy_weights(model.generators()[name], network)
    images, labels = batch_of(4, config)
    amounts = {"sleeves": labels[:, :1].astype("float32"), "lining": labels[:, 1:].astype("float32")}
    expected_images = model.call((images, model.columns_of(labels)), training=False)
    np.testing.assert_allclose(signature.call(image=images, **amounts), expected_images, atol=1e-6)
    beyond = signature.call(image=images, sleeves=amounts["sleeves"] + 2, lining=amounts["lining"])
    assert np.abs(beyond - expected_images).max() > 1e-4
    assert [each.name for each in signature.inputs] == ["image", "sleeves", "lining"]
    assert (signature.inputs[1].low, signature.inputs[1].high) == ("short", "long")
    assert (signature.size, signature.size_multiple, signature.statistics) == ((16, 16), 8, "moving")


def test_only_one_of_two_values_can_be_slid() -> None:
    with pytest.raises(UserError, match=r"'fit' has 3 values \(loose, normal, tight\)"):
        fader_signature(SMALL)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"attributes": ()}, "there are none"),
        ({"attributes": (Attribute("fit", ("loose",)),)}, "'fit': has no two values"),
        ({"attributes": (FIT, FIT)}, "'fit': the name is taken"),
        ({"attributes": (Attribute("image", ("no", "yes")),)}, "'image': the name is taken"),
        ({"size": (20, 16)}, "20x16.*multiples of 8"),
        ({"upsampling": "bicubic"}, "`upsampling` 'bicubic': must be one of transposed"),
    ],
)
def test_what_is_not_allowed_is_refused_at_construction(changed: dict, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Fader(replace(SMALL, **changed))


def test_the_configuration_survives_json() -> None:
    assert from_json(FaderConfig, json.loads(json.dumps(asdict(SMALL)))) == SMALL
