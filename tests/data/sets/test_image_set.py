"""A set of labelled images is parted, told apart and described by its names and labels alone."""

import numpy as np
import pytest
from PIL import Image

from zoo.attributes import UNKNOWN, Attribute
from zoo.data.images import UnreadableImage
from zoo.data.sets.file_set import check
from zoo.data.sets.image_set import ImageSet, say_counts
from zoo.data.sets.pair_set import PairSet
from zoo.errors import UserError

COLOURS = Attribute("colour", ("blue", "red"))


def labelled(root, count=12, pixels=None):
    """Images of one grey level each, the first third blue, then red, then unknown."""
    names = [f"{i:02}.png" for i in range(count)]
    for i, name in enumerate(names):
        Image.new("L", (4, 6), 10 * i).save(root / name)
    labels = np.array([[(0, 1, UNKNOWN)[3 * i // count]] for i in range(count)], np.int32)
    return ImageSet("folder", root, names, labels, (COLOURS,), "the test says so", ("a note",), pixels)


def test_subset_takes_labels_and_pixels_along(tmp_path):
    pixels = np.arange(12, dtype=np.uint8)[:, None, None] * np.ones((1, 3, 2), np.uint8)
    part = labelled(tmp_path, pixels=pixels).subset(i for i in (11, 0, 4))
    assert part.names == ["11.png", "00.png", "04.png"]
    assert part.labels.tolist() == [[UNKNOWN], [0], [1]]
    assert part.labels.dtype == np.int32
    assert [part.load(i, 1).shape for i in range(3)] == [(3, 2, 1)] * 3
    assert part.load(0, 3).tolist() == [[[11] * 3] * 2] * 3


def test_images_are_decoded_with_the_channels_asked_for(tmp_path):
    images = labelled(tmp_path)
    assert (images.load(3, 1).shape, images.load(3).shape) == ((6, 4, 1), (6, 4, 3))
    assert images.load(3)[0, 0].tolist() == [30] * 3
    assert images.path(3) == tmp_path / "03.png"


def test_split_is_by_names_and_seed(tmp_path):
    images = labelled(tmp_path)
    training, held = images.split(4, seed=1)
    assert (len(training), len(held)) == (8, 4)
    assert {*training.names, *held.names} == set(images.names)
    other_order = images.subset(range(11, -1, -1)).split(4, seed=1)[1]
    assert set(other_order.names) == set(held.names)
    assert len({tuple(images.split(4, seed)[1].names) for seed in range(10)}) > 1
    assert [len(part) for part in images.split(0, 1)] == [12, 0]
    with pytest.raises(UserError, match="holding out 12 of 12 images leaves none to train on"):
        images.split(12, 1)
    with pytest.raises(UserError, match="cannot be held out"):
        images.split(-1, 1)


def test_rows_of_one_image_fall_on_one_side(tmp_path):
    """Else a model would be measured on an image it was trained on."""
    twice = labelled(tmp_path).subset([*range(12), *range(12)])
    training, held = twice.split(5, seed=3)
    assert not set(training.names) & set(held.names)
    assert len(held) == 6


def test_images_and_pairs_part_alike(tmp_path):
    """So that a product that pix2pix did not see in training, the other models did not see either."""
    images = labelled(tmp_path)
    pairs = PairSet("folders", tmp_path, "AtoB", images.names, images.names, images.names, "")
    assert pairs.split(4, 7)[1].sources == images.split(4, 7)[1].names


def test_fingerprint_sees_content_and_labels_not_order_or_dates(tmp_path):
    images = labelled(tmp_path)
    first = images.fingerprint()
    (tmp_path / "03.png").touch()
    assert images.subset(range(11, -1, -1)).fingerprint() == first
    changed = images.subset(range(12))
    changed.labels[5] = 0
    others = [
        changed,
        images.subset(range(11)),
        ImageSet(
            "folder", tmp_path, images.names, images.labels, (Attribute("colour", ("red", "blue")),), ""
        ),
        ImageSet("classes", tmp_path, images.names, images.labels, images.attributes, ""),
    ]
    assert first not in {other.fingerprint() for other in others}
    with (tmp_path / "03.png").open("ab") as file:
        file.write(b"x")
    assert images.fingerprint() != first
    (tmp_path / "03.png").unlink()
    with pytest.raises(UserError, match="moved since"):
        images.fingerprint()


def test_fingerprint_sees_pixels(tmp_path):
    pixels = np.zeros((12, 3, 2), np.uint8)
    first = labelled(tmp_path, pixels=pixels).fingerprint()
    pixels[4, 1, 1] = 1
    assert labelled(tmp_path, pixels=pixels).fingerprint() != first


def test_description_counts_the_values(tmp_path):
    images = labelled(tmp_path)
    assert images.describe() == [
        "layout: folder, because the test says so (`layout` names another)",
        "images: 12, 6×4 (height × width)",
        "colour: blue 4, red 4, unknown 4",
        "a note",
    ]
    assert images.subset([]).describe()[1:3] == ["images: 0", "colour: no value"]


def test_description_stays_short(tmp_path):
    many = Attribute("brand", tuple(f"b{i}" for i in range(500)))
    labels = np.concatenate([np.arange(500), [7] * 3])[:, None].astype(np.int32)
    images = ImageSet("folder", tmp_path, [f"{i}.png" for i in range(503)], labels, (many,), "")
    (line,) = (line for line in images.describe() if line.startswith("brand"))
    assert line.startswith("brand: b7 4, b0 1")
    assert line.endswith("488 more values 488")
    assert say_counts(("two\nlines", "x" * 100), np.array([0, 1, 1])) == f"{'x' * 39}… 2, two lines 1"


def test_check_names_or_leaves_out_what_cannot_be_read(tmp_path):
    images = labelled(tmp_path)
    (tmp_path / "04.png").write_bytes((tmp_path / "04.png").read_bytes()[:-30])
    assert check(images)[1] == []  # the header is whole
    with pytest.raises(
        UnreadableImage, match=r"04\.png is damaged.*leave out such images with `on_bad` skip"
    ):
        check(images, decode=True)
    seen = []
    kept, bad = check(images, "skip", decode=True, progress=lambda *done: seen.append(done))
    assert ([one.id for one in bad], len(kept), seen) == (["04.png"], 11, [(12, 12)])
    assert kept.labels[4] == images.labels[5]
    for path in tmp_path.iterdir():
        path.write_bytes(b"")
    with pytest.raises(UserError, match=r"no image is usable; the first: .*00\.png is empty"):
        check(images, "skip")


def test_check_has_nothing_to_look_at_where_pixels_are_at_hand(tmp_path):
    images = labelled(tmp_path, pixels=np.zeros((12, 3, 2), np.uint8))
    for path in tmp_path.iterdir():
        path.unlink()
    assert check(images, decode=True) == (images, [])
