"""MUNIT learns, refuses what it cannot be, and is used in four ways; the rest is in ``test_battery.py``."""

from dataclasses import replace

import numpy as np
import pytest
from case_munit import SPARING, TINY

from zoo import MUNIT, UserError
from zoo.backend import tf
from zoo.engine.signature import Noise, Picture
from zoo.inference.run_checkpoint import copy_weights
from zoo.models.munit.signature import DIRECTIONS, munit_signature

RANDOM = np.random.default_rng(0)


@pytest.mark.thorough
def test_fit_learns_to_rebuild_images_from_their_codes() -> None:
    """Keras' own ``fit`` works, and what the codes lose of an image becomes less."""
    model = MUNIT(replace(TINY, width=8, style_size=8, learning_rate=1e-3))
    model.compile()
    a, b = (
        RANDOM.uniform(-1, 1, (4, 2, 2, 3)).repeat(8, axis=1).repeat(8, axis=2).astype("float32")
        for _ in "ab"
    )
    dataset = tf.data.Dataset.from_tensors((a, b)).repeat()
    history = model.fit(dataset, steps_per_epoch=15, epochs=3, verbose=0).history
    for name in ("g_image_a", "g_image_b"):
        assert history[name][-1] < 0.7 * history[name][0]


def test_one_seed_gives_the_same_weights_and_no_two_networks_share_them() -> None:
    config = replace(TINY, seed=3)
    first, second, other = (MUNIT(each) for each in (config, config, replace(TINY, seed=4)))
    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), second.get_weights(), strict=True))
    kernels = [
        network.get_layer("in").kernel.numpy()
        for model in (first, other)
        for name, network in model.generators().items()
        if "encoder" in name
    ]
    assert len({kernel.tobytes() for kernel in kernels}) == len(kernels) == 8


def test_styles_of_a_step_are_four_draws_one_after_the_other() -> None:
    """A and B have their own styles, and the generators others than the discriminators."""
    model = MUNIT(TINY)
    model.compile()
    images = tf.zeros((2, 16, 16, 3))
    styles = [style.numpy() for _update in "dg" for style in model.draw_styles(images)]
    assert len({style.tobytes() for style in styles}) == model.style_draws.draws.numpy() == 4


@pytest.mark.parametrize("scales", [1, 2])
def test_scores_are_judged_scale_by_scale(scales: int) -> None:
    """One scale is no special case: Keras hands out its scores alone, not in a list."""
    model = MUNIT(replace(TINY, scales=scales))
    model.compile()
    images = RANDOM.uniform(-1, 1, (3, 16, 16, 3)).astype("float32")
    scores = tf.nest.flatten(model.discriminator_a(images))
    assert len(scores) == scales
    expected = sum(np.square(each.numpy() - 1).mean() for each in scores)
    codes = model.encode(images, images)
    _, losses = model.discriminator_loss(images, images, codes, *model.draw_styles(tf.constant(images)))
    np.testing.assert_allclose(losses["d_a_real"], expected, rtol=1e-5)


def test_the_cycle_is_computed_only_where_it_has_a_weight() -> None:
    batch = [RANDOM.uniform(-1, 1, (2, 16, 16, channels)).astype("float32") for channels in (3, 1)]
    logs = []
    for weight in (0.0, 10.0):
        model = MUNIT(replace(SPARING, weight_cycle=weight))
        model.compile()
        logs.append(model.train_step(tuple(map(tf.constant, batch))))
    assert set(logs[1]) - set(logs[0]) == {"cycle_a", "cycle_b"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": (16, 17)}, "`size` 16x17 .* multiples of 2, 16 or more"),
        ({"size": (8, 16)}, "`size` 8x16 .* multiples of 2, 16 or more"),
        ({"scales": 3, "discriminator_layers": 4}, "layers` 4, `scales` 3: use multiples of 2, 64 or more"),
        ({"scales": 0}, "`scales` 0: must be an integer ≥ 1"),
        ({"diffaugment": ("colour",)}, "'colour'.*must be some of color"),
    ],
)
def test_what_munit_cannot_be_is_reported_at_once(changes: dict, said: str) -> None:
    with pytest.raises(UserError, match=said):
        MUNIT(replace(TINY, **changes))


@pytest.mark.parametrize("name", DIRECTIONS)
def test_every_signature_is_what_training_made(name: str) -> None:
    """Networks of the right domains, with their trained weights; a style drawn, or another image's."""
    config = replace(SPARING, size=(16, 24))
    model, signature = MUNIT(config), munit_signature(config, name)
    for part, network in signature.networks.items():
        copy_weights(model.generators()[part], network)
    direction = DIRECTIONS[name]
    source, target = direction.source, direction.target
    channels = {"a": 3, "b": 1}
    picture, style = signature.inputs
    assert (picture.name, picture.channels) == ("image", channels[source])
    given = {"image": RANDOM.uniform(-1, 1, (2, 16, 24, channels[source])).astype("float32")}
    if direction.like:
        assert isinstance(style, Picture)
        given[style.name] = RANDOM.uniform(-1, 1, (2, 16, 24, style.channels)).astype("float32")
        code = getattr(model, f"style_encoder_{target}")(given[style.name])
    else:
        assert isinstance(style, Noise)
        given[style.name] = code = RANDOM.normal(size=(2, style.size)).astype("float32")
    content = getattr(model, f"content_encoder_{source}")(given["image"])
    expected = getattr(model, f"decoder_{target}")([content, code])
    images = signature.call(**given)
    assert images.shape == (2, 16, 24, channels[target])
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-6)
    assert (signature.size, signature.size_multiple, signature.statistics) == ((16, 24), 2, "image")


def test_another_signature_is_unknown() -> None:
    with pytest.raises(UserError, match="'AtoC': MUNIT has none; choose from AtoB, BtoA"):
        munit_signature(TINY, "AtoC")
