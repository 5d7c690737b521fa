"""What is particular to StarGAN: its targets, its many updates of D, its use; and that it learns."""

from dataclasses import replace

import numpy as np
import pytest
from case_stargan import STARGAN

from zoo import Attribute, StarGAN, StarGANConfig, UserError
from zoo.attributes import UNKNOWN
from zoo.backend import tf
from zoo.engine.schedule import Schedule
from zoo.inference.run_checkpoint import copy_weights
from zoo.models.stargan.signature import stargan_signature

SMALL = replace(STARGAN, size=(32, 32))
LABELS = np.array([[0, 1, 2], [1, 2, 3], [UNKNOWN, 0, 0], [1, UNKNOWN, 1]] * 50, "int32")


def compiled(config: StarGANConfig) -> StarGAN:
    model = StarGAN(config)
    model.compile()
    return model


def test_targets_are_other_examples_labels_and_keep_where_either_has_none() -> None:
    model = compiled(SMALL)
    targets = model.targets(LABELS).numpy()
    model.shuffle.draws.assign(0)
    shuffled = model.shuffle(LABELS).numpy()
    np.testing.assert_array_equal(targets, np.where(LABELS == UNKNOWN, UNKNOWN, shuffled))
    assert (shuffled != LABELS).any()


def test_keep_leaves_that_share_of_each_attribute() -> None:
    """Each attribute separately: at use one is set and the others left."""
    known = np.zeros((400, 3), "int32")
    assert (compiled(SMALL).targets(known) == 0).numpy().all()
    kept = compiled(replace(SMALL, unchanged_rate=0.75)).targets(known).numpy() == UNKNOWN
    np.testing.assert_allclose(kept.mean(axis=0), 0.75, atol=0.1)
    np.testing.assert_allclose((kept[:, 0] == kept[:, 1]).mean(), 0.75**2 + 0.25**2, atol=0.1)


def test_what_is_kept_is_classified_as_it_was() -> None:
    """The generator answers for the target; for 'keep', for the image's own value; else for nothing."""
    model = compiled(SMALL)
    images = tf.zeros((3, 32, 32, 3))
    own, target = tf.constant([[0, 1, 2]] * 3), tf.constant([[1, 2, 3], [UNKNOWN] * 3, [0, 1, 2]])
    losses = [
        model.generator_loss(images[:1], own[i : i + 1], target[i : i + 1], images[:1])[1]["g_classification"]
        for i in range(3)
    ]
    assert losses[1] == losses[2] != losses[0]
    nothing = tf.fill((1, 3), UNKNOWN)
    assert model.generator_loss(images[:1], nothing, nothing, images[:1])[1]["g_classification"] == 0


def test_keeping_everything_is_to_change_nothing() -> None:
    """The identity term is the mean difference of G(x, keep) from x, and is weighed."""
    plain, weighed = (
        compiled(replace(SMALL, unchanged_rate=0.5)),
        replace(SMALL, unchanged_rate=0.5, weight_identity=3.0),
    )
    images = tf.random.stateless_uniform((2, 32, 32, 3), [1, 2], -1, 1)
    own, target = tf.constant([[0, 1, 2]] * 2), tf.constant([[1, 2, 3]] * 2)
    loss, losses = compiled(weighed).generator_loss(images, own, target, images)
    same = plain((images, tf.fill((2, 3), UNKNOWN)))
    np.testing.assert_allclose(losses["g_identity"], tf.reduce_mean(tf.abs(images - same)), rtol=1e-5)
    without, _ = plain.generator_loss(images, own, target, images)
    np.testing.assert_allclose(loss - without, 3 * losses["g_identity"], rtol=1e-4)


def test_a_step_updates_the_critic_on_every_batch_and_the_generator_once() -> None:
    """On the last batch: nothing else of the step changes what the generator is shown."""
    model = compiled(SMALL)
    seen = {"discriminator_loss": [], "generator_loss": []}
    for name, losses in seen.items():
        original = getattr(model, name)
        setattr(model, name, lambda *inputs, f=original, to=losses: to.append(inputs) or f(*inputs))
    images = tf.reshape(tf.range(4.0), (4, 1, 1, 1)) / 4 * tf.ones((4, 32, 32, 3))
    model.train_step((images, LABELS[:4]))
    assert model.discriminator_optimizer.iterations == 2
    assert model.generator_optimizer.iterations == 1
    firsts = [[inputs[0][:, 0, 0, 0].numpy().tolist() for inputs in each] for each in seen.values()]
    assert firsts == [[[0, 0.5], [0.25, 0.75]], [[0.25, 0.75]]]


