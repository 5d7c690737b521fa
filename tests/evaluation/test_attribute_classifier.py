"""Protects the attribute evaluator: it must learn, be reproducible, and outlive its process."""

import io
import zipfile

import numpy as np
import pytest

from zoo.attributes import Attribute
from zoo.errors import UserError
from zoo.evaluation.attribute_classifier import AttributeClassifier, train_classifier

ATTRIBUTES = (Attribute("color", ("red", "green", "blue")), Attribute("place", ("top", "bottom")))


def squares(n=192, size=64, seed=0):
    """White images with a square: uint8 (n, size, size, 3), and labels (n, 2) of colour and place."""
    rng = np.random.default_rng(seed)
    images = np.full((n, size, size, 3), 255, np.uint8)
    labels = np.stack([rng.integers(0, 3, n), rng.integers(0, 2, n)], axis=1).astype(np.int32)
    for image, (color, place) in zip(images, labels, strict=True):
        y = size // 8 + place * size // 2
        x = rng.integers(0, size // 2)
        image[y : y + size // 4, x : x + size // 4] = np.eye(3)[color] * 200
    return images, labels


@pytest.fixture(scope="module")
def trained():
    """A classifier trained with a third of the colours and half of the places unknown, and its progress."""
    images, labels = squares()
    labels[::3, 0] = labels[::2, 1] = -1
    seen = []
    classifier = train_classifier(
        images, labels, ATTRIBUTES, epochs=4, progress=lambda done, total: seen.append((done, total))
    )
    return classifier, seen


def test_attributes_are_learned_where_they_are_known(trained):
    """Colour and place on unseen images, although many labels were unknown."""
    classifier, seen = trained
    assert all(share > 0.95 for share in classifier.accuracy(*squares(60, seed=1)).values())
    assert seen == [(step, 24) for step in range(1, 25)]


def test_unknown_labels_are_not_counted(trained):
    """A skirt has no sleeves to be wrong about; what is unknown has no accuracy, and no NaN."""
    classifier, _ = trained
    images, _ = squares(8, seed=2)
    right = np.stack([each.argmax(1) for each in classifier.probabilities(images).values()], axis=1)
    right[0, 0] = (right[0, 0] + 1) % 3
    assert classifier.accuracy(images, right) == {"color": 0.875, "place": 1.0}
    right[0, 0], right[:, 1] = -1, -1
    assert classifier.accuracy(images, right) == {"color": 1.0}


def test_probabilities_add_up_at_every_size_and_type(trained):
    """Generators return floats of their size; the same image gets the same result."""
    classifier, _ = trained
    images, _ = squares(4, seed=3)
    probabilities = classifier.probabilities(images)
    assert [probabilities[each.name].shape for each in ATTRIBUTES] == [(4, 3), (4, 2)]
    assert probabilities["color"].sum(1) == pytest.approx(np.ones(4), abs=1e-5)
    as_floats = classifier.probabilities(images.astype(np.float64) / 127.5 - 1)
    np.testing.assert_allclose(as_floats["color"], probabilities["color"], atol=1e-5)
    larger = classifier.probabilities(images.repeat(2, axis=1).repeat(2, axis=2))
    np.testing.assert_allclose(larger["color"], probabilities["color"], atol=0.1)
    assert {name: part.shape for name, part in classifier.probabilities(images[:0]).items()} == {
        "color": (0, 3),
        "place": (0, 2),
    }


def test_same_seed_same_classifier():
    """Two trainings are measured by the same evaluator; another seed is another."""
    images, labels = squares(64)
    first, again = (
        train_classifier(images, labels, ATTRIBUTES, seed=3, epochs=1).probabilities(images)["color"]
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    untrained = [AttributeClassifier(ATTRIBUTES, seed).probabilities(images)["color"] for seed in (3, 4)]
    assert np.abs(untrained[0] - untrained[1]).max() > 1e-3


def test_a_saved_classifier_gives_the_same(trained, tmp_path):
    """Attributes and weights come back from one file without pickle."""
    classifier, _ = trained
    classifier.save(tmp_path / "classifier.npz")
    with np.load(tmp_path / "classifier.npz", allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)
    loaded = AttributeClassifier.load(tmp_path / "classifier.npz")
    assert loaded.attributes == ATTRIBUTES
    images, _ = squares(8, seed=4)
    np.testing.assert_array_equal(
        loaded.probabilities(images)["place"], classifier.probabilities(images)["place"]
    )


@pytest.mark.parametrize(
    "about", ['{"format": 3, "attributes": 7}', "[", '{"format": 3, "attributes": [{}]}']
)
def test_the_description_in_a_file_is_checked(about, tmp_path):
    np.savez(tmp_path / "classifier.npz", about=np.array(about))
    with pytest.raises(UserError, match=r"classifier\.npz: .*train it again") as raised:
        AttributeClassifier.load(tmp_path / "classifier.npz")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("damage", ["absent", "no archive", "cut short", "another archive", "claims much"])
def test_other_files_are_refused_by_name(damage, trained, tmp_path):
    """One line with the file and the remedy, and nothing of the file is executed."""
    path = tmp_path / "classifier.npz"
    if damage == "no archive":
        path.write_bytes(b"\x80\x04K\x01.")
    elif damage == "cut short":
        trained[0].save(path)
        path.write_bytes(path.read_bytes()[:5000])
    elif damage == "another archive":
        np.savez(path, about=np.array('{"format": 1, "attributes": []}'))
    elif damage == "claims much":
        head = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            head, {"descr": "<U1", "fortran_order": False, "shape": (10**13,)}
        )
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("about.npy", head.getvalue())
    with pytest.raises(UserError, match=r"classifier\.npz: not an attribute classifier .*train it again"):
        AttributeClassifier.load(path)


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (np.zeros((2, 64, 64, 3), np.uint8), np.zeros((2, 3), int), "labels"),
        (np.zeros((2, 64, 64, 3), np.uint8), np.full((2, 2), 2), "labels"),
        (np.zeros((2, 64, 64, 1), np.uint8), np.zeros((2, 2), int), r"\(N, H, W, 3\)"),
    ],
)
def test_wrong_shapes_are_refused(images, labels, words):
    """A column too many, or a value that the attribute lacks, would be learned as something else."""
    with pytest.raises(ValueError, match=words):
        train_classifier(images, labels, ATTRIBUTES)
