"""Labelled images and unpaired domains are fed by the rules of pairs: example k is a function of k alone."""

import numpy as np
import pytest
from noise import noise
from PIL import Image

from zoo.backend import tf
from zoo.data.images import UnreadableImage, cover, fit
from zoo.data.pipeline.pairs import PairSource
from zoo.data.pipeline.shards import Shard
from zoo.data.pipeline.sources import DomainSource, ImageSource
from zoo.data.sets.pair_set import PairSet
from zoo.errors import UserError

SIZE = (16, 12)


@pytest.fixture
def seven(tmp_path):
    return noise(tmp_path / "seven", 7)


@pytest.fixture
def four(tmp_path):
    return noise(tmp_path / "four", 4, seed=1)


def stream(dataset, batches):
    """What some batches hold: for each part of an example one array."""
    taken = list(dataset.take(batches).as_numpy_iterator())
    return [np.concatenate(part) for part in zip(*taken, strict=True)]


def assert_same(one, other):
    for a, b in zip(one, other, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


# --- images


def test_image_and_labels_belong_together(seven):
    source = ImageSource(seven, SIZE, seed=3, jitter=False, flip=False)
    images, labels = source.examples(np.arange(21))
    assert labels.dtype == np.int32
    for epoch in labels.reshape(3, 7, 2):
        assert sorted(epoch[:, 0]) == list(range(7))  # each image once an epoch
    for image, (place, other) in zip(images, labels, strict=True):
        np.testing.assert_array_equal(image, fit(seven.load(place), SIZE))
        assert other == place + 100


def test_batches_have_static_shape_and_range(seven):
    dataset = ImageSource(seven, SIZE, channels=1).training(3, dtype=tf.float16)
    assert [spec.shape.as_list() for spec in dataset.element_spec] == [[3, 16, 12, 1], [3, 2]]
    assert [spec.dtype for spec in dataset.element_spec] == [tf.float16, tf.int32]
    assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY
    (images, _) = next(iter(dataset))
    assert -1 <= np.min(images) < -0.5 < 0.5 < np.max(images) <= 1


def test_images_without_attributes_have_no_labels(tmp_path):
    dataset = ImageSource(noise(tmp_path, 4, attributes=0), SIZE).training(2)
    assert dataset.element_spec[1].shape.as_list() == [2, 0]
    assert next(iter(dataset))[1].shape == (2, 0)


def test_images_are_drawn_as_the_sources_of_pairs(seven):
    """The order of data is a promise: a set, a seed and a size give the same crops, whatever feeds them."""
    pairs = PairSet("folders", seven.root, "AtoB", seven.names, seven.names, seven.names, "")
    k = np.arange(40)
    np.testing.assert_array_equal(
        ImageSource(seven, SIZE, seed=5).examples(k)[0], PairSource(pairs, SIZE, seed=5).examples(k)[0]
    )


def test_resuming_batches_and_memory_do_not_change_the_stream(seven):
    whole = stream(ImageSource(seven, SIZE, seed=5).training(4), 6)
    assert_same(stream(ImageSource(seven, SIZE, seed=5).training(4, start_step=2), 4), [a[8:] for a in whole])
    assert_same(stream(ImageSource(seven, SIZE, seed=5).training(8), 3), whole)
    lazy = ImageSource(seven, SIZE, seed=5, cache_bytes=0)
    assert not lazy.cached
    assert_same(stream(lazy.training(4), 6), whole)


def test_evaluation_is_in_order_and_whole(seven):
    batches = list(ImageSource(seven, SIZE, jitter=False).evaluation(3).as_numpy_iterator())
    assert [len(images) for images, _ in batches] == [3, 3, 1]
    images, labels = (np.concatenate(part) for part in zip(*batches, strict=True))
    np.testing.assert_array_equal(labels, seven.labels)
    for i, image in enumerate(images):
        np.testing.assert_allclose((image + 1) * 127.5, fit(seven.load(i), SIZE), atol=1e-4)
    assert ImageSource(seven, SIZE).evaluation(7).element_spec[0].shape.as_list() == [7, *SIZE, 3]


def test_label_is_that_of_the_image_put_in_place(seven):
    """Skipping an unreadable image must not give its label to another one."""
    for name in ("003.png", "004.png"):
        (seven.root / name).write_bytes(b"")
    for cache_bytes in (None, 0):
        source = ImageSource(seven, SIZE, jitter=False, flip=False, on_bad="skip", cache_bytes=cache_bytes)
        images, labels = source.examples(np.arange(14))
        assert sorted(labels[:, 0]) == [0, 0, 1, 1, 2, 2, 5, 5, 5, 5, 5, 5, 6, 6]
        for image, (place, _) in zip(images, labels, strict=True):
            np.testing.assert_array_equal(image, fit(seven.load(place), SIZE))
        assert [bad.id for bad in source.bad] == ["003.png", "004.png"]
        assert next(iter(source.evaluation(7)))[1][:, 0].numpy().tolist() == [0, 1, 2, 5, 5, 5, 6]


def test_images_at_hand_are_fed_like_files(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 16, 12), dtype=np.uint8)
    images = noise(tmp_path, 5)
    object.__setattr__(images, "pixels", pixels)
    batch, labels = ImageSource(images, SIZE, jitter=False, flip=False, channels=1).examples(np.arange(5))
    np.testing.assert_array_equal(batch[..., 0], pixels[labels[:, 0]])


