"""Protects which classifier a run is measured by."""

from labelled_folders import classes

from zoo.attributes import Attribute
from zoo.data.selection.images import find_images
from zoo.evaluation import attribute_classifier, attribute_evaluator
from zoo.evaluation.attribute_classifier import AttributeClassifier
from zoo.evaluation.attribute_evaluator import FILE, trained_evaluator


def test_a_classifier_of_other_values_is_not_reused(tmp_path, monkeypatch):
    """A run may have one of all folders from before; its labels would mean other values."""
    AttributeClassifier([Attribute("class", ("A", "B", "testA"))]).save(tmp_path / FILE)
    monkeypatch.setattr(attribute_evaluator, "CACHE", tmp_path / "cache")
    learned = []

    def train(examples, labels, attributes, *_):
        learned.append(attributes)
        return AttributeClassifier(attributes)

    monkeypatch.setattr(attribute_classifier, "train_classifier", train)
    images = find_images(classes(tmp_path / "data", A=2, B=2), ["class"])
    for _ in range(2):  # the second time the run has it
        assert trained_evaluator(tmp_path, images, (8, 8)).attributes == images.attributes
    assert learned == [images.attributes]


def test_runs_of_the_same_images_share_one_training(tmp_path, monkeypatch):
    """Another size or other images are another evaluator."""
    monkeypatch.setattr(attribute_evaluator, "CACHE", tmp_path / "cache")
    sizes = []

    def train(examples, labels, attributes, *_):
        sizes.append(examples.shape[:3])
        return AttributeClassifier(attributes)

    monkeypatch.setattr(attribute_classifier, "train_classifier", train)
    images = find_images(classes(tmp_path / "data", A=2, B=2), ["class"])
    for run, size in (("first", (8, 8)), ("second", (8, 8)), ("third", (9, 8))):
        (tmp_path / run).mkdir()
        trained_evaluator(tmp_path / run, images, size)
        assert (tmp_path / run / FILE).is_file()
    trained_evaluator(tmp_path, images.subset([0, 2]), (8, 8))
    assert sizes == [(4, 8, 8), (4, 9, 8), (2, 8, 8)]
