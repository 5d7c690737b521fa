"""The k-th example is a function of k alone: whatever the batch, the memory, or where a run resumed."""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from PIL import Image

from zoo.backend import tf
from zoo.data.images import UnreadableImage
from zoo.data.pipeline import memory as module
from zoo.data.pipeline.calls import Calls
from zoo.data.pipeline.memory import available_memory
from zoo.data.pipeline.pairs import PairSource, evaluation_pairs, training_pairs
from zoo.data.pipeline.shards import Shard
from zoo.data.pipeline.sources import jitter_size
from zoo.data.selection.pairs import find_pairs
from zoo.data.sets.pair_set import PairSet
from zoo.errors import UserError

SIZE = (16, 16)


def noise_pairs(root, count, same=False):
    """Pairs of noise; with ``same`` the source equals the target."""
    random = np.random.default_rng(0)
    for name in ("cloth", "image"):
        (root / name).mkdir(parents=True)
    for i in range(count):
        both = random.integers(0, 256, (2, 20, 14, 3), dtype=np.uint8)
        Image.fromarray(both[0]).save(root / f"cloth/{i}.png")
        Image.fromarray(both[0 if same else 1]).save(root / f"image/{i}.png")
    (root / "pairs.txt").write_text("".join(f"{i}.png {i}.png\n" for i in range(count)))
    return find_pairs(root)


@pytest.fixture
def seven(tmp_path):
    return noise_pairs(tmp_path / "seven", 7)


def stream(dataset, batches):
    """The examples of some batches in one array of (n, 2, …)."""
    taken = [np.stack([source, target], 1) for source, target in dataset.take(batches).as_numpy_iterator()]
    return np.concatenate(taken)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 50])
def test_each_epoch_covers_every_pair_once_in_another_order(seven, count):
    source = PairSource(seven.subset([i % 7 for i in range(count)]), SIZE, seed=3)
    index = source.plan(np.arange(6 * count))[0].reshape(6, count)
    for epoch in index:
        assert sorted(epoch) == list(range(count))
    if count > 3:
        assert len({tuple(epoch) for epoch in index}) == 6


def test_plan_is_the_same_on_every_machine(seven):
    """Numbers written down: a run is resumed on another machine or version with the same stream."""
    plan = PairSource(seven, SIZE, seed=42, load_size=(20, 20)).plan(np.arange(6))
    expected = [[5, 3, 4, 2, 1, 6], [2, 4, 2, 0, 1, 4], [2, 3, 0, 3, 4, 2], [0, 1, 1, 1, 0, 0]]
    np.testing.assert_array_equal(np.stack(plan), expected)


def test_draws_are_even_and_independent(seven):
    source = PairSource(seven, SIZE, seed=0, load_size=(20, 20))
    _, top, left, mirrored = source.plan(np.arange(20_000))
    for drawn in (top, left):
        counts = np.bincount(drawn, minlength=5)
        assert len(counts) == 5  # 0 … 20 - 16
        assert np.abs(counts - 4000).max() < 300  # five standard deviations
    assert abs(mirrored.mean() - 0.5) < 0.02
    for a, b in ((top, left), (top, mirrored), (left, mirrored), (top[1:], top[:-1])):
        assert abs(np.corrcoef(a, b)[0, 1]) < 0.04


def test_far_examples_and_any_seed(seven):
    for seed in (0, -1, 2**63, 2**70):
        index, *_ = PairSource(seven, SIZE, seed=seed).plan(np.array([2**50, 2**50 + 1]))
        assert ((index >= 0) & (index < 7)).all()


def test_batches_have_static_shape_and_range(seven):
    dataset = training_pairs(seven, SIZE, 3, seed=0, source_channels=1, dtype=tf.float16)
    assert [spec.shape.as_list() for spec in dataset.element_spec] == [[3, 16, 16, 1], [3, 16, 16, 3]]
    source, target = next(iter(dataset))
    assert source.dtype == tf.float16
    assert -1 <= np.min(target) < -0.5 < 0.5 < np.max(target) <= 1
    assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY


def test_resuming_at_a_step_gives_the_tail_bit_for_bit(seven):
    whole = stream(training_pairs(seven, SIZE, 4, seed=5), 9)
    for step in (1, 5):
        tail = stream(training_pairs(seven, SIZE, 4, seed=5, start_step=step), 9 - step)
        np.testing.assert_array_equal(tail, whole[4 * step :])