# --- domains


def test_each_domain_has_an_order_of_its_own(seven, four):
    """An epoch is the larger domain's; the smaller one begins another epoch within it."""
    source = DomainSource(seven, four, SIZE, seed=3, jitter=False, flip=False)
    assert len(source) == 7
    a, b = source.examples(np.arange(28))
    places = [
        [
            next(i for i in range(len(part)) if np.array_equal(image, fit(part.load(i), SIZE)))
            for image in batch
        ]
        for part, batch in ((seven, a), (four, b))
    ]
    assert all(sorted(epoch) == list(range(7)) for epoch in np.reshape(places[0], (4, 7)))
    assert all(sorted(epoch) == list(range(4)) for epoch in np.reshape(places[1], (7, 4)))


def test_the_first_domain_is_drawn_as_if_alone(seven, four):
    k = np.arange(30)
    both = DomainSource(seven, four, SIZE, seed=3)
    np.testing.assert_array_equal(both.examples(k)[0], ImageSource(seven, SIZE, seed=3).examples(k)[0])
    other = DomainSource(four, seven, SIZE, seed=3)
    assert not np.array_equal(both.examples(k)[1], other.examples(k)[0])


def test_second_track_is_the_same_on_every_machine(seven):
    """Numbers written down: a run is resumed on another machine or version with the same stream."""
    _, stream = DomainSource(seven, seven, SIZE, seed=42, load_size=(20, 16)).streams
    expected = [[6, 0, 5, 2, 4, 1], [1, 4, 2, 3, 1, 2], [4, 4, 3, 3, 3, 3], [1, 1, 1, 1, 1, 0]]
    np.testing.assert_array_equal(np.stack(stream.plan(np.arange(6))), expected)


def test_draws_of_the_domains_are_independent(seven):
    plans = [stream.plan(np.arange(20_000)) for stream in DomainSource(seven, seven, SIZE).streams]
    for drawn, other in zip(*plans, strict=True):
        assert abs(np.corrcoef(drawn, other)[0, 1]) < 0.04


@pytest.mark.parametrize(("pipelines", "replicas"), [(1, 2), (2, 2)])
def test_shards_put_together_are_the_unsharded_batch(seven, four, pipelines, replicas):
    sources = [DomainSource(seven, four, SIZE, seed=5), ImageSource(seven, SIZE, seed=5)]
    for source in sources:
        whole = stream(source.training(8, 1), 3)
        share = 8 // (pipelines * replicas)
        pieces = [
            stream(source.training(8, 1, shard=Shard(i, pipelines, replicas)), 3 * replicas)
            for i in range(pipelines)
        ]
        for part, expected in enumerate(whole):
            cut = [piece[part].reshape(3, replicas * share, *expected.shape[1:]) for piece in pieces]
            np.testing.assert_array_equal(np.concatenate(cut, axis=1).reshape(expected.shape), expected)


