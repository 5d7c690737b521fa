"""The attribute evaluator of two domains learns from both, and from all other values that the data has."""

import numpy as np
import pytest
from heard import Heard
from labelled_folders import classes, picture, write_idx

from zoo.data.images import UnreadableImage
from zoo.data.preparation.domains import prepare_domains


@pytest.mark.parametrize("two_roots", [True, False])
def test_both_folders_are_learned_from(tmp_path, two_roots):
    """Each image from its own folder, though another has its name; no held-out one."""
    classes(tmp_path, left=3, right=4)
    folders = [tmp_path / side for side in ("left", "right")]
    data = prepare_domains(tuple(folders) if two_roots else tmp_path, held_out=1)
    images = data.evaluator_images
    assert images.attributes[0].values == ("left", "right")
    assert images.labels[:, 0].tolist() == [0, 0, 1, 1, 1]
    learned = [(images.root / name).resolve() for name in images.names]
    expected = [one.root.resolve() / name for one in data.training for name in one.names]
    assert learned == expected
    assert {path.parent for path in learned} == set(folders)
    for i in range(len(learned)):
        images.load(i)


def test_evaluator_and_training_share_one_selection(tmp_path):
    """The folder is not searched again, neither for further folders nor by names."""
    heard = Heard()
    classes(tmp_path, trainA=4, trainB=4, testA=2, testB=2, misc=3)
    data = prepare_domains(tmp_path, listener=heard)
    learned = data.evaluator_images
    assert learned.names == [*data.training[0].names, *data.training[1].names]
    assert {name.partition("/")[0] for name in learned.names} == {"trainA", "trainB"}
    assert learned.attributes[0].values == data.names == ("A", "B")
    assert learned.labels[:, 0].tolist() == [0] * 4 + [1] * 4
    assert [images.names for images in data.held_out] == [
        [f"test{x}/{i}.png" for i in range(2)] for x in "AB"
    ]
    assert "held out: testA/ and testB/, for testing: 4 images, which are not trained on" in heard.lines
    assert "split: 4 and 4 images to train on, 2 and 2 held out" in heard.lines


def values_learned(data):
    """Name of each image that the evaluator learns from → its values."""
    learned = data.evaluator_images
    values = learned.attributes[0].values
    seen = {}
    for name, code in zip(learned.names, learned.labels[:, 0], strict=True):
        seen.setdefault(name, set()).add(values[code])
    return seen


def shop(root, *lines):
    """A catalogue with a product for each of the lines: image;pattern;category."""
    for line in lines:
        picture(root / f"all/{line.partition(';')[0]}.png")
    rows = [f"{i};all/{line.replace(';', '.png;', 1)}" for i, line in enumerate(lines)]
    (root / "data.csv").write_text("\n".join(["id;img_path;pattern;category", *rows]) + "\n")
    return root


def test_other_values_of_a_catalogue_are_learned(tmp_path):
    """What is neither must not pass for B; nor is a held-out image learned under another value."""
    heard = Heard()
    root = shop(
        tmp_path, *(f"p{i};plain;tops" for i in range(4)), *(f"s{i};stripes;tops" for i in range(4)),
        *(f"{name};dots;tops" for name in ("p0", "p1", "p2", "p3", "d0")), "f0;floral;tops", "f1;floral;bags",
        "u0;;tops", "c0;checks;bags",
    )  # fmt: skip
    data = prepare_domains(root, "stripes", "plain", where=("category=tops",), held_out=2, listener=heard)
    held_out = {name for images in data.held_out for name in images.names}
    expected = {name: {"plain"} for name in data.training[1].names}
    for name in ("all/p0.png", "all/p1.png", "all/p2.png", "all/p3.png", "all/d0.png"):
        expected.setdefault(name, set()).add("dots")
    expected |= {name: {"stripes"} for name in data.training[0].names} | {"all/f0.png": {"floral"}}
    assert values_learned(data) == {name: of for name, of in expected.items() if name not in held_out}
    assert data.evaluator_images.attributes[0].values == ("dots", "floral", "plain", "stripes")
    line = "attribute evaluator: learns other values of pattern too: dots 3, floral 1"
    assert data.description[-1] == line
    assert line in heard.lines


def test_other_classes_are_learned(tmp_path):
    """In splits or not; folders for testing are left out, whichever class they hold."""
    plain = prepare_domains(classes(tmp_path / "plain", shirts=3, tees=3, dresses=2), "tees", "shirts")
    assert plain.evaluator_images.attributes[0].values == ("dresses", "shirts", "tees")
    folders = {f"{side}_{name}": 3 for side in ("train", "test") for name in ("cats", "dogs", "owls")}
    classes(tmp_path / "split", **folders)
    for names in (("dogs", "cats"), ("train_dogs", "train_cats")):
        data = prepare_domains(tmp_path / "split", *names)
        seen = values_learned(data)
        assert {name.partition("/")[0] for name in seen} == {"train_cats", "train_dogs", "train_owls"}
        assert {*names, "owls"} == set.union(*seen.values())
        assert data.names == names


@pytest.mark.parametrize("folders", [("x/one", "x/two"), ("A", "B"), (None, None)])
def test_folders_that_are_not_classes_are_two_values(tmp_path, folders):
    names = ("A", "B") if folders[0] is None else folders
    data = prepare_domains(classes(tmp_path, **dict.fromkeys(names, 3), misc=2), *folders)
    assert data.evaluator_images.attributes[0].values == names


def test_images_of_an_array_keep_their_labels(tmp_path):
    """Each keeps its own pixels and label."""
    labels, first = [3, 5, 3, 9, 5, 9, 0], np.arange(7)
    write_idx(tmp_path / "train-images-idx3-ubyte", np.tile(first[:, None, None], (1, 4, 4)))
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.array(labels))
    data = prepare_domains(tmp_path, "5", "3", held_out=1)
    images = data.evaluator_images
    assert images.attributes[0].values == ("0", "3", "5", "9")
    seen = {
        int(images.load(i)[0, 0, 0]): int(images.attributes[0].values[code])
        for i, code in enumerate(images.labels[:, 0])
    }
    held_out = {int(each.load(0)[0, 0, 0]) for each in data.held_out}
    assert seen == {i: label for i, label in enumerate(labels) if i not in held_out}


def test_damaged_images_are_not_learned_from(tmp_path):
    """They are noticed before anything is written; a value without other images is not known."""
    root = classes(tmp_path, cats=4, dogs=4, owls=2, rats=1)
    for bad in ("owls/1.png", "rats/0.png"):
        (root / bad).write_bytes((root / bad).read_bytes()[:-30])
    with pytest.raises(UnreadableImage, match=r"owls/1\.png is damaged.* such images with `on_bad` skip"):
        prepare_domains(root, "cats", "dogs")
    data = prepare_domains(root, "cats", "dogs", on_bad="skip")
    assert data.evaluator_images.attributes[0].values == ("cats", "dogs", "owls")
    assert "owls/1.png" not in values_learned(data)
    assert len(data.config()["skipped"]) == 2
    (root / "owls/0.png").write_bytes(b"")
    data = prepare_domains(root, "cats", "dogs", on_bad="skip")
    assert data.evaluator_images.attributes[0].values == ("cats", "dogs")