def test_batch_size_and_memory_do_not_change_the_stream(seven):
    whole = stream(training_pairs(seven, SIZE, 1, seed=5), 30)
    for batch in (2, 5, 15):
        np.testing.assert_array_equal(stream(training_pairs(seven, SIZE, batch, seed=5), 30 // batch), whole)
    lazy = training_pairs(seven, SIZE, 5, seed=5, cache_bytes=0)
    assert not lazy.source.cached
    assert not lazy.source.preload()
    np.testing.assert_array_equal(stream(lazy, 6), whole)
    full = training_pairs(seven, SIZE, 5, seed=5)
    seen = []
    assert full.source.preload(lambda *done: seen.append(done))
    assert seen == [(7, 7)]
    np.testing.assert_array_equal(stream(full, 6), whole)
    assert not np.array_equal(stream(training_pairs(seven, SIZE, 5, seed=6), 6), whole)


@pytest.mark.parametrize(("pipelines", "replicas"), [(1, 2), (3, 1), (2, 3)])
def test_shards_put_together_are_the_unsharded_batch(seven, pipelines, replicas):
    """Several workers, each with some replicas, see what one would have seen; also after resuming."""
    batch, steps = 12, 3
    whole = stream(training_pairs(seven, SIZE, batch, seed=5, start_step=2), steps)
    share = batch // (pipelines * replicas)
    pieces = []
    for pipeline in range(pipelines):
        source = PairSource(seven, SIZE, seed=5, cache_bytes=0)
        dataset = source.training(batch, 2, shard=Shard(pipeline, pipelines, replicas))
        pieces.append(stream(dataset, steps * replicas).reshape(steps, replicas * share, *whole.shape[1:]))
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1).reshape(whole.shape), whole)


def test_a_shard_reads_its_own_images_only(seven, monkeypatch):
    read = []
    source = PairSource(seven, SIZE, seed=5, cache_bytes=0)
    own = source.plan(np.array([3, 4, 5, 9, 10, 11]))[0]
    load = PairSet.load
    monkeypatch.setattr(
        PairSet, "load", lambda pairs, i, *channels: read.append(i) or load(pairs, i, *channels)
    )
    for element in (0, 1):  # of the second of two pipelines, a batch of 6
        source.examples(Shard(1, 2).first(element, 6) + np.arange(3))
    assert read == own.tolist()


def test_a_batch_that_cannot_be_cut_is_refused(seven):
    with pytest.raises(ValueError, match="batch of 10 cannot be cut into 4"):
        PairSource(seven, SIZE).training(10, shard=Shard(0, 2, 2))


def test_replicas_of_a_mirrored_strategy_see_the_unsharded_batch(seven, two_devices):
    whole = stream(training_pairs(seven, SIZE, 6, seed=5), 3)
    source = PairSource(seven, SIZE, seed=5)
    strategy = tf.distribute.MirroredStrategy(two_devices)

    def dataset(context):
        replicas = context.num_replicas_in_sync // context.num_input_pipelines
        return source.training(
            6, shard=Shard(context.input_pipeline_id, context.num_input_pipelines, replicas)
        )

    batches = iter(strategy.distribute_datasets_from_function(dataset))
    seen = []
    for _ in range(3):
        sources, targets = (strategy.experimental_local_results(side) for side in next(batches))
        assert [len(one) for one in sources] == [3, 3]
        seen.append(np.stack([np.concatenate(sources), np.concatenate(targets)], 1))
    np.testing.assert_array_equal(np.concatenate(seen), whole)


def test_augmentation_is_fresh_each_epoch(tmp_path):
    examples = stream(training_pairs(noise_pairs(tmp_path / "one", 1), SIZE, 1, seed=0), 20)
    assert len({example.tobytes() for example in examples}) > 4


def test_crop_and_flip_act_alike_on_both_images(tmp_path):
    examples = stream(training_pairs(noise_pairs(tmp_path / "same", 3, same=True), SIZE, 4, seed=0), 8)
    np.testing.assert_array_equal(examples[:, 0], examples[:, 1])


def test_flip_mirrors_and_nothing_else(seven):
    plain = PairSource(seven, SIZE, jitter=False, flip=False)
    flipped = PairSource(seven, SIZE, jitter=False)
    k = np.arange(14)
    mirrored = flipped.plan(k)[3]
    assert 0 < mirrored.sum() < 14
    for a, b, turned in zip(plain.examples(k)[0], flipped.examples(k)[0], mirrored, strict=True):
        np.testing.assert_array_equal(b, a[:, ::-1] if turned else a)


def test_jitter_is_that_of_pix2pix():
    assert jitter_size((256, 256)) == (286, 286)
    assert jitter_size((128, 96)) == (143, 107)


def test_evaluation_is_in_order_and_whole(seven):
    dataset = evaluation_pairs(seven, SIZE, 3)
    batches = list(dataset.as_numpy_iterator())
    assert [len(source) for source, _ in batches] == [3, 3, 1]
    expected = PairSource(seven, SIZE, jitter=False, flip=False)
    for i, source in enumerate(np.concatenate([source for source, _ in batches])):
        np.testing.assert_allclose((source + 1) * 127.5, expected.fitted(i)[0], atol=1e-4)