def test_evaluation_of_domains_has_each_image_once(seven, four):
    dataset = DomainSource(seven, four, SIZE, channels=(3, 1)).evaluation(3)
    assert [spec.shape.as_list() for spec in dataset.element_spec] == [[None, *SIZE, 3], [None, *SIZE, 1]]
    batches = list(dataset.as_numpy_iterator())
    assert [(len(a), len(b)) for a, b in batches] == [(3, 3), (3, 1), (1, 0)]
    alone = stream(ImageSource(four, SIZE, channels=1).evaluation(4), 1)[0]
    np.testing.assert_array_equal(np.concatenate([b for _, b in batches]), alone)


def test_memory_is_budgeted_for_both_domains(seven, four):
    needed = DomainSource(seven, four, SIZE, channels=(3, 1), jitter=False).cache_needed
    assert needed == 16 * 12 * (7 * 3 + 4 * 1)
    for budget, cached in ((needed, True), (needed - 1, False)):
        source = DomainSource(seven, four, SIZE, channels=(3, 1), jitter=False, cache_bytes=budget)
        seen = []
        assert (source.cached, source.preload(lambda *done: seen.append(done))) == (cached, cached)  # noqa: B023
        assert seen == ([(7, 11), (11, 11)] if cached else [])


def test_faults_of_either_domain_are_reported(seven, four):
    (four.root / "002.png").write_bytes(b"")
    source = DomainSource(seven, four, SIZE)
    with pytest.raises(UnreadableImage, match=r"four/002\.png is empty"), source.own_errors():
        next(iter(source.training(7)))
    with pytest.raises(UnreadableImage, match=r"four/002\.png is empty"):
        DomainSource(seven, four, SIZE).check()
    source = DomainSource(seven, four, SIZE, on_bad="skip")
    source.examples(np.arange(7))
    assert [bad.path for bad in source.bad] == [str(four.root / "002.png")]
    for path in four.root.iterdir():
        path.write_bytes(b"")
    with pytest.raises(UserError, match=r"four: no image is usable; the first: .*four"):
        DomainSource(seven, four, SIZE, on_bad="skip").examples(np.arange(1))


def test_wrong_arguments(seven):
    with pytest.raises(UserError, match="seven: no images are left to read: hold out fewer, or add images"):
        DomainSource(seven, seven.subset([]), SIZE)
    with pytest.raises(UserError, match="`fit` stretch: no such choice; choose from pad, crop"):
        ImageSource(seven, SIZE, fit="stretch")
    with pytest.raises(UserError, match="`on_bad`"):
        ImageSource(seven, SIZE, on_bad="perhaps")


# --- fitting


def test_crop_cuts_the_centre_of_a_face(tmp_path):
    """CelebA's 178 × 178 of 218 × 178 begins at row 20, as StarGAN and Fader Networks have it."""
    pixels = np.random.default_rng(0).integers(0, 256, (218, 178, 3), dtype=np.uint8)
    np.testing.assert_array_equal(cover(pixels, (178, 178)), pixels[20:198])
    half = np.asarray(
        Image.fromarray(pixels[20:198]).resize((89, 89), Image.Resampling.BICUBIC, reducing_gap=3.0)
    )
    np.testing.assert_array_equal(cover(pixels, (89, 89)), half)


@pytest.mark.parametrize("size", [(7, 9), (9, 7), (64, 64), (1, 30), (30, 1)])
@pytest.mark.parametrize("image", [(20, 31), (31, 20), (1, 1), (1, 40)])
def test_crop_fills_any_size(image, size):
    batch = cover(np.full((*image, 3), 77, np.uint8), size)
    assert batch.shape == (*size, 3)
    assert (batch == 77).all()  # no margin


def test_source_fits_by_cropping_where_asked(tmp_path):
    images = noise(tmp_path, 3)
    for jitter in (True, False):
        source = ImageSource(images, (12, 12), fit="crop", jitter=jitter)
        kept = next(iter(source.evaluation(3)))[0].numpy()
        if not jitter:
            expected = np.stack([cover(images.load(i), (12, 12)) for i in range(3)])
            np.testing.assert_allclose((kept + 1) * 127.5, expected, atol=1e-4)
        assert (kept[:, :, 0] != 1).any(axis=(1, 2)).all()  # the first column is no white margin
    padded = next(iter(ImageSource(images, (12, 12), jitter=False).evaluation(3)))[0].numpy()
    assert (padded[:, :, 0] == 1).all()
