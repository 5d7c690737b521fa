"""Prepared pairs are fed by TensorFlow alone, bit for bit as ``PairSource`` feeds them."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from noise import noise
from PIL import Image

from zoo.backend import tf
from zoo.data.images import UnreadableImage
from zoo.data.pipeline.pairs import PairSource
from zoo.data.pipeline.raw_examples import prepare
from zoo.data.pipeline.shards import Shard
from zoo.data.pipeline.sources import DomainSource, ImageSource
from zoo.data.pipeline.splitmix import below, below_in_graph, draw, draw_in_graph, order_in_graph
from zoo.data.pipeline.streams import ImageStream
from zoo.data.selection.pairs import find_pairs
from zoo.errors import UserError

SIZE = (16, 12)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Twelve pairs of noise, of several sizes."""
    root = tmp_path_factory.mktemp("many")
    random = np.random.default_rng(0)
    for name in ("cloth", "image"):
        (root / name).mkdir()
        for i in range(12):
            pixels = random.integers(0, 256, (20 + i, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / name / f"{i}.png")
    (root / "pairs.txt").write_text("".join(f"{i}.png {i}.png\n" for i in range(12)))
    return find_pairs(root)


def batches(dataset, count):
    return [[side.copy() for side in pair] for pair in dataset.take(count).as_numpy_iterator()]


def assert_same(one, other):
    assert len(one) == len(other) > 0
    for a, b in zip(one, other, strict=True):
        for left, right in zip(a, b, strict=True):
            assert left.dtype == right.dtype
            np.testing.assert_array_equal(left, right)


def files(folder):
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*.*")}


# --- numbers


@settings(deadline=None)
@given(
    seed=st.integers(-(2**70), 2**70),
    numbers=st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=20),
    limit=st.integers(1, 2**31),
)
def test_draws_in_tensorflow_are_those_of_numpy(seed, numbers, limit):
    numbers = np.array(numbers, np.int64)
    drawn = draw(seed, 2, numbers, numbers[::-1])
    in_graph = draw_in_graph(seed, 2, tf.constant(numbers), tf.constant(numbers[::-1].copy()))
    np.testing.assert_array_equal(in_graph, drawn)
    np.testing.assert_array_equal(below_in_graph(limit, in_graph), below(limit, drawn))


def test_order_is_of_unsigned_numbers():
    drawn = np.array([2**64 - 1, 0, 2**63, 2**63 - 1, 1, 2**63 + 1], np.uint64)
    np.testing.assert_array_equal(order_in_graph(tf.constant(drawn)), np.argsort(drawn))


# --- batches


@pytest.mark.thorough
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pairs=st.integers(1, 12),
    share=st.integers(1, 9),
    seed=st.integers(-(2**65), 2**65),
    start=st.sampled_from([0, 1, 7, 10**12]),
    jitter=st.booleans(),
    flip=st.booleans(),
    shard=st.sampled_from([Shard(), Shard(1, 2), Shard(0, 1, 2), Shard(2, 3, 2)]),
    channels=st.sampled_from([(3, 3), (1, 3), (3, 1)]),
)
def test_batches_are_those_of_the_source(
    many, tmp_path_factory, pairs, share, seed, start, jitter, flip, shard, channels
):
    """Whatever the set, the epoch (a batch may span several), the shard, the size."""
    source = PairSource(many.subset(range(pairs)), SIZE, seed, jitter, flip, *channels)
    prepared = prepare(source, tmp_path_factory.mktemp("prepared"))
    batch_size = share * shard.pipelines * shard.replicas
    dataset = prepared.training(batch_size, start, tf.float16, shard)
    expected = source.training(batch_size, start, tf.float16, shard)
    assert dataset.element_spec == expected.element_spec
    assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY
    assert_same(batches(dataset, 5), batches(expected, 5))


def test_batch_that_cannot_be_cut(many, tmp_path):
    with pytest.raises(ValueError, match="batch of 3"):
        prepare(PairSource(many, SIZE), tmp_path / "new").training(3, shard=Shard(0, 2))


# --- the folder


