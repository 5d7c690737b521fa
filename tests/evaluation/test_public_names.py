"""Protects what programs import: the names, and that most of them need no TensorFlow."""

import subprocess
import sys
from pathlib import Path

import zoo.evaluation

WITHOUT_TENSORFLOW = """
import sys
sys.modules["tensorflow"] = None
import numpy as np
import zoo.evaluation
for name in set(zoo.evaluation.__all__) - {"AttributeClassifier", "train_classifier"}:
    getattr(zoo.evaluation, name)
images = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), np.uint8)
print(zoo.evaluation.silhouette_iou(images, images).mean(), zoo.evaluation.l1(images, images).max())
"""


def test_names_are_loaded_on_first_use():
    assert set(zoo.evaluation.__all__) == set(zoo.evaluation._MODULES)
    assert all(getattr(zoo.evaluation, name) is not None for name in zoo.evaluation.__all__)


def test_most_names_need_no_tensorflow():
    root = Path(__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW], cwd=root, capture_output=True, text=True, check=True
    )
    assert result.stdout == "1.0 0.0\n"
