"""The attribute evaluator of a run: a classifier of the real images' attributes that measures generated ones.

It is trained once for a data set, kept in the run, and kept for later runs on the same images.
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo.attributes import Attribute
from zoo.data.evenly_spaced import evenly_spaced
from zoo.evaluation.images import real_images
from zoo.io.files import make_folder
from zoo.listener import SILENT, Listener

if TYPE_CHECKING:
    from zoo.data.sets.image_set import ImageSet
    from zoo.evaluation.attribute_classifier import AttributeClassifier

FILE = "classifier.npz"  # in the run directory
CACHE = Path("data/classifiers")  # by what they were trained on
MOST = 20_000  # images that it is trained on
EXAMPLES = 40_000  # shown in all, or each image three times: about a minute
DEFINITION = "Measured by a classifier that was trained on the real training images"


def trained_evaluator(
    run: Path,
    images: "ImageSet",
    size: tuple[int, int],
    seed: int = 0,
    how: str = "pad",
    listener: Listener = SILENT,
) -> "AttributeClassifier":
    """The classifier of the attributes of ``images``, kept in the run.

    It is trained unless the run has one of these attributes, or an earlier run of the same images left
    one in ``CACHE``.

    Args:
        run: the run directory.
        images: what it learns from, with their labels.
        size: (height, width) that images are fitted to first, as the generator's are.
        seed: of the training.
        how: how images of another aspect are fitted; see ``real_images``.
        listener: receives how far the training is.

    Raises:
        UserError: a classifier that is kept is damaged, an image cannot be read, or a file be written.
    """
    from zoo.evaluation.attribute_classifier import EPOCHS, AttributeClassifier, train_classifier

    path = run / FILE
    if path.is_file() and (evaluator := AttributeClassifier.load(path)).attributes == images.attributes:
        return evaluator
    cached = CACHE / f"{_key(images, size, seed, how)}.npz"
    if cached.is_file():
        evaluator = AttributeClassifier.load(cached)
    else:
        examples = real_images(images, size, how, MOST)
        labels = images.labels[evenly_spaced(len(images), MOST)]
        epochs = min(EPOCHS, max(3, round(EXAMPLES / len(examples))))
        with listener.counted("training the attribute evaluator") as progress:
            evaluator = train_classifier(examples, labels, images.attributes, seed, epochs, progress)
        make_folder(CACHE)
        evaluator.save(cached)
    evaluator.save(path)
    return evaluator


def recognised_share(
    evaluator: "AttributeClassifier", images: np.ndarray, attribute: Attribute, labels: np.ndarray
) -> float:
    """Share of the images in which the evaluator recognises the value asked for, 0 to 1.

    Args:
        evaluator: knows the attribute.
        images: (N, H, W, 3), uint8 or floats in [-1, 1].
        attribute: the one that is looked at.
        labels: int (N,): the value asked for; unknown (negative) ones are not counted.
    """
    recognised = evaluator.probabilities(images)[attribute.name].argmax(axis=1)
    known = labels >= 0
    return float((recognised == labels)[known].mean()) if known.any() else 0.0


def _key(images: "ImageSet", size: tuple[int, int], seed: int, how: str) -> str:
    """A name for everything that decides what an evaluator of ``images`` becomes."""
    from zoo.evaluation.attribute_classifier import FORMAT

    content = [FORMAT, images.fingerprint(), [asdict(each) for each in images.attributes], size, seed, how]
    digest = hashlib.sha256(json.dumps(content).encode())
    digest.update(images.labels.tobytes())
    return digest.hexdigest()[:16]