def test_folder_is_written_once(many, tmp_path):
    seen = []
    first = prepare(PairSource(many, SIZE), tmp_path / "new", lambda *done: seen.append(done))
    assert seen == [(12, 12)]
    before = files(tmp_path)
    assert len(before) == 13
    assert all(name.startswith("new/") for name in before)
    again = prepare(PairSource(many, SIZE, seed=9), tmp_path / "new", lambda *done: seen.append(done))
    assert (seen, files(tmp_path)) == ([(12, 12)], before)
    assert (first.count, again.seed) == (12, 9)


def test_another_set_order_or_size_is_refused(many, tmp_path):
    prepare(PairSource(many, SIZE), tmp_path / "new")
    others = {
        "pairs": PairSource(many.subset(range(11)), SIZE),
        "order": PairSource(many.subset(range(11, -1, -1)), SIZE),
        "size": PairSource(many, (16, 16)),
        "channels": PairSource(many, SIZE, source_channels=1),
    }
    before = files(tmp_path)
    for other in others.values():
        with pytest.raises(UserError, match="new: prepared from other pairs, or for another size; remove it"):
            prepare(other, tmp_path / "new")
    assert files(tmp_path) == before


def test_what_is_not_prepared_pairs_is_left_alone(many, tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("taken", "file"):
        with pytest.raises(UserError, match=f"{name}: holds something else .* name a new or empty folder"):
            prepare(PairSource(many, SIZE), tmp_path / name)
    (tmp_path / "taken/index.json").write_text(json.dumps([1]))
    with pytest.raises(UserError, match=r"index\.json: the whole file: .*; name another folder"):
        prepare(PairSource(many, SIZE), tmp_path / "taken")


def test_failure_leaves_nothing(many, tmp_path, monkeypatch):
    def read(stream, i):
        if i == 5:
            raise KeyboardInterrupt
        return original(stream, i)

    original = ImageStream.read
    monkeypatch.setattr(ImageStream, "read", read)
    with pytest.raises(KeyboardInterrupt):
        prepare(PairSource(many, SIZE), tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_too_little_room_is_reported_first(many, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("", (), {"free": 1000}))
    with pytest.raises(UserError, match=r"12 prepared pairs take .* GB are free; name a folder on a larger"):
        prepare(PairSource(many, SIZE), tmp_path / "new")


def test_lost_or_cut_file_is_named(many, tmp_path):
    prepared = prepare(PairSource(many, SIZE), tmp_path / "new")
    file = tmp_path / "new/0000/00000003.raw"
    for break_it in (lambda: file.write_bytes(b"cut"), file.unlink):
        break_it()
        message = "new: a prepared pair is missing or cut short; remove the folder"
        with pytest.raises(UserError, match=message), prepared.own_errors():
            batches(prepared.training(12), 1)


# --- labelled images and domains


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("counts", "attributes", "share", "start", "shard"),
    [
        ((9, 4), None, 5, 0, Shard()),  # a batch spans two epochs of the smaller domain
        ((2, 7), None, 3, 10**12, Shard(1, 2, 2)),
        ((7, 1), 3, 9, 1, Shard(0, 1, 2)),
        ((4, 1), 0, 2, 7, Shard()),
    ],
)
def test_batches_of_images_and_domains_are_those_of_the_source(
    tmp_path, counts, attributes, share, start, shard
):
    """Whatever the sizes of the sets, with labels of any number (None: two domains)."""
    a, b = (noise(tmp_path / name, count, attributes or 0) for name, count in zip("ab", counts, strict=True))
    if attributes is None:
        source = DomainSource(a, b, SIZE, channels=(3, 1), seed=-3, fit="crop")
    else:
        source = ImageSource(a, SIZE, seed=2**65, fit="crop")
    prepared = prepare(source, tmp_path / "prepared")
    assert prepared.count == len(source)
    batch_size = share * shard.pipelines * shard.replicas
    dataset = prepared.training(batch_size, start, tf.float16, shard)
    expected = source.training(batch_size, start, tf.float16, shard)
    assert dataset.element_spec == expected.element_spec
    assert_same(batches(dataset, 4), batches(expected, 4))


def test_folder_of_domains(tmp_path):
    a, b = noise(tmp_path / "left", 3), noise(tmp_path / "right", 2, seed=1)
    seen = []
    prepare(DomainSource(a, b, SIZE), tmp_path / "new", lambda *done: seen.append(done))
    assert seen == [(3, 5), (5, 5)]
    written = files(tmp_path / "new")
    assert sorted(written) == [
        *(f"a/0000/0000000{i}.raw" for i in range(3)),
        *(f"b/0000/0000000{i}.raw" for i in range(2)),
        "index.json",
    ]
    index = json.loads((tmp_path / "new/index.json").read_text())
    assert [each["count"] for each in index["tracks"]] == [3, 2]  # as earlier versions wrote it
    again = prepare(DomainSource(a, b, SIZE, seed=4), tmp_path / "new")
    assert files(tmp_path / "new") == written
    others = (
        DomainSource(b, a, SIZE),
        DomainSource(a, a, SIZE),
        DomainSource(a, b, SIZE, fit="crop"),
        ImageSource(a, SIZE),
    )
    for other in others:
        with pytest.raises(UserError, match="new: prepared from other images, or for another size"):
            prepare(other, tmp_path / "new")
    (tmp_path / "new/b/0000/00000001.raw").write_bytes(b"cut")
    with pytest.raises(UserError, match="new: a prepared image is missing or cut"), again.own_errors():
        batches(again.training(4), 1)


def test_other_labels_are_another_set(tmp_path):
    """Else training would resume with the labels that lie in the folder."""
    images = noise(tmp_path / "data", 4)
    prepare(ImageSource(images, SIZE), tmp_path / "new")
    assert (tmp_path / "new/0000/00000003.raw").stat().st_size == 18 * 13 * 3 + 2 * 4
    images.labels[2, 1] = 0
    with pytest.raises(UserError, match="prepared from other images"):
        prepare(ImageSource(images, SIZE), tmp_path / "new")


def test_skip_puts_the_same_images_and_labels_in_place(tmp_path):
    images = noise(tmp_path / "data", 6)
    for name in ("001.png", "002.png", "005.png"):
        (tmp_path / "data" / name).write_bytes(b"")
    for _ in range(2):  # written, and found
        prepared = prepare(ImageSource(images, SIZE, on_bad="skip"), tmp_path / "new")
        assert [bad.id for bad in prepared.bad] == ["001.png", "002.png", "005.png"]
        expected = ImageSource(images, SIZE, on_bad="skip").training(5)
        assert_same(batches(prepared.training(5), 4), batches(expected, 4))


# --- images that cannot be read


def test_skip_puts_the_same_pairs_in_place(many, tmp_path):
    """The next readable pair, as ``PairSource`` does; and the folder says which were bad."""
    pairs = many.subset(range(7))
    for name in ("cloth/3.png", "image/4.png", "cloth/6.png"):
        target = tmp_path / "data" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"")
    for name in {*pairs.sources, *pairs.targets}:
        if not (tmp_path / "data" / name).exists():
            (tmp_path / "data" / name).write_bytes((many.root / name).read_bytes())
    (tmp_path / "data/pairs.txt").write_text("".join(f"{i}.png {i}.png\n" for i in range(7)))
    pairs = find_pairs(tmp_path / "data")
    for _ in range(2):  # written, and found
        prepared = prepare(PairSource(pairs, SIZE, on_bad="skip"), tmp_path / "new")
        assert [bad.id for bad in prepared.bad] == ["3", "4", "6"]
        expected = PairSource(pairs, SIZE, on_bad="skip").training(5)
        assert_same(batches(prepared.training(5), 6), batches(expected, 6))
    with pytest.raises(UserError, match=r"3\.png is empty .* `on_bad` skip"):
        prepare(PairSource(pairs, SIZE), tmp_path / "new")
    with pytest.raises(UnreadableImage, match=r"3\.png is empty"):
        prepare(PairSource(pairs, SIZE), tmp_path / "other")
    assert {path.name for path in tmp_path.iterdir()} == {"data", "new"}