# --- faults


def test_unreadable_image_reaches_the_caller_as_itself(seven):
    (seven.root / "cloth/3.png").write_bytes(b"")
    dataset = training_pairs(seven, SIZE, 7, seed=0)
    with pytest.raises(UnreadableImage, match=r"cloth/3\.png is empty"), dataset.source.own_errors():
        next(iter(dataset))
    assert isinstance(dataset.source.error, UnreadableImage)


def test_own_errors_leaves_other_faults_alone(seven):
    source = PairSource(seven, SIZE)
    with pytest.raises(tf.errors.InvalidArgumentError), source.own_errors():
        tf.debugging.assert_equal(1, 2)


def test_skip_puts_the_next_readable_pair_in_place_and_names_the_bad(seven):
    for name in ("cloth/3.png", "image/4.png"):
        (seven.root / name).write_bytes(b"")
    options = {"jitter": False, "flip": False}
    source = PairSource(seven, SIZE, on_bad="skip", **options)
    k = np.arange(14)
    index = source.plan(k)[0]
    stand_in = np.where((index == 3) | (index == 4), 5, index)
    expected = [source.fitted(i)[0] for i in stand_in]
    for cache_bytes in (None, 0):
        lazy = PairSource(seven, SIZE, on_bad="skip", cache_bytes=cache_bytes, **options)
        np.testing.assert_array_equal(lazy.examples(k)[0], expected)
        assert [bad.id for bad in lazy.bad] == ["3", "4"]


def test_remembered_faults_hold_no_image(seven):
    """A traceback keeps the image's buffers alive: a hundred thousand bad files would take gigabytes."""
    (seven.root / "cloth/3.png").write_bytes(b"not an image")
    source = PairSource(seven, SIZE, on_bad="skip")
    source.examples(np.arange(7))
    (fault,) = source.errors
    assert (fault.__traceback__, fault.__cause__, fault.__context__) == (None, None, None)


def test_nothing_readable_or_nothing_at_all(seven):
    with pytest.raises(UserError, match="no pairs are left"):
        PairSource(seven.subset([]), SIZE)
    for i in range(7):
        (seven.root / f"cloth/{i}.png").write_bytes(b"")
    with pytest.raises(UserError, match="no pair has two usable images"):
        PairSource(seven, SIZE, on_bad="skip").examples(np.arange(1))


def test_wrong_options(seven):
    with pytest.raises(UserError, match="smaller than the size"):
        PairSource(seven, SIZE, load_size=(8, 16))
    with pytest.raises(UserError, match="`on_bad`"):
        PairSource(seven, SIZE, on_bad="perhaps")


def test_memory_is_budgeted(seven, monkeypatch):
    needed = PairSource(seven, SIZE).cache_needed
    assert needed == 7 * 18 * 18 * 6
    monkeypatch.setattr(module, "available_memory", lambda: 4 * needed)
    assert PairSource(seven, SIZE).cached
    monkeypatch.setattr(module, "available_memory", lambda: 4 * needed - 4)
    assert not PairSource(seven, SIZE).cached
    monkeypatch.setattr(module, "available_memory", lambda: 1 << 40)
    monkeypatch.setattr(module, "CACHE_MOST", needed - 1)
    assert not PairSource(seven, SIZE).cached
    assert PairSource(seven, SIZE, cache_bytes=needed).cached


def test_available_memory_is_plausible():
    assert 1 << 20 < available_memory() < 1 << 46


def test_closing_waits_for_a_running_call_and_turns_later_ones_away():
    calls, started, log = Calls(), threading.Event(), []

    def read(number):
        started.set()
        time.sleep(0.2)
        log.append(number)
        return "read"

    thread = threading.Thread(target=calls, args=(read, 1, "nothing"))
    thread.start()
    started.wait()
    calls.close()
    assert log == [1]
    assert calls(read, 2, "nothing") == "nothing"
    assert log == [1]
    thread.join()


def test_program_ends_while_batches_are_read_ahead(seven):
    """A thread that asked for the interpreter during its shutdown used to hang the finished program."""
    script = f"""
from zoo.data.selection import pairs as layouts
from zoo.data.pipeline import pairs
load = pairs.PairSet.load
def slow(*arguments):
    sum(range(300_000))
    return load(*arguments)
pairs.PairSet.load = slow
batches = iter(pairs.training_pairs(layouts.find_pairs({str(seven.root)!r}), (16, 16), 8, 0, cache_bytes=0))
next(batches)
"""
    ended = subprocess.run([sys.executable, "-c", script], timeout=120, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