@pytest.mark.parametrize(
    "schedule", [Schedule("linear", 2, 4), Schedule("linear", 2, 4, 2), Schedule("step", every=1)]
)
def test_both_learning_rates_fall_with_the_steps(schedule: Schedule) -> None:
    """D counts its updates, five a step: a schedule of steps must not end five times too early."""
    model = compiled(replace(SMALL, schedule=schedule, n_critic=5))
    generator, discriminator = (
        getattr(model, f"{name}_optimizer")._learning_rate for name in ("generator", "discriminator")
    )
    steps = np.repeat(np.arange(6), 5)
    expected = [float(generator(tf.constant(step))) for step in steps]
    got = [float(discriminator(tf.constant(update))) for update in range(len(steps))]
    np.testing.assert_allclose(got, expected, rtol=1e-12)
    assert got[0] > got[-1]


def test_fit_learns_to_set_an_attribute() -> None:
    """Bright or dark, on average 0.5 or -0.5: after a hundred updates it makes either of any image."""
    config = StarGANConfig(
        size=(8, 8), channels=1, attributes=(Attribute("bright", ("no", "yes")),), blocks=1,
        generator_width=4, discriminator_width=8, repeat_num=2, n_critic=1, learning_rate=5e-3,
    )  # fmt: skip
    model = compiled(config)
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, (64, 1)).astype("int32")
    images = (labels[:, None, None] - 0.5 + random.uniform(-0.2, 0.2, (64, 8, 8, 1))).astype("float32")
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).batch(8).repeat()
    model.fit(dataset, steps_per_epoch=100, epochs=1, verbose=0)
    dark, bright = (
        model((images, np.full_like(labels, label))).numpy().mean(axis=(1, 2, 3)) for label in (0, 1)
    )
    assert dark.max() < -0.25
    assert bright.min() > 0.25


def test_signature_is_the_trained_generator_with_choices_in_place_of_labels() -> None:
    """Values one-hot, for yes or no too; zeros keep."""
    model = compiled(SMALL)
    signature = stargan_signature(SMALL)
    copy_weights(model.generator, signature.networks["generator"])
    assert [each.name for each in signature.inputs] == ["image", "patterned", "length", "color"]
    labels = np.array([[0, 1, 2], [1, UNKNOWN, 3], [UNKNOWN, 0, UNKNOWN]])
    image = np.random.default_rng(0).uniform(-1, 1, (3, 32, 32, 3)).astype("float32")
    choices = {
        each.name: np.eye(len(each.values), dtype="float32")[column] * (column != UNKNOWN)[:, None]
        for each, column in zip(signature.inputs[1:], labels.T, strict=True)
    }
    expected = model((image, labels.astype("int32")))
    np.testing.assert_allclose(signature.call(image=image, **choices), expected, rtol=0, atol=1e-6)
    assert (signature.size, signature.size_multiple, signature.statistics) == ((32, 32), 4, "image")
    assert all(each.optional for each in signature.inputs[1:])


def test_one_seed_gives_the_same_weights() -> None:
    first, second = (StarGAN(replace(SMALL, seed=3)).get_weights() for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    other = StarGAN(SMALL).get_weights()
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"size": (64, 96), "repeat_num": 6}, "`size` 64x96 .*not a multiple of 64"),
        ({"attributes": ()}, "none given"),
        ({"attributes": (Attribute("color", ("red",)),)}, "`attributes` color: has red, and needs two"),
        ({"attributes": (Attribute("image", ("no", "yes")),)}, "'image': the name is taken"),
        ({"attributes": STARGAN.attributes * 2}, "'patterned': the name is taken"),
        ({"unchanged_rate": 1.0}, r"`unchanged_rate` 1.0: must be in \[0, 1\)"),
        ({"weight_identity": 1.0}, "`weight_identity` 1.0: with `unchanged_rate` 0"),
        ({"n_critic": 0}, "`n_critic` 0"),
        ({"repeat_num": 0}, "`repeat_num` 0"),
        ({"diffaugment": ("colour",)}, "'colour'"),
    ],
)
def test_a_wrong_configuration_is_named(change: dict, said: str) -> None:
    """When the model is made, not after hours."""
    with pytest.raises(UserError, match=said):
        StarGAN(replace(STARGAN, **change))
