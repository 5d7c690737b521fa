"""The classifier that judges is one of the values that are judged."""

from labelled_folders import classes

from recipes import _judge
from zoo.attributes import Attribute
from zoo.data.image_layouts import find_images
from zoo.metrics import attribute_classifier
from zoo.metrics.attribute_classifier import AttributeClassifier


def test_classifier_of_other_values_is_not_taken(tmp_path, monkeypatch):
    """A run may have one from before, of all folders; its places would be those of other values."""
    AttributeClassifier([Attribute("class", ("A", "B", "testA"))]).save(tmp_path / _judge.CLASSIFIER)
    monkeypatch.setattr(_judge, "KEPT", tmp_path / "kept")
    learned = []

    def train(pictures, labels, attributes, *_):
        learned.append(attributes)
        return AttributeClassifier(attributes)

    monkeypatch.setattr(attribute_classifier, "train_classifier", train)
    images = find_images(classes(tmp_path / "data", A=2, B=2), ["class"])
    for _ in range(2):  # the second time it is the one that the run has now
        assert _judge.trained_judge(tmp_path, images, (8, 8), 0).attributes == images.attributes
    assert learned == [images.attributes]
